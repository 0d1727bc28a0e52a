"""Password resets: a mail with a link, and the new password that can be set with it."""

import logging

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.urls import clear_script_prefix, reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.exceptions import InvalidResetLinkError, TooManyAttempts
from accounts.models import User
from accounts.throttling import Attempt, clear_failures, reserve
from todoproject.api.integers import parse_integer
from todoproject.serving.background_tasks import run_in_background

logger = logging.getLogger(__name__)

RESET_REQUESTED_MESSAGE = "If an account has this e-mail address, a reset link has been sent to it."

MAIL_SUBJECT = "Set a new password"
MAIL_TEXT = """\
Someone, probably you, asked to reset the password of {email}.

To set a new password, open this page within {minutes} minutes:

{link}

If it was not you, ignore this e-mail. Your password will not change.
"""


def reserve_reset_attempt(request: HttpRequest) -> None:
    """Count a request or a confirmation of a reset for the client. Raises TooManyAttempts (429) beyond the limit."""
    reserve(Attempt.for_client("reset", request))


def request_reset(request: HttpRequest, email: str) -> None:
    """Send a reset mail in the background if the address has an account. The response takes equally long without one.

    Raises TooManyAttempts (429) if the client requests too many. Beyond the limit of the address, which the client must
    not learn, no mail is sent.
    """
    reserve_reset_attempt(request)
    try:
        reserve(Attempt.for_email("reset_email", email))
    except TooManyAttempts:
        return
    if settings.SENDS_MAIL:
        run_in_background(send_reset_mail, email)
    else:
        logger.warning("A reset mail was not sent: EMAIL_URL is not set.")


def can_reset_password(user: User) -> bool:
    """Return whether the account is active and has a password, which a reset would replace."""
    return user.is_active and user.has_usable_password()


def send_reset_mail(email: str) -> None:
    """Send the mail if the address has an active account with a password. This runs in the background."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or not can_reset_password(user):
        return
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    text = MAIL_TEXT.format(email=user.email, minutes=minutes, link=build_reset_link(user))
    try:
        send_mail(MAIL_SUBJECT, text, None, [user.email])
    except OSError as error:  # It includes all errors of smtplib.
        logger.error("A reset mail was not sent: %s: %s", type(error).__name__, error)


def build_reset_link(user: User) -> str:
    """Return the URL of the page that sets the user's password. It begins with PUBLIC_URL, whatever the Host header."""
    clear_script_prefix()  # This thread may still have the prefix of an earlier request.
    token = default_token_generator.make_token(user)
    return settings.PUBLIC_URL + reverse("new-password", args=[encode_uid(user.pk), token])


def get_reset_link_user(uid: str, token: str) -> User:
    """Return the active user whose reset link has this uid and token. Raises InvalidResetLinkError (400)."""
    user = User.objects.filter(pk=decode_uid(uid), is_active=True).first()
    if user is None or not default_token_generator.check_token(user, token):
        raise InvalidResetLinkError
    return user


def encode_uid(pk: int) -> str:
    return urlsafe_base64_encode(str(pk).encode())


def decode_uid(uid: str) -> int:
    """Return the primary key in the `uid` of a link. Raises InvalidResetLinkError (400)."""
    try:
        pk = parse_integer(urlsafe_base64_decode(uid).decode())
    except ValueError:
        raise InvalidResetLinkError from None
    if pk is None or encode_uid(pk) != uid:  # Decoding ignores characters that are not base64.
        raise InvalidResetLinkError
    return pk


def set_password(user: User, password: str) -> None:
    """Set the password of a reset link's user, and clear the failures that may have locked them out.

    This revokes all tokens and sessions, and the link. Raises InvalidResetLinkError (400) if the password has changed
    since the user was loaded: of concurrent confirmations only one succeeds.
    """
    unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
    hashed = make_password(password)  # This is slow, so it is done before the row is locked.
    with transaction.atomic():
        if not unchanged.update(password=hashed):
            raise InvalidResetLinkError
        clear_failures(user.email)
