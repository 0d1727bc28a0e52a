"""The API of the packaged function through a REST API, an HTTP API and a function URL."""

import gzip
import json
from urllib.parse import quote

import pytest

from testing.flask_api import check_every_call
from testing.gateway import GatewayCaller


def test_every_call_of_the_flask_api_still_works(fresh_gateway: GatewayCaller) -> None:
    check_every_call(fresh_gateway)


def test_urls_in_responses_have_the_prefix_of_the_gateway_of_the_request(
    gateways: dict[str, GatewayCaller],
) -> None:
    for name in ("REST API", "function URL", "HTTP API", "function URL", "REST API"):
        gateway = gateways[name]
        links = gateway.call("GET", "/").json()
        assert set(links.values()) == {link for link in links.values() if link.startswith(f"{gateway.url}/")}
        token = gateway.sign_up()
        created = [gateway.call("POST", "/todos/", {"title": "x"}, token=token) for _ in range(2)]
        assert created[0].headers["Location"] == f"{gateway.url}/todos/{created[0].json()['id']}/"
        assert gateway.call("GET", "/todos/?limit=1", token=token).headers["Link"].startswith(f"<{gateway.url}/todos/?")
        assert gateway.call("GET", "/admin/").headers["Location"].startswith(f"{gateway.prefix}/admin/login/")


def test_unicode_and_repeated_parameters_arrive_as_they_were_sent(gateway: GatewayCaller) -> None:
    token = gateway.sign_up()
    gateway.call("POST", "/todos/", {"title": "Käse, 50 % & +", "description": "日本\n🧀"}, token=token)
    for search in ("KÄSE", "50 % & +", "本\n🧀"):
        found = gateway.call("GET", f"/todos/?search={quote(search)}", token=token).json()
        assert [todo["title"] for todo in found] == ["Käse, 50 % & +"]
    assert gateway.call("GET", "/todos/?search=K%C3%A4se%2C+50", token=token).json()
    for query in ("status=open&status=open", "status=open&status=completed"):
        repeated = gateway.call("GET", f"/todos/?{query}", token=token)
        assert (repeated.status, repeated.json()["errors"][0]["code"]) == (400, "repeated")
    assert gateway.call("GET", "/todos/?status=", token=token).json()["errors"][0]["code"] == "empty"
    assert gateway.call("GET", "/todos/%C3%A9/", token=token).status == 404


def test_responses_to_head_and_options_and_empty_responses_have_no_body(gateway: GatewayCaller) -> None:
    token = {"Authorization": f"JWT {gateway.sign_up()}"}
    head, body = gateway.send_request("HEAD", "/todos/", token)
    assert (head.status, body) == (200, b"")
    options, _ = gateway.send_request("OPTIONS", "/todos/", token)
    assert (options.status, options.getheader("Allow")) == (200, "GET, POST, PATCH, DELETE, HEAD, OPTIONS")
    logged_out, body = gateway.send_request("POST", "/auth/logout/", token)
    assert (logged_out.status, body) == (204, b"")


def test_a_body_of_5_mb_is_refused_with_the_reason(gateway: GatewayCaller) -> None:
    token = gateway.sign_up()
    headers = {"Authorization": f"JWT {token}", "Content-Type": "application/json"}
    # API Gateway's own response has another shape, so it is not compared with the schema.
    refused, body = gateway.send_request("POST", "/todos/", headers, json.dumps({"title": "x" * 5_000_000}).encode())
    assert refused.status == 413
    assert b"large" in body.lower() or b"Too Long" in body
    response = gateway.call("POST", "/todos/", {"title": "x" * 2_700_000}, token=token)
    assert (response.status, response.json()["type"]) == (413, "client_error")


CREATE_TODOS = """
from accounts.models import User
from todos.unit_of_work import unit_of_work
for _ in range({}):
    with unit_of_work(User.objects.get()) as work:
        work.create(title="x", description="\\\\" * 2_000)
"""


@pytest.mark.parametrize("kind", ["REST API", "HTTP API"])  # A function URL's responses are an HTTP API's.
def test_a_list_of_almost_4_mb_arrives_whole_and_a_longer_one_is_refused_with_the_reason(
    gateways: dict[str, GatewayCaller], kind: str
) -> None:
    """Backslashes are the worst case: each takes four bytes in a JSON string inside a JSON string."""
    gateway = gateways[kind]
    gateway.function.discard_instances()
    token = gateway.sign_up_as("ada@example.com")
    assert not gateway.function.invoke({"raw_command": CREATE_TODOS.format(920)}).error
    whole = gateway.call("GET", "/todos/", token=token)
    assert whole.status == 200
    assert 3_800_000 < len(whole.body) < 4_000_000
    assert {todo["description"] for todo in whole.json()} == {"\\" * 2_000}
    assert not gateway.function.invoke({"raw_command": CREATE_TODOS.format(250)}).error
    refused = gateway.call("GET", "/todos/", token=token)
    assert (refused.status, refused.json()["errors"][0]["code"]) == (400, "pagination_required")


def test_long_responses_are_compressed_and_a_304_has_no_length(gateway: GatewayCaller) -> None:
    token = {"Authorization": f"JWT {gateway.sign_up()}"}
    gateway.call("POST", "/todos/", [{"title": f"Buy milk {number}"} for number in range(20)], **token)
    response, body = gateway.send_request("GET", "/todos/", token | {"Accept-Encoding": "gzip"})
    assert (response.status, response.getheader("Content-Encoding")) == (200, "gzip")
    assert b"Buy milk 19" in gzip.decompress(body)
    condition = {"If-None-Match": response.getheader("ETag", "")}
    unchanged, body = gateway.send_request("GET", "/todos/", token | condition)
    assert (unchanged.status, body, unchanged.getheader("Content-Length")) == (304, b"", None)
