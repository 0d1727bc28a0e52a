"""The sandbox of an instance: its Python, environment, user and file system."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.runtime import pins_without_extras
from lambda_emulator.sandbox import TMP, UID, socket_folder
from testing.probe_function import needs_lambda_python, needs_namespaces, probe_function, run_action

pytestmark = needs_lambda_python
MEGABYTE = 1 << 20


def test_python_and_its_paths_are_those_of_lambda(function: EmulatedFunction) -> None:
    instance = run_action(function, "describe")
    assert instance["python"] == [3, 13]
    assert instance["cwd"] == instance["path"][0] == instance["environment"]["LAMBDA_TASK_ROOT"]
    assert instance["path"][1] == instance["environment"]["LAMBDA_RUNTIME_DIR"]
    assert not any(path.endswith("site-packages") for path in instance["path"])


def test_the_environment_has_only_the_variables_of_lambda_and_of_the_function(
    function: EmulatedFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAK", "1")
    function.discard_instances()
    variables = run_action(function, "describe")["environment"]
    known = {"GREETING", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TZ", "_HANDLER"}
    others = {name for name in variables if not name.startswith(("AWS_", "LAMBDA_", "_X_AMZN_"))}
    assert others - {"TMPDIR"} == known
    assert variables["GREETING"] == "hello"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    endpoints = {name: value for name, value in variables.items() if "ENDPOINT" in name}
    assert endpoints == {"AWS_ENDPOINT_URL_LAMBDA": function.invoke_api.url}


@needs_namespaces
def test_an_instance_runs_as_another_user_in_its_own_root(function: EmulatedFunction) -> None:
    instance = run_action(function, "describe")
    assert (instance["uid"], instance["cwd"]) == (UID, "/var/task")
    assert instance["path"][:2] == ["/var/task", "/var/runtime"]
    assert set(instance["root"]) <= {"bin", "dev", "etc", "lib", "lib64", "opt", "proc", "tmp", "usr", "var"}
    assert instance["pids"] != os.readlink("/proc/self/ns/pid")


@needs_namespaces
@pytest.mark.parametrize(
    "path", ["/x", "/var/task/x", "/var/task/__pycache__/x", "/var/runtime/x", "/var/lang/x", "/usr/x", "/etc/x"]
)
def test_an_instance_cannot_write_outside_tmp(function: EmulatedFunction, path: str) -> None:
    assert run_action(function, "write", path) in ("OSError", "PermissionError")


@needs_namespaces
def test_tmp_has_512_megabytes_and_is_removed_with_its_instance(function: EmulatedFunction) -> None:
    function.discard_instances()
    assert run_action(function, "describe")["tmp_size"] == 512 * MEGABYTE
    assert run_action(function, "write", f"{TMP}/file") == "written"
    assert run_action(function, "exists", f"{TMP}/file") is True
    function.discard_instances()
    assert run_action(function, "exists", f"{TMP}/file") is False


@needs_namespaces
def test_tmp_is_limited_to_512_megabytes(function: EmulatedFunction, rounds: Callable[[int, int], int]) -> None:
    if not rounds(0, 1):
        pytest.skip("Filling /tmp is slow, so it is done only with --long.")
    function.discard_instances()
    assert run_action(function, "write", f"{TMP}/big", 500 * MEGABYTE) == "written"
    assert run_action(function, "write", f"{TMP}/more", 20 * MEGABYTE) == "OSError"
    function.discard_instances()


def test_without_namespaces_the_package_is_read_only_and_tmpdir_is_removed_with_its_instance(
    plain_function: EmulatedFunction,
) -> None:
    instance = run_action(plain_function, "describe")
    package, tmp = Path(instance["cwd"]), instance["environment"]["TMPDIR"]
    # Bytecode is not checked, because root can write it anyway.
    assert [path for path in (package, *package.glob("*.py")) if path.stat().st_mode & 0o222] == []
    assert run_action(plain_function, "write", f"{tmp}/x") == "written"
    plain_function.discard_instances()
    assert not Path(tmp).exists()


@pytest.fixture
def plain_function(probe_package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatedFunction]:
    """A function whose instances are plain processes, as if the emulator did not run as root."""
    monkeypatch.setattr("lambda_emulator.sandbox.can_isolate", lambda: False)
    with probe_function(probe_package) as function:
        yield function


@needs_namespaces
def test_an_instance_can_read_the_folder_of_the_databases_socket_but_no_other(
    probe_package: Path, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "socket").touch()
    environment = {"DATABASE_URL": f"postgresql://u@/db?host={tmp_path}"}
    with probe_function(probe_package, environment=environment) as function:
        assert run_action(function, "exists", f"{tmp_path}/socket") is True
        assert run_action(function, "write", f"{tmp_path}/other") in ("OSError", "PermissionError")
        assert run_action(function, "exists", str(Path.cwd())) is False


def test_a_database_host_is_a_folder_only_if_it_is_a_path() -> None:
    assert socket_folder({"DATABASE_URL": "postgresql://u@/db?host=/a%2Fb"}) == "/a/b"
    assert socket_folder({"DATABASE_URL": "postgresql://u@localhost/db?host=other"}) is None
    assert socket_folder({}) is None


def test_pins_are_read_without_extras_and_comments() -> None:
    assert pins_without_extras("# x\na==1  # y\nb[c,d]==2.0\n") == "a==1\nb==2.0"
