"""The emulated AWS account: moto's server, functions that run deployed packages, and an HTTPS proxy to their APIs."""

import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3
import certifi
import requests
from moto.awslambda import models
from moto.server import ThreadedMotoServer

from deploy.package import local_architecture
from testing.aws.functions import STAGE, DeployedFunctions, patched_moto
from testing.aws.proxy import Proxy, make_certificate

REGION = "eu-central-1"
PACKAGE_INDEX = "pypi.org,files.pythonhosted.org"  # Building a package downloads wheels from it.
INHERITED_VARIABLES = re.compile(r"PATH$|HOME$|TMPDIR$|PY(ENV_ROOT|THON_LAMBDA)$|LANG|LC_|PIP_|SSL_")


@contextmanager
def moto_server() -> Iterator[str]:
    """Run moto's server; yield its URL."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


class AwsAccount:
    """An emulated AWS account, empty at first; a context manager."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.certificates = directory / "certificates.pem"
        self.functions = DeployedFunctions(directory)
        self.cleanup = ExitStack()

    def __enter__(self) -> "AwsAccount":
        with ExitStack() as stack:
            stack.enter_context(patched_moto(self.functions, self.code_url))
            self.url = stack.enter_context(moto_server())
            stack.callback(self.functions.close)
            certificate = make_certificate(self.directory / "api.pem", f"*.execute-api.{REGION}.amazonaws.com")
            trusted = Path(os.environ.get("REQUESTS_CA_BUNDLE") or certifi.where()).read_bytes()
            self.certificates.write_bytes(trusted + b"\n" + certificate)
            self.proxy = stack.enter_context(
                Proxy(self.directory / "api.pem", self.find_gateway, lambda name: self.find_function(name).code_bytes)
            )
            threading.Thread(target=self.proxy.serve_forever, daemon=True).start()
            stack.callback(self.proxy.shutdown)
            self.cleanup = stack.pop_all()
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

    def find_function(self, name: str) -> models.LambdaFunction:
        """Return moto's record of a function, with its code."""
        [backend] = [regions[REGION] for regions in models.lambda_backends.values()]
        return backend.get_function(name)

    def code_url(self, record: models.LambdaFunction) -> str:
        return f"{self.proxy.url}/{record.function_name}:{record.version}"

    def find_gateway(self, target: str) -> tuple[str, int] | None:
        """Return the address of the gateway for a host and port; None if no such API is deployed."""
        api = re.fullmatch(rf"([a-z0-9]+)\.execute-api\.{REGION}\.amazonaws\.com:443", target)
        apigateway = self.client("apigateway")
        if api is None or api[1] not in {item["id"] for item in apigateway.get_rest_apis()["items"]}:
            return None
        if STAGE not in {item["stageName"] for item in apigateway.get_stages(restApiId=api[1])["item"]}:
            return None
        resources = apigateway.get_resources(restApiId=api[1], embed=["methods"])["items"]
        [uri] = {method["methodIntegration"]["uri"] for r in resources for method in r["resourceMethods"].values()}
        name = re.search(r":function:([\w:-]+)/invocations$", uri)
        gateway = self.functions.run(self.find_function(name[1] if name else "")).gateway
        return "127.0.0.1", gateway.server_port

    def session(self) -> requests.Session:
        """Return an HTTP session that can reach only the APIs of this account."""
        session = requests.Session()
        session.trust_env = False
        session.proxies = {"https": self.proxy.url}
        session.verify = str(self.certificates)
        return session

    def environment(self) -> dict[str, str]:
        """Return the environment of a program that can reach only this account and the package index."""
        variables = {name: value for name, value in os.environ.items() if INHERITED_VARIABLES.match(name)}
        if proxy := os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
            variables["PIP_PROXY"] = proxy
        return variables | {
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
            "LAMBDA_ARCHITECTURE": local_architecture(),
        }
