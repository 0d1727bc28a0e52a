"""The mails that the application has sent in this process, and the reset links in them."""

import re
from urllib.parse import urlsplit

from django.core import mail

from accounts.models import User
from accounts.password_resets import build_reset_link
from todoproject.serving import background_tasks

RESET_LINK = re.compile(r"https?://\S+/session/reset/([^/\s]+)/([^/\s]+)/")


def wait_for_background_tasks() -> None:
    """Wait until all background tasks started so far have ended."""
    background_tasks.executor.submit(int).result(30)


def read_outbox() -> list[mail.EmailMessage]:
    """Return the mails sent so far; wait for those that background tasks are sending."""
    wait_for_background_tasks()
    return mail.outbox


def find_reset_link(message: mail.EmailMessage) -> tuple[str, str, str]:
    """Return the link of a reset mail, and the uid and token in it."""
    match = RESET_LINK.search(str(message.body))
    assert match, message.body
    return match[0], match[1], match[2]


def make_reset_link(user: User) -> tuple[str, str]:
    """Return the uid and token of a new reset link of a user, without a mail."""
    uid, token = urlsplit(build_reset_link(user)).path.split("/")[3:5]
    return uid, token
