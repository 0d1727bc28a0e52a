"""A forgotten password: a mail with a link, by which a new one is set."""

import logging

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest
from django.urls import clear_script_prefix, reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import throttling
from accounts.exceptions import TooManyAttempts
from accounts.models import User
from todoproject.api.integers import parse_integer
from todoproject.serving.background_tasks import run_in_background

logger = logging.getLogger(__name__)

ASKED = "If this address has an account, a mail is on its way."

SUBJECT = "Set a new password"
TEXT = """\
Somebody, probably you, has asked for a new password for {email}.

Open this page within {minutes} minutes, and choose one:

{link}

If it was not you, do nothing: your password stays as it is.
"""


def ask(request: HttpRequest, email: str) -> None:
    """Have a reset mail sent, if the address has an account; this does and takes the same if it has none.

    TooManyAttempts (429) for too many from one client. Beyond what one mailbox may get nothing is sent.
    """
    throttling.reserve(throttling.by_address("reset", request))
    try:
        throttling.reserve(throttling.by_email("reset_email", email))
    except TooManyAttempts:
        return
    if settings.SENDS_MAIL:
        run_in_background(send, email)
    else:
        logger.warning("A reset mail was asked for, and not sent: EMAIL_URL is not set.")


def send(email: str) -> None:
    """Send the mail, if the address has an active account with a password; called in the background."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or not user.has_usable_password():
        return
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    text = TEXT.format(email=user.email, minutes=minutes, link=link(user))
    try:
        send_mail(SUBJECT, text, None, [user.email])
    except OSError as error:  # So are all of smtplib's.
        logger.error("A reset mail was not sent: %s: %s", type(error).__name__, error)


def link(user: User) -> str:
    """Return the address of the page that sets the user's password: by PUBLIC_URL, and nobody's Host."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    clear_script_prefix()  # An earlier request's, in this thread.
    return settings.PUBLIC_URL + reverse("new-password", args=[uid, default_token_generator.make_token(user)])


def user_of_link(uid: str, token: str) -> User | None:
    """Return the user whose link this is, while it is good: for an hour, and until the password changes."""
    try:
        pk = parse_integer(urlsafe_base64_decode(uid).decode())
    except ValueError:
        return None
    if pk is None or urlsafe_base64_encode(str(pk).encode()) != uid:  # Decoding skips what it does not know.
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and default_token_generator.check_token(user, token) else None


def set_password(user: User, password: str) -> bool:
    """Set the password of the user of a link, and forget their failures; of several at once only one does.

    All tokens and sessions made before are worthless, and so is the link.
    """
    unchanged = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
    hashed = make_password(password)  # Before the row is locked: it takes a while.
    with transaction.atomic():
        done = unchanged.update(password=hashed)
        if done:
            throttling.clear(user.email)
    return bool(done)
