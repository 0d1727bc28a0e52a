"""Reading environment variables by type."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from todoproject.config.environment import (
    read_base_url,
    read_boolean,
    read_integer,
    read_origins,
    read_rate,
    read_string,
    read_string_list,
)
from todoproject.config.rates import Rate
from todoproject.config.rules import require_https


@pytest.fixture
def set_variable(monkeypatch: pytest.MonkeyPatch):
    """`set_variable("DEBUG", "1")`; None removes the variable."""

    def set_or_remove(name: str, text: str | None) -> None:
        monkeypatch.delenv(name, raising=False)
        if text is not None:
            monkeypatch.setenv(name, text)

    return set_or_remove


def test_string_is_returned_exactly_as_set(set_variable) -> None:
    set_variable("SECRET_KEY", " $HOME ")
    assert read_string("SECRET_KEY") == " $HOME "


@pytest.mark.parametrize(
    ("text", "expected"), [(None, True), (" ", True), ("1", True), (" Yes ", True), ("0", False), ("OFF", False)]
)
def test_boolean_accepts_the_usual_spellings(set_variable, text: str | None, expected: bool) -> None:
    set_variable("DEBUG", text)
    assert read_boolean("DEBUG", default=True) is expected


@pytest.mark.parametrize(("text", "expected"), [(None, 45), ("", 45), ("30", 30), (" 3650 ", 3650)])
def test_integer_within_its_range_is_accepted(set_variable, text: str | None, expected: int) -> None:
    set_variable("TOMBSTONE_DAYS", text)
    assert read_integer("TOMBSTONE_DAYS", default=45) == expected


@pytest.mark.parametrize("text", ["29", "3651", "-30", "030", "3_0", "30.0", "1e2", "x", "٣٠", "9" * 30])
def test_integer_outside_its_range_or_in_another_form_is_refused(set_variable, text: str) -> None:
    set_variable("TOMBSTONE_DAYS", text)
    with pytest.raises(ImproperlyConfigured, match=f"is '{text}'; set it to a whole number from 30 to 3650"):
        read_integer("TOMBSTONE_DAYS", default=45)


@pytest.mark.parametrize(("text", "expected"), [(None, ["x", "y"]), ("", []), (" a, b ,,", ["a", "b"])])
def test_string_list_is_split_at_commas(set_variable, text: str | None, expected: list[str]) -> None:
    set_variable("ALLOWED_HOSTS", text)
    assert read_string_list("ALLOWED_HOSTS", default="x,y") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Rate(7, 1)),
        ("", None),
        (" ", None),
        ("20/min", Rate(20, 60)),
        ("10/5min", Rate(10, 300)),
        ("100/hour", Rate(100, 3_600)),
        ("1/90sec", Rate(1, 90)),
        ("3/day", Rate(3, 86_400)),
        ("3/m", Rate(3, 60)),
    ],
)
def test_rate_is_a_count_and_a_period(set_variable, text: str | None, expected: Rate | None) -> None:
    set_variable("THROTTLE_LOGIN", text)
    assert read_rate("THROTTLE_LOGIN", default="7/sec") == expected


@pytest.mark.parametrize("text", ["20", "20/", "0/min", "-1/min", "1.5/min", "20/0min", "20/week", "20/min/min", "x"])
def test_text_that_is_not_a_rate_is_refused(set_variable, text: str) -> None:
    set_variable("THROTTLE_LOGIN", text)
    with pytest.raises(ImproperlyConfigured, match="set it to COUNT/PERIOD"):
        read_rate("THROTTLE_LOGIN", default="7/sec")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "http://127.0.0.1:8000"),
        ("https://todo.example.com", "https://todo.example.com"),
        ("https://todo.example.com/", "https://todo.example.com"),
        (
            "https://a.execute-api.eu-central-1.amazonaws.com/dev/",
            "https://a.execute-api.eu-central-1.amazonaws.com/dev",
        ),
        ("http://[::1]:9000/dev", "http://[::1]:9000/dev"),
        ("http://localhost:9000", "http://localhost:9000"),
    ],
)
def test_public_url_is_an_origin_with_or_without_a_path(set_variable, text: str, expected: str) -> None:
    set_variable("PUBLIC_URL", text)
    assert read_base_url("PUBLIC_URL", default="http://127.0.0.1:8000") == expected
    require_https(expected, production=True)


@pytest.mark.parametrize(
    "text",
    [
        "http://[::::]:8000",
        "http://x:99999",
        "todo.example.com",
        "ftp://a.example",
        "https://",
        "https://u:p@a.example",
        "https://a.example/?x",
        "https://a b",
    ],
)
def test_text_that_is_not_a_public_url_is_refused(set_variable, text: str) -> None:
    set_variable("PUBLIC_URL", text)
    with pytest.raises(ImproperlyConfigured, match=r"set it to a URL such as https://todo\.example\.com"):
        read_base_url("PUBLIC_URL", default="")


def test_public_url_must_be_https_in_production_only() -> None:
    with pytest.raises(ImproperlyConfigured, match="begins with https://"):
        require_https("http://todo.example.com", production=True)
    require_https("http://todo.example.com", production=False)


@pytest.mark.parametrize("origin", ["https://[::::]", "https://a.example:99999", "https://a.example/"])
def test_origin_must_have_a_valid_host_and_port_and_no_path(set_variable, origin: str) -> None:
    set_variable("CORS_ALLOWED_ORIGINS", f"https://app.example.com,{origin}")
    with pytest.raises(ImproperlyConfigured, match="use origins such as"):
        read_origins("CORS_ALLOWED_ORIGINS")
