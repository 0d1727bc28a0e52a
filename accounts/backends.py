"""Login by e-mail address and password, with the same rate limits in the API, the admin and the browsable API."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import throttling
from accounts.models import User


class ThrottledBackend(ModelBackend):
    """Django's backend, with rate limits: raises TooManyAttempts beyond one of them, before a password is hashed."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        email = kwargs.get(User.USERNAME_FIELD) if username is None else username
        if email is None or password is None:
            return None
        reserved = throttling.reserve_login_attempt(request, email)
        # For an unknown address, the password is compared with that of a user without one, which takes equally long.
        user = User.objects.filter(email=email).first() or User()
        if not (user.check_password(password) and self.user_can_authenticate(user)):
            return None
        throttling.refund(reserved)
        return user
