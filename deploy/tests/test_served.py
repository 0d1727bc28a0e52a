"""The package as it is served on Lambda: by a REST API, an HTTP API and a function URL."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin
from zipfile import ZipFile

import pytest

from deploy.stages import local_environment
from lambda_emulator.function import Function
from lambda_emulator.gateway import Front
from testing.flask_api import check_every_call
from testing.gateway import GatewayCaller
from testing.server import PASSWORD, Answer

HTML = {"Accept": "text/html"}
CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture(scope="module")
def function(package: Path) -> Iterator[Function]:
    with Function(package, environment=local_environment(), instances=1) as function:
        yield function


@pytest.fixture(scope="module")
def gateways(function: Function) -> Iterator[dict[str, GatewayCaller]]:
    """All three, with one function behind them."""
    with (
        Front(function, events="v1") as rest,
        Front(function, events="v2") as http,
        Front(function, events="url") as url,
    ):
        fronts = {"REST API": rest, "HTTP API": http, "function URL": url}
        yield {name: GatewayCaller(front, function) for name, front in fronts.items()}


@pytest.fixture(params=["REST API", "HTTP API", "function URL"])
def gateway(request: pytest.FixtureRequest, gateways: dict[str, GatewayCaller]) -> GatewayCaller:
    return gateways[request.param]


@pytest.fixture
def cold(gateway: GatewayCaller) -> GatewayCaller:
    gateway.function.cold()
    return gateway


def test_every_call_of_the_flask_api_answers_as_it_did(cold: GatewayCaller) -> None:
    check_every_call(cold)


def test_data_is_gone_with_its_instance_and_health_says_so(cold: GatewayCaller) -> None:
    assert cold.call("GET", "/health/").json()["durable"] is False
    token = cold.sign_up_as("ada@example.com")
    assert cold.call("GET", "/auth/me/", token=token).status == 200
    cold.function.cold()
    assert cold.call("POST", "/auth/login/", CREDENTIALS).json()["message"] == "Invalid credentials"
    assert "The data is a copy in /tmp" in cold.function.log.read_text()


def test_a_token_is_worth_nothing_where_somebody_else_has_the_same_id(cold: GatewayCaller) -> None:
    ada = cold.sign_up_as("ada@example.com")
    cold.function.cold()
    eve = cold.sign_up_as("eve@example.com")
    assert claims(ada)["user_id"] == claims(eve)["user_id"]
    assert cold.call("GET", "/todos/", token=eve).status == 200
    assert cold.call("GET", "/todos/", token=ada).status == 401


def claims(token: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_addresses_keep_the_prefix_when_one_instance_serves_several_in_turn(gateways: dict[str, GatewayCaller]) -> None:
    for name in ("REST API", "function URL", "HTTP API", "function URL", "REST API"):
        gateway = gateways[name]
        links = gateway.call("GET", "/").json()
        assert set(links.values()) == {link for link in links.values() if link.startswith(f"{gateway.url}/")}
        token = gateway.sign_up()
        made = [gateway.call("POST", "/todos/", {"title": "x"}, token=token) for _ in range(2)]
        assert made[0].headers["Location"] == f"{gateway.url}/todos/{made[0].json()['id']}/"
        assert gateway.call("GET", "/todos/?limit=1", token=token).headers["Link"].startswith(f"<{gateway.url}/todos/?")
        assert gateway.call("GET", "/admin/").headers["Location"].startswith(f"{gateway.prefix}/admin/login/")


@pytest.mark.parametrize("page", ["/", "/todos/", "/docs/", "/admin/login/", "/session/login/", "/auth/login/"])
def test_every_asset_of_a_page_arrives_as_it_was_packaged(gateway: GatewayCaller, package: Path, page: str) -> None:
    html = gateway.call("GET", page, **HTML).body.decode()
    assets = set(re.findall(r"(?:src|href)=\"([^\"]*/static/[^\"]+)\"", html))
    assert assets
    assert all(asset.startswith(f"{gateway.prefix}/static/") for asset in assets)
    with ZipFile(package) as packaged:
        styles = [asset for asset in assets if asset.endswith(".css")]
        assets |= {urljoin(style, name) for style in styles for name in named_in(packaged, gateway, style)}
        for asset in assets:
            assert_as_packaged(packaged, gateway, asset)


def packaged_name(gateway: GatewayCaller, asset: str) -> str:
    return f"staticfiles/{asset.removeprefix(f'{gateway.prefix}/static/')}"


def named_in(packaged: ZipFile, gateway: GatewayCaller, style: str) -> set[str]:
    """Return the images and fonts that a style sheet names."""
    text = packaged.read(packaged_name(gateway, style)).decode()
    names = re.findall(r"url\(['\"]?([^'\")#?]+)", text)
    return {name for name in names if not name.startswith("data:")}


def assert_as_packaged(packaged: ZipFile, gateway: GatewayCaller, asset: str) -> None:
    content = packaged.read(packaged_name(gateway, asset))
    plain, body = gateway.raw("GET", asset.removeprefix(gateway.prefix))
    assert (plain.status, body == content) == (200, True), asset
    assert plain.getheader("Content-Encoding") is None
    zipped, body = gateway.raw("GET", asset.removeprefix(gateway.prefix), {"Accept-Encoding": "gzip"})
    body = gzip.decompress(body) if zipped.getheader("Content-Encoding") == "gzip" else body
    assert (zipped.status, body == content) == (200, True), asset


def test_compressed_files_and_fonts_are_among_the_assets(gateway: GatewayCaller, package: Path) -> None:
    with ZipFile(package) as packaged:
        font = next(name for name in packaged.namelist() if name.endswith(".woff"))
        style = next(name for name in packaged.namelist() if re.search(r"bootstrap\.min\.\w+\.css\.gz", name))
        path = f"/static/{style.removeprefix('staticfiles/').removesuffix('.gz')}"
        zipped, body = gateway.raw("GET", path, {"Accept-Encoding": "gzip"})
        assert (zipped.getheader("Content-Encoding"), body) == ("gzip", packaged.read(style))
        assert gateway.raw("GET", f"/static/{font.removeprefix('staticfiles/')}")[1] == packaged.read(font)


def test_two_cookies_of_one_answer_both_arrive_and_a_session_works(cold: GatewayCaller) -> None:
    cold.sign_up_as("ada@example.com")
    form, _ = cold.raw("GET", "/session/login/", HTML)
    csrf = cookies_of(form)["csrftoken"]
    fields = {"username": "ada@example.com", "password": PASSWORD, "csrfmiddlewaretoken": csrf}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={csrf}", **HTML}
    headers["Referer"] = f"{cold.url}/session/login/"
    answer, _ = cold.raw("POST", "/session/login/", headers, urlencode(fields).encode())
    assert (answer.status, answer.getheader("Location")) == (302, f"{cold.prefix}/todos/")
    cookies = cookies_of(answer)
    assert cookies.keys() >= {"csrftoken", "sessionid"}
    page, body = cold.raw("GET", "/todos/", HTML | {"Cookie": f"sessionid={cookies['sessionid']}"})
    assert page.status == 200
    assert b"ada@example.com" in body


def cookies_of(answer: HTTPResponse) -> dict[str, str]:
    lines = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return dict(line.split(";")[0].split("=", 1) for line in lines)


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


def test_head_options_and_empty_answers_have_no_body(gateway: GatewayCaller) -> None:
    token = {"Authorization": f"JWT {gateway.sign_up()}"}
    head, body = gateway.raw("HEAD", "/todos/", token)
    assert (head.status, body) == (200, b"")
    options, _ = gateway.raw("OPTIONS", "/todos/", token)
    assert (options.status, options.getheader("Allow")) == (200, "GET, POST, PATCH, DELETE, HEAD, OPTIONS")
    left, body = gateway.raw("POST", "/auth/logout/", token)
    assert (left.status, body) == (204, b"")


def test_a_body_of_5_mb_is_refused_with_the_reason(gateway: GatewayCaller) -> None:
    token = gateway.sign_up()
    answer = gateway.call("POST", "/todos/", {"title": "x" * 5_000_000}, token=token)
    assert answer.status == 413
    assert "large" in answer.body.decode().lower() or "Too Long" in answer.body.decode()
    answer = gateway.call("POST", "/todos/", {"title": "x" * 2_700_000}, token=token)
    assert (answer.status, answer.json()["type"]) == (413, "client_error")


FILL = """
from accounts.models import User
from todos.unit_of_work import unit_of_work
for _ in range({}):
    with unit_of_work(User.objects.get()) as work:
        work.create(title="x", description="\\\\" * 2_000)
"""


def test_a_list_of_almost_4_mb_arrives_whole_and_a_longer_one_is_refused_with_the_reason(cold: GatewayCaller) -> None:
    """Nothing but backslashes: they take four bytes each in a JSON string inside a JSON string."""
    token = cold.sign_up_as("ada@example.com")
    assert not cold.function.invoke({"raw_command": FILL.format(920)}).error
    whole = cold.call("GET", "/todos/", token=token)
    assert whole.status == 200
    assert 3_800_000 < len(whole.body) < 4_000_000
    assert {todo["description"] for todo in whole.json()} == {"\\" * 2_000}
    assert not cold.function.invoke({"raw_command": FILL.format(250)}).error
    refused = cold.call("GET", "/todos/", token=token)
    assert (refused.status, refused.json()["errors"][0]["code"]) == (400, "pagination_required")


def test_management_commands_work_and_what_fails_is_told(
    function: Function, gateways: dict[str, GatewayCaller]
) -> None:
    function.cold()
    assert "Nothing is pending." in manage(function, "migrate")
    assert "Sign up, then run make_admin" in manage(function, "createsuperuser", fails=True)
    assert "There is no active account" in manage(function, "make_admin ada@example.com", fails=True)
    assert "zappa update" in manage(function, "migrate todos zero", fails=True)
    gateways["REST API"].sign_up_as("ada@example.com")
    for _ in range(2):
        said = manage(function, "make_admin ada@example.com")
        assert "ada@example.com is an administrator." in said
        assert "gone at the next cold start" in said


def manage(function: Function, command: str, *, fails: bool = False) -> str:
    invocation = function.invoke({"manage": command})
    assert bool(invocation.error) is fails, invocation
    return invocation.log


def test_a_schedule_purges(function: Function) -> None:
    rule = "arn:aws:events:eu-central-1:123456789012:rule/todo-api-dev-todoproject.serving.lambda_handler.purge_deleted"
    invocation = function.invoke({"detail-type": "Scheduled Event", "resources": [rule]})
    assert invocation.error is None, invocation


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"SECRET_KEY": "short"}, "Not started: SECRET_KEY is a default, or shorter than 50 characters"),
        ({"ALLOWED_HOSTS": ""}, "Not started: ALLOWED_HOSTS is empty"),
        ({"DATABASE_REQUIRED": "1"}, "Not started: DATABASE_URL is not set"),
    ],
)
def test_a_misconfiguration_stops_the_start_with_one_clear_line(
    package: Path, environment: dict[str, str], reason: str
) -> None:
    with Function(package, environment=local_environment() | environment, instances=1) as function:
        invocation = function.invoke({"manage": "check"})
        log = function.log.read_text()
    assert invocation.error is not None
    assert reason in log
    assert "Traceback" not in log


def test_the_package_has_no_key_of_this_project(package: Path) -> None:
    key = local_environment()["SECRET_KEY"].encode()
    with ZipFile(package) as packaged:
        assert [name for name in packaged.namelist() if key in packaged.read(name)] == []


def test_the_whole_log_has_no_password_token_or_key(gateways: dict[str, GatewayCaller], function: Function) -> None:
    function.cold()
    rest = gateways["REST API"]
    token = rest.sign_up_as("ada@example.com")
    rest.call("POST", "/auth/login/", CREDENTIALS)
    rest.call("POST", "/auth/login/", CREDENTIALS | {"password": "hidden wrong one"})
    rest.call("POST", "/auth/login/", b'{"email": "ada@example.com", "password": "hidden half')
    rest.call("GET", f"/todos/?token={token}", token=token)
    rest.call("GET", "/todos/", token=f"hidden{token}")
    log = function.log.read_text()
    assert "REPORT RequestId" in log
    for secret in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), "hidden", token, "eyJ"):
        assert secret not in log
    assert local_environment()["SECRET_KEY"] not in log


@pytest.mark.postgresql
def test_on_postgresql_two_instances_see_each_others_writes_at_once(package: Path, database_url: str) -> None:
    environment = local_environment() | {"DATABASE_URL": database_url}
    with (
        Function(package, environment=environment, instances=1) as one,
        Function(package, environment=environment, instances=1) as other,
        Front(one) as here,
        Front(other, events="v2") as there,
    ):
        assert not one.invoke({"manage": "migrate"}).error
        first, second = GatewayCaller(here, one), GatewayCaller(there, other)
        assert first.call("GET", "/health/").json() | {"version": ""} == HEALTHY
        token = first.sign_up()
        for number in range(20):
            writer, reader = (first, second) if number % 2 else (second, first)
            made: Answer = writer.call("POST", "/todos/", {"title": str(number)}, token=token)
            assert [todo["id"] for todo in reader.call("GET", "/todos/", token=token).json()][-1] == made.json()["id"]
        assert first.call("POST", "/auth/logout/", token=token).status == 204
        assert second.call("GET", "/todos/", token=token).status == 401
        one.cold()
        assert first.call("GET", "/health/").json()["durable"] is True


HEALTHY = {"status": "ok", "database": "postgresql", "durable": True, "version": ""}
