"""Runs nginx and Caddy with the examples of docs/examples in front of a server, with a certificate of their own."""

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

from testing.markdown import read_document
from testing.ports import free_port

NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {example}
}}
"""
CADDY = """
{{
    admin off
    auto_https disable_redirects
}}
{example}
"""


class Proxy:
    """A running proxy. `send` returns the response, with repeated headers, and its body."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"https://localhost:{port}"

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[HTTPResponse, bytes]:
        context = ssl._create_unverified_context()  # noqa: S323 - the certificate is the test's own
        http = HTTPSConnection("localhost", self.port, timeout=60, context=context)
        try:
            http.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = http.getresponse()
            return response, response.read()
        finally:
            http.close()


def make_certificate(folder: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)  # noqa: S603


def read_example(name: str, replacements: dict[str, str]) -> str:
    """Return an example of docs/examples with other addresses and files, each of which it must have."""
    example = read_document(f"docs/examples/{name}")
    for old, new in replacements.items():
        assert old in example
        example = example.replace(old, new)
    return example


def build_nginx_command(folder: Path, port: int, server_port: int) -> list[str]:
    replacements = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "server_name todo.example.com": "server_name localhost",
        "/etc/letsencrypt/live/todo.example.com/fullchain.pem": f"{folder}/cert.pem",
        "/etc/letsencrypt/live/todo.example.com/privkey.pem": f"{folder}/key.pem",
        "127.0.0.1:8000": f"127.0.0.1:{server_port}",
    }
    example = read_example("nginx.conf", replacements)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(user=user, folder=folder, example=example))
    return ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]


def build_caddy_command(folder: Path, port: int, server_port: int) -> list[str]:
    site = f"https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/cert.pem {folder}/key.pem"
    example = read_example("Caddyfile", {"todo.example.com {": site, "127.0.0.1:8000": f"127.0.0.1:{server_port}"})
    (folder / "Caddyfile").write_text(CADDY.format(example=example))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


BUILD_COMMAND = {"nginx": build_nginx_command, "caddy": build_caddy_command}


@contextmanager
def run_proxy(name: str, folder: Path, server_port: int) -> Iterator[Proxy]:
    """Run the proxy on a free port of this machine, in front of a server."""
    folder.chmod(0o755)
    make_certificate(folder)
    proxy = Proxy(free_port())
    command = BUILD_COMMAND[name](folder, proxy.port, server_port)
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603
        stack.enter_context(process)
        stack.callback(process.terminate)
        wait_until_started(proxy, folder)
        yield proxy


def wait_until_started(proxy: Proxy, folder: Path) -> None:
    for _ in range(100):
        try:
            proxy.send("GET", "/health/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError((folder / "log").read_text())


def is_installed(name: str) -> bool:
    return bool(shutil.which(name) and shutil.which("openssl"))
