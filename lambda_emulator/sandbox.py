"""Sets up the sandbox of an instance: its file system, user and environment, as on Lambda.

If this process may create namespaces (as root), an instance gets its own root file system, read-only except for /tmp,
and runs as another user. Otherwise it is a plain process.
"""

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

from lambda_emulator.instance import LaunchConfig
from lambda_emulator.runtime import PYTHON_VERSION, Runtime, lambda_runtime
from lambda_emulator.temporary_folder import temporary_folder
from lambda_emulator.unpacking import make_read_only, unpack_once

UID, GID = 993, 990
PASSWD = f"root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:{UID}:{GID}::/home/sbx_user1051:/sbin/nologin\n"
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc")
DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
LIBRARY_PATH = "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
TMP, TMP_MB = "/tmp", 512  # noqa: S108 - inside an instance


class SandboxPaths(NamedTuple):
    """Paths of one function on this machine: its unpacked package, the mount point of its root, its /etc/passwd."""

    task: Path
    root: Path
    passwd: Path


@cache
def can_isolate() -> bool:
    """Return whether this process may create mount and process namespaces. Root in a container often may not."""
    tools = [shutil.which(name) for name in ("unshare", "setpriv", "mount", "chroot")]
    if os.getuid() or not all(tools):
        return False
    probe = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"]
    probe += ["mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(probe, capture_output=True).returncode == 0  # noqa: S603


@contextmanager
def prepare_launch(package: Path, variables: Mapping[str, str], handler: str, timeout: float) -> Iterator[LaunchConfig]:
    """Yield the launch configuration of a function; its folder exists until the context ends."""
    runtime = lambda_runtime()
    with temporary_folder() as folder:
        paths = SandboxPaths(unpack_once(package), folder / "root", folder / "passwd")
        paths.root.mkdir()
        paths.passwd.write_text(PASSWD)
        if can_isolate():
            environment = build_environment(variables, "/var/task", "/var/runtime", "/var/lang")
            command = isolated_command(paths, runtime, variables, handler)
            yield LaunchConfig(command, environment, Path("/"), folder, timeout, sets_tmpdir=False)
        else:
            make_read_only(paths.task)
            environment = build_environment(
                variables, str(paths.task), str(runtime.libraries_folder), str(runtime.python_folder)
            )
            yield LaunchConfig(
                plain_command(runtime, handler), environment, paths.task, folder, timeout, sets_tmpdir=True
            )


def build_environment(variables: Mapping[str, str], task: str, runtime: str, lang: str) -> dict[str, str]:
    """Return the environment of an instance: Lambda's variables, with made-up AWS keys, and the function's own.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{lang}/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH": f"{lang}/lib:{LIBRARY_PATH}",
        "PYTHONPATH": runtime,
        "LAMBDA_TASK_ROOT": task,
        "LAMBDA_RUNTIME_DIR": runtime,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{PYTHON_VERSION}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "ASIAMADEUPMADEUPMADE",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_SESSION_TOKEN": "made-up",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        **variables,
    }


def socket_folder(environment: Mapping[str, str]) -> str | None:
    """Return the folder of the database's Unix socket, or None if DATABASE_URL names none."""
    host = parse_qs(urlsplit(environment.get("DATABASE_URL", "")).query).get("host", [""])[-1]
    return host if host.startswith("/") else None


def isolated_command(paths: SandboxPaths, runtime: Runtime, variables: Mapping[str, str], handler: str) -> list[str]:
    """Return the command that starts an instance in its own namespaces, as an unprivileged user.

    When the thread that started it ends, the kernel kills the first process of the namespace, and thereby all others.
    """
    python = [f"/var/lang/bin/python{PYTHON_VERSION}", "-s", "-S", "-m", "awslambdaric", handler]
    change_folder = ["env", "--unset=PWD", "--unset=OLDPWD", "--chdir=/var/task"]
    drop_privileges = ["setpriv", f"--reuid={UID}", f"--regid={GID}", "--clear-groups", "--no-new-privs"]
    drop_privileges += ["--bounding-set=-all", "--inh-caps=-all", "--pdeathsig=KILL"]
    run_inside = [find_tool("chroot"), str(paths.root), *change_folder, *drop_privileges, *python]
    mounts = mount_commands(paths, runtime, socket_folder(variables))
    script = "\n".join(["set -e", *mounts, shlex.join(run_inside), "exit $?"])
    unshare = [find_tool("unshare"), "--mount", "--pid", "--fork", "--kill-child=KILL", "--propagation=private"]
    return [find_tool("setpriv"), "--pdeathsig=KILL", *unshare, "/bin/sh", "-c", script]


def plain_command(runtime: Runtime, handler: str) -> list[str]:
    """Return the command that starts an instance without namespaces.

    With setpriv, the kernel kills it when the thread that started it ends.
    """
    kill_with_parent = [find_tool("setpriv"), "--pdeathsig=KILL"] if shutil.which("setpriv") else []
    return [*kill_with_parent, str(runtime.python), "-s", "-S", "-m", "awslambdaric", handler]


def find_tool(name: str) -> str:
    """Return the full path of a tool on this process's PATH, else its bare name. An instance's PATH lacks /sbin."""
    return shutil.which(name) or name


def mount_commands(paths: SandboxPaths, runtime: Runtime, sockets: str | None) -> list[str]:
    """Return the shell commands that build the root file system: read-only, with 512 MB at /tmp."""
    root, mount, tmp = paths.root, find_tool("mount"), f"{paths.root}{TMP}"
    folders = {folder: folder for folder in SYSTEM_FOLDERS if Path(folder).exists()}
    folders |= {
        "/var/task": str(paths.task),
        "/var/runtime": str(runtime.libraries_folder),
        "/var/lang": str(runtime.python_folder),
    }
    lines = [
        f"{mount} -t tmpfs -o mode=755 none {root}",
        f"mkdir -p {root}/proc {root}/dev {tmp} {root}/opt",
        f"{mount} -t tmpfs -o mode=1777,nosuid,nodev,size={TMP_MB}m none {tmp}",
        f"{mount} -t proc -o ro,nosuid,nodev,noexec proc {root}/proc",
    ]
    if sockets:
        folders[sockets] = sockets
    for target, source in folders.items():
        lines += bind_read_only(shlex.quote(source), shlex.quote(f"{root}{target}"))
    lines += [f"{mount} --bind {paths.passwd} {root}/etc/passwd", f"{mount} -o remount,bind,ro {root}/etc/passwd"]
    for device in DEVICES:
        lines += [f": > {root}/dev/{device}", f"{mount} --bind /dev/{device} {root}/dev/{device}"]
    lines += [f"ln -s {target} {root}/dev/{link}" for link, target in DEVICE_LINKS.items()]
    return [*lines, f"{mount} -o remount,ro {root}"]


def bind_read_only(source: str, target: str) -> list[str]:
    mount = find_tool("mount")
    return [f"mkdir -p {target}", f"{mount} --bind {source} {target}", f"{mount} -o remount,bind,ro {target}"]
