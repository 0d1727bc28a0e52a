"""The process of an instance: where it lives, what it may do and what it finds in its environment."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from lambda_emulator.function_folder import function_folder, protect, unpack
from lambda_emulator.instance import Start
from lambda_emulator.runtime import VERSION, Runtime, lambda_runtime

UID, GID = 993, 990
ACCOUNT = f"root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:{UID}:{GID}::/home/sbx_user1051:/sbin/nologin\n"
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc")
DEVICES = ("null", "zero", "full", "random", "urandom")
LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
LIBRARIES = "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
TMP, TMP_MB = "/tmp", 512  # noqa: S108 - inside an instance


class Place(NamedTuple):
    """The folders of one function on this machine: the package, an empty one to mount on, and one to write in."""

    task: Path
    root: Path
    passwd: Path


@cache
def isolates() -> bool:
    """Whether this process may make mount and process namespaces; a container's root may not."""
    tools = [shutil.which(tool) for tool in ("unshare", "setpriv", "mount", "chroot")]
    if os.getuid() or not all(tools):
        return False
    probe = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--propagation",
        "private",
        "mount",
        "-t",
        "tmpfs",
        "none",
        "/mnt",
    ]
    return subprocess.run(probe, capture_output=True).returncode == 0  # noqa: S603


@contextmanager
def prepared(package: Path, variables: Mapping[str, str], handler: str, timeout: float) -> Iterator[Start]:
    """Unpack a package, and tell how its instances start, for as long as it is needed.

    Root, where it may, gives each a root of its own; others get a plain process, a package without rights to write,
    and a folder of their own named by TMPDIR.
    """
    runtime = lambda_runtime()
    with function_folder() as folder:
        place = Place(folder / "task", folder / "root", folder / "passwd")
        place.task.mkdir()
        place.root.mkdir()
        place.passwd.write_text(ACCOUNT)
        unpack(package, place.task)
        if isolates():
            environment = environment_of(variables, "/var/task", "/var/runtime", "/var/lang")
            command = isolated_command(place, runtime, variables, handler)
            yield Start(command, environment, Path("/"), folder, timeout, private_tmp=False)
        else:
            protect(place.task)
            environment = environment_of(variables, str(place.task), str(runtime.libraries), str(runtime.lang))
            yield Start(plain_command(runtime, handler), environment, place.task, folder, timeout, private_tmp=True)


def environment_of(function: Mapping[str, str], task: str, runtime: str, lang: str) -> dict[str, str]:
    """Return all that a process finds in its environment: Lambda's own variables, and the function's.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html; the keys of AWS are made up. One variable
    is not Lambda's: the function's AWS_ENDPOINT_URL_LAMBDA, as Lambda itself is elsewhere here.
    """
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{lang}/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH": f"{lang}/lib:{LIBRARIES}",
        "PYTHONPATH": runtime,
        "LAMBDA_TASK_ROOT": task,
        "LAMBDA_RUNTIME_DIR": runtime,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{VERSION}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "ASIAMADEUPMADEUPMADE",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_SESSION_TOKEN": "made-up",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        **function,
    }


def socket_folder(environment: Mapping[str, str]) -> str | None:
    """Return the folder of the database's unix socket, if DATABASE_URL names one."""
    host = parse_qs(urlsplit(environment.get("DATABASE_URL", "")).query).get("host", [""])[-1]
    return host if host.startswith("/") else None


def isolated_command(place: Place, runtime: Runtime, environment: Mapping[str, str], handler: str) -> list[str]:
    """Return the command of an instance with a root of its own, all of it read-only but 512 MB at /tmp.

    It runs as a user without rights, in process and mount namespaces of its own, and dies with the thread that starts
    it: the first process of a namespace takes all others of it along.
    """
    python = [f"/var/lang/bin/python{VERSION}", "-s", "-S", "-m", "awslambdaric", handler]
    drop = ["setpriv", f"--reuid={UID}", f"--regid={GID}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    inside = [
        "env",
        "--unset=PWD",
        "--unset=OLDPWD",
        "--chdir=/var/task",
        *drop,
        "--inh-caps=-all",
        "--pdeathsig=KILL",
        *python,
    ]
    lines = mounts(place, runtime, socket_folder(environment))
    script = "\n".join(["set -e", *lines, shlex.join([tool("chroot"), str(place.root), *inside]), "exit $?"])
    unshare = [tool("unshare"), "--mount", "--pid", "--fork", "--kill-child=KILL", "--propagation=private"]
    return [tool("setpriv"), "--pdeathsig=KILL", *unshare, "/bin/sh", "-c", script]


def plain_command(runtime: Runtime, handler: str) -> list[str]:
    """Return the command of an instance without namespaces, which dies with the thread that starts it where it can."""
    die = [tool("setpriv"), "--pdeathsig=KILL"] if shutil.which("setpriv") else []
    return [*die, str(runtime.python), "-s", "-S", "-m", "awslambdaric", handler]


def tool(name: str) -> str:
    """Return the path of a system's tool: the PATH of an instance leaves out those of root."""
    return shutil.which(name) or name


def mounts(place: Place, runtime: Runtime, sockets: str | None) -> list[str]:
    """Return the lines of shell that build an instance's root."""
    root, mount, tmp = place.root, tool("mount"), f"{place.root}{TMP}"
    folders = {folder: folder for folder in SYSTEM if Path(folder).exists()}
    folders |= {"/var/task": str(place.task), "/var/runtime": str(runtime.libraries), "/var/lang": str(runtime.lang)}
    lines = [
        f"{mount} -t tmpfs -o mode=755 none {root}",
        f"mkdir -p {root}/proc {root}/dev {tmp} {root}/opt",
        f"{mount} -t tmpfs -o mode=1777,nosuid,nodev,size={TMP_MB}m none {tmp}",
        f"{mount} -t proc -o ro,nosuid,nodev,noexec proc {root}/proc",
    ]
    if sockets:
        folders[sockets] = sockets
    for target, source in folders.items():
        lines += bind(shlex.quote(source), shlex.quote(f"{root}{target}"))
    lines += [f"{mount} --bind {place.passwd} {root}/etc/passwd", f"{mount} -o remount,bind,ro {root}/etc/passwd"]
    for device in DEVICES:
        lines += [f": > {root}/dev/{device}", f"{mount} --bind /dev/{device} {root}/dev/{device}"]
    lines += [f"ln -s {target} {root}/dev/{link}" for link, target in LINKS.items()]
    return [*lines, f"{mount} -o remount,ro {root}"]


def bind(source: str, target: str) -> list[str]:
    mount = tool("mount")
    return [f"mkdir -p {target}", f"{mount} --bind {source} {target}", f"{mount} -o remount,bind,ro {target}"]
