"""The Lambda handler around Zappa's: stage prefixes, sanitized headers, large responses, lazy imports."""

import base64
import json
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from todoproject.serving.lambda_wsgi import split_path


def rest_api_event(path: str, full_path: str) -> dict[str, Any]:
    return {"path": path, "requestContext": {"stage": "dev", "path": full_path, "identity": {"sourceIp": "192.0.2.7"}}}


def http_api_event(path: str, stage: str = "dev") -> dict[str, Any]:
    context = {"stage": stage, "http": {"method": "GET", "sourceIp": "192.0.2.7"}}
    return {"version": "2.0", "rawPath": path, "headers": {}, "requestContext": context}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (rest_api_event("/todos/", "/dev/todos/"), ("/dev", "/todos/")),
        (rest_api_event("/", "/dev"), ("/dev", "/")),
        (rest_api_event("/", "/dev/"), ("/dev", "/")),
        (rest_api_event("/todos/", "/todos/"), ("", "/todos/")),
        (rest_api_event("/dev/todos/", "/dev/dev/todos/"), ("/dev", "/dev/todos/")),
        (rest_api_event("/dev/todos/", "/dev/todos/"), ("", "/dev/todos/")),
        (rest_api_event("/device/", "/device/"), ("", "/device/")),
        (rest_api_event("/device/", "/dev/device/"), ("/dev", "/device/")),
        (http_api_event("/dev/todos/"), ("/dev", "/todos/")),
        (http_api_event("/dev"), ("/dev", "")),
        (http_api_event("/device/"), ("", "/device/")),
        (http_api_event("/todos/"), ("", "/todos/")),
        (http_api_event("/todos/", stage="$default"), ("", "/todos/")),
    ],
)
def test_prefix_is_the_stage_only_if_the_request_path_has_it(event: dict[str, Any], expected: tuple[str, str]) -> None:
    assert split_path(event) == expected


def test_no_route_begins_with_the_name_of_a_stage() -> None:
    def routes(patterns: list[Any], prefix: str = "") -> list[str]:
        own = [
            prefix + str(pattern.pattern).removeprefix("^") for pattern in patterns if isinstance(pattern, URLPattern)
        ]
        below = [(p.url_patterns, prefix + str(p.pattern)) for p in patterns if isinstance(p, URLResolver)]
        return own + [route for patterns, prefix in below for route in routes(patterns, prefix)]

    found = routes(get_resolver().url_patterns)
    assert "todos/$" in found
    for stage in json.loads((settings.BASE_DIR / "zappa_settings.json").read_text()):
        assert not [route for route in found if route.startswith(stage)]


IN_NEW_PROCESS = """
import json, sys, types
sys.modules["zappa_settings"] = types.ModuleType("zappa_settings")
from todoproject.serving import lambda_handler
{}
"""


def run_in_new_process(code: str) -> Any:
    """Run code after the import of lambda_handler, in a process that has not imported Zappa before."""
    code = IN_NEW_PROCESS.format(code)
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_aws_sdk_is_imported_only_when_it_is_used() -> None:
    before, session, after = run_in_new_process(
        "before = [name for name in sys.modules if name.startswith(('boto3', 'botocore', 'urllib3'))]\n"
        "import zappa.utilities\n"
        "session = zappa.utilities.boto3.Session.__module__\n"
        "print(json.dumps([before, session, 'botocore.session' in sys.modules]))"
    )
    assert (before, session, after) == ([], "boto3.session", True)


def test_address_is_from_the_gateway_and_headers_with_an_underscore_are_dropped() -> None:
    forged = {"X-Forwarded-For": "203.0.113.1, 203.0.113.2", "x_forwarded_for": "203.0.113.3", "X-Todo": "é"}
    event = rest_api_event("/", "/dev/") | {
        "headers": forged,
        "multiValueHeaders": {n: [v, v] for n, v in forged.items()},
    }
    got = run_in_new_process(f"print(json.dumps(lambda_handler.sanitize_event_headers({event!r})))")
    assert got["headers"] == {"X-Todo": "Ã©", "X-Forwarded-For": "192.0.2.7"}
    assert got["multiValueHeaders"] == {"X-Todo": ["Ã©", "Ã©"]}
    got = run_in_new_process(
        f"print(json.dumps(lambda_handler.sanitize_event_headers({http_api_event('/') | {'cookies': ['a=é']}!r})))"
    )
    assert (got["headers"], got["cookies"]) == ({"X-Forwarded-For": "192.0.2.7"}, ["a=Ã©"])


def test_event_that_is_not_a_request_is_unchanged() -> None:
    event = {"manage": "check", "a_b": "c"}
    assert run_in_new_process(f"print(json.dumps(lambda_handler.sanitize_event_headers({event!r})))") == event


def test_only_large_responses_are_encoded_as_base64() -> None:
    small, large = run_in_new_process(
        "results = []\n"
        "for body in ('\"' * 1_000_000, '\"é' * 1_000_000):\n"
        "    lambda_handler.zappa.lambda_handler = lambda event, context: {'statusCode': 200, 'body': body}\n"
        "    results.append(lambda_handler.handler({}, None))\n"
        "print(json.dumps(results))"
    )
    assert small == {"statusCode": 200, "body": '"' * 1_000_000}
    assert large["isBase64Encoded"] is True
    assert base64.b64decode(large["body"]).decode() == '"é' * 1_000_000
    assert len(large["body"]) < 4_000_004
