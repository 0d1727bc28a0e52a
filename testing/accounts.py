"""Calls to the account endpoints that several test modules make."""

from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from testing.factories import PASSWORD

NEW_PASSWORD = "another horse battery"


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["attr"], error["code"]) for error in answer.json()["errors"]]


def works(access: str) -> bool:
    return APIClient().get(reverse("auth-me"), headers={"Authorization": f"JWT {access}"}).status_code == 200


def refreshes(refresh: str) -> bool:
    return APIClient().post(reverse("auth-refresh"), {"refresh": refresh}).status_code == 200


def log_in(email: str, password: str) -> Any:
    return APIClient().post(reverse("auth-login"), {"email": email, "password": password})


def change_password(client: APIClient, current: object = PASSWORD, new: object = NEW_PASSWORD) -> Any:
    return client.post(reverse("auth-password"), {"current_password": current, "new_password": new})


def delete(client: APIClient, password: object = PASSWORD) -> Any:
    return client.delete(reverse("auth-me"), {"password": password})
