"""Rules for the values of settings that already have the right type.

Each raises ConfigurationError. The settings module applies them to the environment's values, and the system checks
apply them to the settings as loaded.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from todoproject.config.check_ids import CheckID, ConfigurationError

ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
HOST_PATTERN = re.compile(r"\*|\.?[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

DATABASE_URL_EXAMPLE = "postgresql://user:password@host:5432/name"
ENCODING_HINT = "with special characters in the password percent-encoded (/ is %2F)"


class Range(NamedTuple):
    """The smallest and the largest whole number that a setting may have."""

    minimum: int
    maximum: int


INTEGER_RANGES = {
    CheckID.TOMBSTONE_DAYS: Range(30, 3650),  # The API promises clients that sync 30 days.
    CheckID.ACCESS_TOKEN_MINUTES: Range(1, 525_600),  # A year at most.
    CheckID.REFRESH_TOKEN_DAYS: Range(1, 3650),
    CheckID.SESSION_DAYS: Range(1, 3650),
    CheckID.TOKEN_LEEWAY_SECONDS: Range(0, 300),
    CheckID.TRUSTED_PROXIES: Range(0, 10),
    CheckID.PORT: Range(0, 65_535),  # 0 takes any free port.
    CheckID.KEEP_ALIVE_SECONDS: Range(5, 600),
}


def require_in_range(check_id: CheckID, value: int | None, *, written: str | None = None) -> int:
    """Return the number if it is in the setting's range. The error shows it as `written` in the environment."""
    minimum, maximum = INTEGER_RANGES[check_id]
    if value is None or not minimum <= value <= maximum:
        shown = repr(value if written is None else written)
        hint = f"set it to a whole number from {minimum} to {maximum}"
        raise ConfigurationError(check_id, f"{check_id.name} is {shown}; {hint}.")
    return value


def require_debug_off(debug: bool, *, production: bool) -> None:
    if production and debug:
        raise ConfigurationError(CheckID.DEBUG, "DEBUG is on, which reveals code and settings; unset it in production.")


def require_allowed_hosts(hosts: list[str], *, production: bool) -> None:
    if production and not hosts:
        hint = "set it to the host names of this server, separated by commas"
        raise ConfigurationError(CheckID.ALLOWED_HOSTS, f"ALLOWED_HOSTS is empty; {hint}.")
    for host in hosts:
        if not HOST_PATTERN.fullmatch(host):
            hint = "use names such as todo.example.com or .example.com, without a scheme, port or path"
            raise ConfigurationError(CheckID.ALLOWED_HOSTS, f"ALLOWED_HOSTS has {host!r}; {hint}.")


def require_durable_database(is_durable: bool, *, required: bool) -> None:
    if required and not is_durable:
        hint = f"set it to a URL such as {DATABASE_URL_EXAMPLE}"
        raise ConfigurationError(
            CheckID.DATABASE_REQUIRED, f"DATABASE_URL is not set, or names a file in /tmp; {hint}."
        )


def require_origins(origins: Iterable[str]) -> None:
    """Require that each is a scheme, a host and an optional port, as browsers send them in `Origin`."""
    for origin in origins:
        if not ORIGIN.fullmatch(origin) or not has_valid_host_and_port(origin):
            hint = "use origins such as https://app.example.com, without a path or a trailing slash"
            raise ConfigurationError(CheckID.CORS_ALLOWED_ORIGINS, f"CORS_ALLOWED_ORIGINS has {origin!r}; {hint}.")


def require_base_url(url: str) -> None:
    """Require an empty text, or an origin with an optional path, but without user, query and fragment."""
    origin = ORIGIN.match(url)
    if url and not (origin and PATH.fullmatch(url, origin.end()) and has_valid_host_and_port(url)):
        hint = "set it to a URL such as https://todo.example.com or http://127.0.0.1:8000"
        raise ConfigurationError(CheckID.PUBLIC_URL, f"PUBLIC_URL is {url!r}; {hint}.")


def require_https(url: str, *, production: bool) -> None:
    """Require https of PUBLIC_URL in production, except for this machine: links in mails contain secrets."""
    if production and url.startswith("http:") and urlsplit(url).hostname not in LOOPBACK:
        hint = "in production, set it to a URL that begins with https://"
        raise ConfigurationError(CheckID.PUBLIC_URL_NOT_HTTPS, f"PUBLIC_URL is {url!r}; {hint}.")


def require_public_url(url: str, *, sends_mail: bool) -> None:
    if sends_mail and not url:
        problem = "PUBLIC_URL is not set, but EMAIL_URL is; set it to the start of links in mails, such as https://todo.example.com."
        raise ConfigurationError(CheckID.PUBLIC_URL_MISSING, problem)


def has_unencoded_password(url: str) -> bool:
    """Return whether an @ follows the host, as it does if the password has a /, ? or # that is not percent-encoded.

    Such a URL may still be valid, with the user's name as its host and the start of the password as its port.
    """
    split = urlsplit(url)
    return "@" in split.path + split.fragment


def has_valid_host_and_port(url: str) -> bool:
    """Return whether the URL has a valid host (a name or an address) and, if it has a port, a valid one."""
    try:
        return bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:
        return False
