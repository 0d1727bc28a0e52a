"""The local Lambda: events, answers, the sandbox of an instance, which instance is called, and what goes wrong."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile, ZipInfo

import pytest

from deploy.bytecode import target_python
from lambda_emulator.function import Function, Invocation
from lambda_emulator.gateway import Front
from lambda_emulator.runtime import VERSION, constraints
from lambda_emulator.sandbox import TMP, UID, isolates, socket_folder

pytestmark = pytest.mark.skipif(target_python(VERSION) is None, reason=f"Lambda's Python {VERSION} is not installed.")
isolated = pytest.mark.skipif(not isolates(), reason="Namespaces need a root that may make them.")

# A function that does what its event says, else answers with its event.
SOURCE = """
import json, os, subprocess, sys, time
from pathlib import Path

def handler(event, context):
    if "do" in event:
        return globals()[event["do"]](*event.get("with", []))
    return answer(event)

def answer(event):
    asked = (event.get("queryStringParameters") or {}).get("answer")
    if asked:
        return json.loads(asked)
    if "fail" in event.get("rawPath", event.get("path", "")):
        time.sleep(10)
    body = {"statusCode": 200, "body": json.dumps(event), "headers": {"Content-Type": "application/json"}}
    if "mirror" in event.get("rawPath", event.get("path", "")):
        body = {"statusCode": 200, "body": event["body"], "isBase64Encoded": event["isBase64Encoded"]}
    return body

def say(text):
    print(text)
    return os.getpid()

def nap(seconds):
    time.sleep(seconds)
    return Path("/proc/self/cgroup").exists() and os.environ["AWS_LAMBDA_RUNTIME_API"]

def tell():
    return {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(), "path": sys.path, "cwd": os.getcwd(),
            "environment": dict(os.environ), "python": sys.version_info[:2], "root": sorted(os.listdir("/"))}

def write(path, size=1):
    try:
        Path(path).parent.mkdir(exist_ok=True, parents=True)
        Path(path).write_bytes(b"x" * size)
    except OSError as error:
        return type(error).__name__
    return "written"

def exists(path):
    return Path(path).exists()

def fail(text):
    raise ValueError(text)

def leave(status):
    print("going")
    os._exit(status)

def kill(number):
    os.kill(os.getpid(), number)

def leave_later():
    import threading
    threading.Timer(0.2, os._exit, [3]).start()

def large(size):
    return "x" * size

def child(seconds):
    return subprocess.Popen(["sleep", str(seconds)]).pid

def host():
    return os.readlink("/proc/self/ns/pid")
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("package") / "package.zip", SOURCE)


def packed(archive: Path, source: str, *, name: str = "code_of_test.py", mode: int = 0o644) -> Path:
    with ZipFile(archive, "w") as package:
        info = ZipInfo(name)
        info.external_attr = mode << 16
        package.writestr(info, source)
    return archive


def made(package: Path, **options: Any) -> Function:
    return Function(package, **({"handler": "code_of_test.handler", "environment": {"GREETING": "hello"}} | options))


@pytest.fixture(scope="module")
def function(package: Path) -> Iterator[Function]:
    with made(package) as function:
        yield function


@pytest.fixture
def hasty(package: Path) -> Iterator[Function]:
    """A function of one instance and one second."""
    with made(package, instances=1, timeout=1) as function:
        yield function


@pytest.fixture(scope="module")
def fronts(function: Function) -> Iterator[dict[str, Front]]:
    with Front(function) as v1, Front(function, events="v2") as v2, Front(function, events="url") as url:
        yield {"v1": v1, "v2": v2, "url": url}


def do(function: Function, what: str, *values: Any) -> Any:
    return json.loads(function.invoke({"do": what, "with": values}).payload)


def request(
    front: Front, path: str = "/x", *, method: str = "GET", body: bytes | None = None, headers: Any = ()
) -> tuple[HTTPResponse, bytes]:
    at = urlsplit(front.url)
    http = HTTPConnection(at.netloc, timeout=30)
    try:
        http.putrequest(method, at.path + path)
        for name, value in [*headers, *([("Content-Length", str(len(body)))] if body is not None else [])]:
            http.putheader(name, value)
        http.endheaders(body)
        response = http.getresponse()
        return response, response.read()
    finally:
        http.close()


def event(front: Front, path: str = "/x", **options: Any) -> Any:
    return json.loads(request(front, path, **options)[1])


def answered(front: Front, answer: Any) -> tuple[HTTPResponse, bytes]:
    """Return what the front makes of a function's answer."""
    return request(front, "/x?answer=" + "".join(f"%{byte:02x}" for byte in json.dumps(answer).encode()))


def raw(front: Front, data: bytes) -> bytes:
    """Send bytes, and return all that comes back until the connection ends."""
    at = urlsplit(front.url)
    with socket.create_connection((str(at.hostname), at.port or 0), timeout=30) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


# Events


def test_a_rest_api_gives_the_path_without_its_stage_and_all_parameters(fronts: dict[str, Front]) -> None:
    got = event(fronts["v1"], "/caf%C3%A9/a%2Fb?q=%C3%BC+1&q=2&empty=&flag")
    assert (got["httpMethod"], got["path"]) == ("GET", "/caf%C3%A9/a%2Fb")
    assert got["requestContext"]["path"] == "/dev/caf%C3%A9/a%2Fb"
    assert got["multiValueQueryStringParameters"] == {"q": ["ü 1", "2"], "empty": [""], "flag": [""]}
    assert got["queryStringParameters"] == {"q": "2", "empty": "", "flag": ""}
    assert (got["body"], got["isBase64Encoded"]) == (None, False)
    assert got["requestContext"]["stage"] == "dev"
    assert got["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert "version" not in got


def test_a_rest_api_gives_null_for_no_parameters_and_slash_for_the_stage_alone(fronts: dict[str, Front]) -> None:
    got = event(fronts["v1"], "")
    assert (got["path"], got["queryStringParameters"], got["multiValueQueryStringParameters"]) == ("/", None, None)


def test_a_rest_api_gives_each_header_singly_and_multiply(fronts: dict[str, Front]) -> None:
    got = event(fronts["v1"], headers=[("X-Two", "a"), ("X-Two", "b"), ("X_Under", "c"), ("Cookie", "d=1; e=2")])
    assert got["headers"]["X-Two"] == "b"
    assert got["multiValueHeaders"]["X-Two"] == ["a", "b"]
    assert (got["headers"]["X_Under"], got["headers"]["Cookie"]) == ("c", "d=1; e=2")


def test_an_http_api_gives_the_path_with_its_stage_and_the_query_as_sent(fronts: dict[str, Front]) -> None:
    got = event(fronts["v2"], "/caf%C3%A9?q=%C3%BC+1&q=2", method="PATCH")
    context = got["requestContext"]
    assert (got["version"], got["rawPath"], got["rawQueryString"]) == ("2.0", "/dev/caf%C3%A9", "q=%C3%BC+1&q=2")
    assert got["queryStringParameters"] == {"q": "ü 1,2"}
    assert (context["stage"], context["http"]["method"]) == ("dev", "PATCH")
    assert (context["http"]["path"], context["http"]["sourceIp"]) == ("/dev/caf%C3%A9", "127.0.0.1")


def test_a_function_url_has_no_stage(fronts: dict[str, Front]) -> None:
    got = event(fronts["url"], "/x/")
    assert (got["rawPath"], got["requestContext"]["stage"]) == ("/x/", "$default")
    assert got["requestContext"]["domainName"].endswith(".lambda-url.us-east-1.on.aws")


@pytest.mark.parametrize("kind", ["v2", "url"])
def test_format_two_has_lower_case_joined_headers_and_cookies_apart(fronts: dict[str, Front], kind: str) -> None:
    got = event(fronts[kind], headers=[("X-Two", "a"), ("x-two", "b"), ("Cookie", "d=1; e=2"), ("X_Under", "c")])
    assert (got["headers"]["x-two"], got["headers"]["x_under"]) == ("a,b", "c")
    assert got["cookies"] == ["d=1", "e=2"]
    assert "cookie" not in got["headers"]


@pytest.mark.parametrize("kind", ["v1", "v2", "url"])
def test_the_client_comes_last_in_the_forwarding_header(fronts: dict[str, Front], kind: str) -> None:
    sent = [("X-Forwarded-For", "1.2.3.4"), ("x-forwarded-proto", "https"), ("X-Forwarded-Port", "1")]
    got = event(fronts[kind], headers=sent)["headers"]
    headers = {name.lower(): value for name, value in got.items()}
    assert headers["x-forwarded-for"] == "1.2.3.4, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == str(urlsplit(fronts[kind].url).port)
    assert headers["host"] == urlsplit(fronts[kind].url).netloc


def test_headers_are_read_as_utf_8(fronts: dict[str, Front]) -> None:
    assert event(fronts["v1"], headers=[("X-Name", "ü".encode())])["headers"]["X-Name"] == "ü"


@pytest.mark.parametrize("path", ["/ü", "/a b"])
def test_a_path_that_is_not_ascii_arrives_percent_encoded(fronts: dict[str, Front], path: str) -> None:
    answer = raw(fronts["url"], f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert (b'"rawPath": "/%C3%BC"' in answer) if path == "/ü" else answer.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("kind", ["v1", "v2", "url"])
@pytest.mark.parametrize("mime", ["application/octet-stream", "application/json", "text/plain"])
def test_a_body_of_any_bytes_is_identical_both_ways(fronts: dict[str, Front], kind: str, mime: str) -> None:
    body = bytes(range(256)) * 1000
    response, got = request(fronts[kind], "/mirror", method="POST", body=body, headers=[("Content-Type", mime)])
    assert (response.status, got) == (200, body)


@pytest.mark.parametrize(
    ("kind", "mime", "plain"),
    [
        ("v1", "application/json", False),
        ("v2", "application/json; charset=utf-8", True),
        ("v2", "application/x-www-form-urlencoded", True),
        ("v2", "text/csv", True),
        ("v2", "multipart/form-data; boundary=x", False),
        ("url", "", False),
    ],
)
def test_only_texts_of_format_two_come_plain(fronts: dict[str, Front], kind: str, mime: str, plain: bool) -> None:
    got = event(fronts[kind], method="POST", body="ü".encode(), headers=[("Content-Type", mime)])
    assert got["isBase64Encoded"] is not plain
    assert (got["body"] if plain else base64.b64decode(got["body"]).decode()) == "ü"


def test_a_chunked_body_arrives_whole(fronts: dict[str, Front]) -> None:
    head = b"POST /mirror HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert raw(fronts["url"], head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n").endswith(b"\r\n\r\nabcde")


def test_any_method_becomes_an_event(fronts: dict[str, Front]) -> None:
    assert event(fronts["v1"], method="BREW")["httpMethod"] == "BREW"


# Answers


@pytest.mark.parametrize("kind", ["v1", "v2", "url"])
def test_two_cookies_are_two_headers(fronts: dict[str, Front], kind: str) -> None:
    answer = {"statusCode": 201, "headers": {"X-A": 1, "WWW-Authenticate": "JWT"}, "body": "ü"}
    answer |= {"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}} if kind == "v1" else {"cookies": ["a=1", "b=2"]}
    response, body = answered(fronts[kind], answer)
    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert (response.status, response.headers["X-A"], body) == (201, "1", "ü".encode())
    assert (response.headers["Content-Length"], response.headers["WWW-Authenticate"]) == ("2", "JWT")


def test_a_header_that_stands_in_both_kinds_with_one_value_is_sent_once(fronts: dict[str, Front]) -> None:
    answer = {"statusCode": 200, "headers": {"X-A": "1", "x-b": "1"}, "multiValueHeaders": {"X-A": ["1"], "X-B": ["2"]}}
    response, _ = answered(fronts["v1"], answer)
    assert (response.headers.get_all("X-A"), sorted(response.headers.get_all("X-B") or [])) == (["1"], ["1", "2"])


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(fronts: dict[str, Front], status: int) -> None:
    response, body = answered(fronts["v2"], {"statusCode": status, "body": "no"})
    assert (response.status, body, response.headers["Content-Length"]) == (status, b"", None)


def test_head_has_no_body_and_the_connection_goes_on(fronts: dict[str, Front]) -> None:
    at = urlsplit(fronts["v1"].url)
    http = HTTPConnection(at.netloc, timeout=30)
    for method in ("HEAD", "GET", "HEAD", "GET"):
        http.request(method, "/dev/x")
        response = http.getresponse()
        assert bool(response.read()) == (method == "GET")
        assert int(response.headers["Content-Length"]) > 0
    http.close()


@pytest.mark.parametrize(
    "answer",
    [
        "text",
        [],
        {},
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["X"]},
        {"statusCode": 200, "headers": {"X": {}}},
        {"statusCode": 200, "headers": {"X": "a\r\nb"}},
        {"statusCode": 200, "headers": {"X Y": "a"}},
        {"statusCode": 200, "multiValueHeaders": {"X": 1}, "cookies": 1},
    ],
)
@pytest.mark.parametrize("kind", ["v1", "v2"])
def test_a_malformed_answer_is_a_bad_gateway(fronts: dict[str, Front], kind: str, answer: Any) -> None:
    response, body = answered(fronts[kind], answer)
    assert (response.status, json.loads(body)) == (502, {"message": "Internal server error"})


@pytest.mark.parametrize(
    ("kind", "status", "text"), [("v1", 403, "Missing Authentication Token"), ("v2", 404, "Not Found")]
)
@pytest.mark.parametrize("path", ["/", "/devil/", "/other/dev/"])
def test_outside_of_the_stage_nothing_is_called(
    fronts: dict[str, Front], kind: str, status: int, text: str, path: str
) -> None:
    answer = raw(fronts[kind], f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.endswith(json.dumps({"message": text}).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nab",
        b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
        bytes(range(256)),
    ],
)
def test_bad_http_is_refused_and_does_not_end_the_front(fronts: dict[str, Front], data: bytes) -> None:
    answer = raw(fronts["url"], data)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505", b"HTTP/1.0 4", b'{"message"'))
    assert request(fronts["url"])[0].status == 200


@pytest.mark.parametrize("size", [5_000_000, 11_000_000])
def test_a_body_too_large_for_an_event_is_refused(fronts: dict[str, Front], size: int) -> None:
    response, body = request(fronts["v1"], "/mirror", method="POST", body=bytes(size))
    assert (response.status, json.loads(body)) == (413, {"message": "Request Too Long"})


def test_a_call_that_takes_too_long_is_a_gateway_timeout(hasty: Function) -> None:
    with Front(hasty) as front:
        response, body = request(front, "/fail")
    assert (response.status, json.loads(body)) == (504, {"message": "Endpoint request timed out"})


# The sandbox


def test_python_and_its_paths_are_lambdas(function: Function) -> None:
    got = do(function, "tell")
    assert got["python"] == [3, 13]
    assert got["cwd"] == got["path"][0] == got["environment"]["LAMBDA_TASK_ROOT"]
    assert got["path"][1] == got["environment"]["LAMBDA_RUNTIME_DIR"]
    assert not any(path.endswith("site-packages") for path in got["path"])


def test_the_environment_holds_lambdas_variables_the_address_of_its_api_and_the_functions_alone(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK", "1")
    function.cold()
    got = do(function, "tell")["environment"]
    known = {"GREETING", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ", "TMPDIR", "_HANDLER"}
    assert {n for n in got if not n.startswith(("AWS_", "LAMBDA_", "_X_AMZN_"))} - {"TMPDIR"} == known - {"TMPDIR"}
    assert got["GREETING"] == "hello"
    assert got["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert got["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert [(n, got[n]) for n in got if "ENDPOINT" in n] == [("AWS_ENDPOINT_URL_LAMBDA", function.api.url)]


@isolated
def test_an_instance_runs_as_nobody_in_a_root_of_its_own(function: Function) -> None:
    got = do(function, "tell")
    assert (got["uid"], got["cwd"]) == (UID, "/var/task")
    assert got["path"][:2] == ["/var/task", "/var/runtime"]
    assert set(got["root"]) <= {"bin", "dev", "etc", "lib", "lib64", "opt", "proc", "tmp", "usr", "var"}
    assert do(function, "host") != os.readlink("/proc/self/ns/pid")


@isolated
@pytest.mark.parametrize(
    "path", ["/x", "/var/task/x", "/var/task/__pycache__/x", "/var/runtime/x", "/var/lang/x", "/usr/x", "/etc/x"]
)
def test_nothing_can_be_written(function: Function, path: str) -> None:
    assert do(function, "write", path) in ("OSError", "PermissionError")


@isolated
def test_tmp_takes_512_megabytes_and_is_gone_with_its_instance(package: Path) -> None:
    with made(package) as function:
        assert do(function, "write", f"{TMP}/big", 500 << 20) == "written"
        assert do(function, "exists", f"{TMP}/big") is True
        assert do(function, "write", f"{TMP}/more", 20 << 20) == "OSError"
        function.cold()
        assert do(function, "exists", f"{TMP}/big") is False


def test_the_package_cannot_be_written_without_namespaces_either(plain: Function) -> None:
    got = do(plain, "tell")
    assert not any(mode & 0o222 for mode in modes(Path(got["cwd"])))
    assert do(plain, "write", got["environment"]["TMPDIR"] + "/x") == "written"
    plain.cold()
    assert not Path(got["environment"]["TMPDIR"]).exists()


@pytest.fixture
def plain(package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    """A function whose instances are plain processes, as where there is no root."""
    monkeypatch.setattr("lambda_emulator.sandbox.isolates", lambda: False)
    with made(package) as function:
        yield function


def modes(folder: Path) -> list[int]:
    """Return the modes of the package; root, who may write all the same, leaves bytecode there."""
    return [path.stat().st_mode for path in (folder, *folder.glob("*.py"))]


@isolated
def test_the_folder_of_the_databases_socket_is_reachable(package: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "socket").touch()
    with made(package, environment={"DATABASE_URL": f"postgresql://u@/db?host={tmp_path}"}) as function:
        assert do(function, "exists", f"{tmp_path}/socket") is True
        assert do(function, "write", f"{tmp_path}/other") in ("OSError", "PermissionError")
        assert do(function, "exists", str(Path.cwd())) is False


def test_only_a_socket_is_a_folder() -> None:
    assert socket_folder({"DATABASE_URL": "postgresql://u@/db?host=/a%2Fb"}) == "/a/b"
    assert socket_folder({"DATABASE_URL": "postgresql://u@localhost/db?host=other"}) is None
    assert socket_folder({}) is None


def test_constraints_name_no_extras() -> None:
    assert constraints("# x\na==1  # y\nb[c,d]==2.0\n") == "a==1\nb==2.0"


# Which instance


def test_calls_in_turn_meet_the_same_instance_though_there_are_others(function: Function) -> None:
    with ThreadPoolExecutor(4) as pool:
        several = set(pool.map(lambda _: do(function, "nap", 0.5), range(4)))
    assert len(several) == 4
    assert len({do(function, "nap", 0) for _ in range(8)}) == 1


def test_more_calls_than_instances_wait_for_their_turn(hasty: Function) -> None:
    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(lambda _: do(hasty, "nap", 0.1), range(5)))) == 1


def test_a_cold_start_waits_for_the_call_under_way(package: Path) -> None:
    with made(package, instances=1) as function, ThreadPoolExecutor(1) as pool:
        first = do(function, "nap", 0)
        under_way = pool.submit(do, function, "nap", 0.5)
        time.sleep(0.1)
        function.cold()
        assert do(function, "nap", 0) != first
        assert under_way.result() == first


# The log


def test_a_call_returns_its_own_log_and_all_are_kept(function: Function) -> None:
    function.cold()
    first, second = (function.invoke({"do": "say", "with": [text]}).log for text in ("one ü", "two"))
    assert "INIT_START" in first
    assert "Init Duration" in first
    assert "INIT_START" not in second
    assert "\none ü\nEND RequestId" in first
    assert "two" not in first
    assert "REPORT RequestId: " in second
    assert function.log.read_text().endswith(first + second)


# What goes wrong


def error(invocation: Invocation) -> tuple[str, str]:
    assert invocation.error
    told = json.loads(invocation.payload)
    return told["errorType"], told["errorMessage"]


def test_an_exception_is_told_and_its_instance_is_used_again(hasty: Function) -> None:
    before = do(hasty, "nap", 0)
    assert error(hasty.invoke({"do": "fail", "with": ["no"]})) == ("ValueError", "no")
    assert do(hasty, "nap", 0) == before


@pytest.mark.parametrize(
    ("what", "value", "text"),
    [("leave", 7, "exit status 7"), ("kill", 9, "signal: killed"), ("leave", 0, "exit status 0")],
)
def test_a_crash_is_told_and_the_instance_replaced(hasty: Function, what: str, value: int, text: str) -> None:
    before = do(hasty, "nap", 0)
    invocation = hasty.invoke({"do": what, "with": [value]})
    kind, message = error(invocation)
    assert (kind, message.endswith(f"Error: Runtime exited with error: {text}")) == ("Runtime.ExitError", True)
    assert text in invocation.log
    assert ("going" in invocation.log) == (what == "leave")
    assert do(hasty, "nap", 0) != before


def test_an_instance_that_died_idle_is_replaced_unnoticed(hasty: Function) -> None:
    assert hasty.invoke({"do": "leave_later"}).error is None
    time.sleep(0.5)
    assert hasty.invoke({"do": "say", "with": ["x"]}).error is None


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import missing", "Runtime.ImportModuleError"),
        ("def", "Runtime.UserCodeSyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_package_that_cannot_start_says_why(tmp_path: Path, source: str, kind: str) -> None:
    with made(packed(tmp_path / "p.zip", source), instances=1) as function, Front(function) as front:
        for _ in range(2):
            invocation = function.invoke({})
            assert error(invocation)[0] == kind
            assert kind in invocation.log
        assert request(front)[0].status == 502


def test_a_package_that_ends_while_it_starts_says_so(tmp_path: Path) -> None:
    with made(packed(tmp_path / "p.zip", "import os; os._exit(5)")) as function:
        assert error(function.invoke({}))[1].endswith("exit status 5")


@isolated
def test_a_package_whose_files_may_not_be_read_fails_as_on_lambda(tmp_path: Path) -> None:
    with made(packed(tmp_path / "p.zip", SOURCE, mode=0o600)) as function:
        assert "ermission denied" in error(function.invoke({}))[1]


def test_a_call_over_its_time_ends_with_its_instance(hasty: Function) -> None:
    before, begin = do(hasty, "nap", 0), time.monotonic()
    invocation = hasty.invoke({"do": "nap", "with": [60]})
    kind, message = error(invocation)
    assert (kind, message.endswith("Task timed out after 1.00 seconds")) == ("Sandbox.Timedout", True)
    assert time.monotonic() - begin < 5
    assert "Task timed out after 1.00 seconds" in invocation.log
    assert do(hasty, "nap", 0) != before


def test_events_and_answers_have_a_limit(hasty: Function) -> None:
    before = do(hasty, "nap", 0)
    assert error(hasty.invoke("x" * 6_291_556))[0] == "RequestTooLarge"
    assert do(hasty, "nap", 0) == before
    assert len(hasty.invoke({"do": "large", "with": [6_291_554]}).payload) == 6_291_556
    assert error(hasty.invoke({"do": "large", "with": [6_291_555]}))[0] == "Function.ResponseSizeTooLarge"
    assert do(hasty, "nap", 0) != before


def test_closing_ends_the_call_under_way_and_removes_the_folder(package: Path) -> None:
    function = made(package)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(function.invoke, {"do": "nap", "with": [20]})
        time.sleep(1)
        function.close()
        assert error(call.result(5))[0] == "Runtime.ExitError"
    assert not function.log.parent.exists()
    with pytest.raises(RuntimeError):
        function.invoke({})


def test_what_is_no_package_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_text("no zip")
    with pytest.raises(RuntimeError, match="is no package"):
        made(tmp_path / "p.zip")


# The command


@contextmanager
def started(package: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """Run the command; tell its process, its address and the folder of its function."""
    command = [sys.executable, "-m", "lambda_emulator", str(package)]
    with subprocess.Popen(  # noqa: S603
        command, env=os.environ | {"PORT": "0"} | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield process, urlsplit(line.split()[1]).netloc, Path(line.split()[3]).parent
        finally:
            process.kill()


def status(at: str, path: str) -> int:
    http = HTTPConnection(at, timeout=30)
    try:
        http.request("GET", path)
        return http.getresponse().status
    finally:
        http.close()


@pytest.fixture
def lambda_package(tmp_path: Path) -> Path:
    """A package of the handler that the command calls."""
    return packed(tmp_path / "p.zip", SOURCE, name="todoproject/serving/lambda_handler.py")


def processes_in(folder: Path) -> list[str]:
    """Return the processes that were told of a folder, and those of its instances."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "mountinfo").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in text:
            found.append(process.name)
    return found


def gone(folder: Path) -> bool:
    deadline = time.monotonic() + 5
    while processes_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes_in(folder)


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="Only Linux tells of processes there.")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_command_leaves_no_process_behind(lambda_package: Path, number: int) -> None:
    with started(lambda_package) as (process, at, folder):
        assert status(at, "/dev/x") == 200
        assert processes_in(folder)
        process.send_signal(number)
        assert process.wait(10) == (0 if number != signal.SIGKILL else -signal.SIGKILL)
    assert gone(folder)


def test_hangup_starts_cold(lambda_package: Path) -> None:
    with started(lambda_package, EVENTS="url") as (process, at, folder):
        for _ in range(2):
            assert status(at, "/x") == 200
            process.send_signal(signal.SIGHUP)
            time.sleep(0.5)
        assert (folder / "log").read_text().count("INIT_START") == 2


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "x"), ("PORT", "70000"), ("INSTANCES", "0"), ("EVENTS", "v3"), ("STAGE", "a/b")]
)
def test_the_command_refuses_what_makes_no_sense(lambda_package: Path, name: str, value: str) -> None:
    command = [sys.executable, "-m", "lambda_emulator", str(lambda_package)]
    done = subprocess.run(command, env=os.environ | {name: value}, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 1
    assert done.stderr.startswith(f"Not started: {name} is {value!r}")
    assert done.stderr.count("\n") == 1
