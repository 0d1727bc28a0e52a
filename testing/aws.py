"""AWS on this machine: moto's server, whose functions run the package that was deployed, and their APIs over https."""

import logging
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
import certifi
import requests
from moto.awslambda import models
from moto.server import ThreadedMotoServer

from testing.aws_functions import STAGE, Functions, mended
from testing.aws_proxy import Proxy, make_certificate
from testing.package import ARCHITECTURE

REGION = "eu-central-1"
PACKAGE_INDEX = "pypi.org,files.pythonhosted.org"  # A package is built from what pip finds, here as anywhere.
INHERITED = re.compile(r"PATH$|HOME$|PY(ENV_ROOT|THON_LAMBDA)$|LANG|LC_|PIP_|SSL_")


@contextmanager
def moto_server() -> Iterator[str]:
    """Run moto's server; the value is its URL."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


class Ran(NamedTuple):
    """How a command ended, and all that it printed."""

    code: int
    output: str


class Aws:
    """An account with nothing in it; a context manager."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.certificates = directory / "certificates.pem"
        self.functions = Functions(directory)
        self.cleanup = ExitStack()

    def __enter__(self) -> "Aws":
        with ExitStack() as started:
            started.enter_context(mended(self.functions, self.code_url))
            self.url = started.enter_context(moto_server())
            started.callback(self.functions.close)
            certificate = make_certificate(self.directory / "api.pem", f"*.execute-api.{REGION}.amazonaws.com")
            trusted = Path(os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where()).read_bytes()
            self.certificates.write_bytes(trusted + b"\n" + certificate)
            self.proxy = started.enter_context(
                Proxy(self.directory / "api.pem", self.address, lambda name: self.held(name).code_bytes)
            )
            threading.Thread(target=self.proxy.serve_forever, daemon=True).start()
            started.callback(self.proxy.shutdown)
            self.cleanup = started.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self.cleanup.close()

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="made-up",
            aws_secret_access_key="made-up",
        )

    def held(self, name: str) -> models.LambdaFunction:
        """Return the function as moto holds it, with its code."""
        [backend] = [regions[REGION] for regions in models.lambda_backends.values()]
        return backend.get_function(name)

    def code_url(self, held: models.LambdaFunction) -> str:
        return f"{self.proxy.url}/{held.function_name}:{held.version}"

    def address(self, target: str) -> tuple[str, int] | None:
        """Return where an API's host name is served; None where that API is not deployed at the stage."""
        api = re.fullmatch(rf"([a-z0-9]+)\.execute-api\.{REGION}\.amazonaws\.com:443", target)
        gateway = self.client("apigateway")
        if api is None or api[1] not in {item["id"] for item in gateway.get_rest_apis()["items"]}:
            return None
        if STAGE not in {item["stageName"] for item in gateway.get_stages(restApiId=api[1])["item"]}:
            return None
        resources = gateway.get_resources(restApiId=api[1], embed=["methods"])["items"]
        [uri] = {method["methodIntegration"]["uri"] for r in resources for method in r["resourceMethods"].values()}
        name = re.search(r":function:([\w:-]+)/invocations$", uri)
        front = urlsplit(self.functions.run(self.held(name[1] if name else "")).front.url)
        return str(front.hostname), int(front.port or 0)

    def session(self) -> requests.Session:
        """Return what calls the APIs that are deployed here."""
        session = requests.Session()
        session.trust_env = False
        session.proxies = {"https": self.proxy.url}
        session.verify = str(self.certificates)
        return session

    def environment(self) -> dict[str, str]:
        """Return the variables that lead a program here, and nowhere else."""
        own = {name: value for name, value in os.environ.items() if INHERITED.match(name)}
        if proxy := os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
            own["PIP_PROXY"] = proxy
        return own | {
            "VIRTUAL_ENV": sys.prefix,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "HTTPS_PROXY": self.proxy.url,
            "NO_PROXY": f"127.0.0.1,{PACKAGE_INDEX}",
            "REQUESTS_CA_BUNDLE": str(self.certificates),
            "LAMBDA_ARCHITECTURE": ARCHITECTURE,
        }


class Project:
    """A copy of this project as one clones it, from which one deploys."""

    def __init__(self, aws: Aws, directory: Path) -> None:
        self.aws, self.directory = aws, directory
        passed = shutil.ignore_patterns(".*", "__pycache__", "venv", "staticfiles", "*.sqlite3*", "*.zip")
        shutil.copytree(Path(__file__).parents[1], directory, ignore=passed, dirs_exist_ok=True)
        self.copied = self.files()

    def files(self) -> set[Path]:
        return {path for path in self.directory.rglob("*") if "__pycache__" not in path.parts}

    def zappa(self, *arguments: str, **environment: str) -> Ran:
        """Run one of Zappa's commands, with further environment variables."""
        ran = subprocess.run(  # noqa: S603
            [Path(sys.executable).with_name("zappa"), *arguments],
            cwd=self.directory,
            env=self.aws.environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return Ran(ran.returncode, ran.stdout)
