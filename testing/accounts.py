"""Calls of the account endpoints, and checks of whether their tokens work."""

from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.passwords import NEW_PASSWORD, PASSWORD


def list_errors(response: Any) -> list[tuple[str, str]]:
    """Return the attr and the code of each error of a response."""
    return [(error["attr"], error["code"]) for error in response.json()["errors"]]


def sign_up(email: object, password: object = PASSWORD) -> Any:
    return APIClient().post(reverse("auth-signup"), {"email": email, "password": password})


def log_in(email: str, password: str, *, address: str = "") -> Any:
    """Log in, from another client address if one is given."""
    sent_from: dict[str, Any] = {"REMOTE_ADDR": address} if address else {}
    return APIClient().post(reverse("auth-login"), {"email": email, "password": password}, **sent_from)


def authorization_header(user: User) -> dict[str, str]:
    return {"Authorization": f"JWT {issue_tokens(user)['access']}"}


def use_access_token(token: str) -> Any:
    return APIClient().get(reverse("auth-me"), headers={"Authorization": f"JWT {token}"})


def use_refresh_token(token: str) -> Any:
    return APIClient().post(reverse("auth-refresh"), {"refresh": token})


def access_token_works(token: str) -> bool:
    return use_access_token(token).status_code == 200


def refresh_token_works(token: str) -> bool:
    return use_refresh_token(token).status_code == 200


def is_logged_in(client: Any) -> bool:
    """Return whether a client is authenticated, by a token or by its session."""
    return client.get(reverse("auth-me")).status_code == 200


def change_password(client: APIClient, current: object = PASSWORD, new: object = NEW_PASSWORD) -> Any:
    return client.post(reverse("auth-password"), {"current_password": current, "new_password": new})


def delete_account(client: APIClient, password: object = PASSWORD) -> Any:
    return client.delete(reverse("auth-me"), {"password": password})


def request_reset(email: object, **options: Any) -> Any:
    return APIClient().post(reverse("auth-reset"), {"email": email}, **options)


def confirm_reset(uid: str, token: str, password: object = NEW_PASSWORD) -> Any:
    return APIClient().post(reverse("auth-confirm"), {"uid": uid, "token": token, "new_password": password})
