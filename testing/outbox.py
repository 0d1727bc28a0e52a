"""The mails that a test had sent."""

import re

from django.core import mail

from todoproject.serving import background_tasks

LINK = re.compile(r"https?://\S+/session/reset/([^/\s]+)/([^/\s]+)/")


def sent() -> list[mail.EmailMessage]:
    """Return the mails sent so far, once all that was asked for is done."""
    background_tasks.executor.submit(int).result(30)
    return mail.outbox


def link_in(message: mail.EmailMessage) -> tuple[str, str, str]:
    """Return the link of a reset mail, and the uid and token in it."""
    match = LINK.search(str(message.body))
    assert match, message.body
    return match[0], match[1], match[2]
