"""The command line: `python -m lambda_emulator PACKAGE.zip` serves a package. README.md here explains its variables."""

import json
import os
import signal
import socket
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from deploy.stages import ZAPPA_SETTINGS, local_stage_environment, read_stage_settings
from lambda_emulator.events import EVENT_BUILDERS
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway

USAGE = "usage: python -m lambda_emulator PACKAGE.zip"


def main() -> None:
    """Serve the package until Ctrl-C or SIGTERM. SIGHUP ends all instances, so that the next call is a cold start."""
    if len(sys.argv) != 2:
        sys.exit(USAGE)
    port, max_instances = read_number("PORT", 9000, 0, 65_535), read_number("INSTANCES", 4, 1, 1000)
    event_format, stage = os.environ.get("EVENTS") or "v1", os.environ.get("STAGE") or "dev"
    if event_format not in EVENT_BUILDERS:
        sys.exit(f"Not started: EVENTS is {event_format!r}; set it to one of {', '.join(EVENT_BUILDERS)}.")
    if stage not in json.loads(ZAPPA_SETTINGS.read_text()):
        sys.exit(f"Not started: STAGE is {stage!r}; set it to a stage of zappa_settings.json.")
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: sys.exit("Stopped."))
    try:
        with (
            create_function(Path(sys.argv[1]), stage, max_instances, local_url(event_format, stage, port)) as function,
            Gateway(function, event_format=event_format, stage=stage, port=port) as gateway,
        ):
            wait_for_signals(function, gateway)
    except (OSError, RuntimeError, ImproperlyConfigured) as error:
        sys.exit(f"Not started: {error}")


def local_url(event_format: str, stage: str, port: int) -> str:
    """Return the URL that the gateway will have, or an empty string if `port` is 0 (any free port)."""
    return f"http://127.0.0.1:{port}{'' if event_format == 'url' else f'/{stage}'}" if port else ""


def create_function(package: Path, stage: str, max_instances: int, url: str) -> EmulatedFunction:
    """Return the function with the stage's settings. Links in mails begin with PUBLIC_URL, or else with `url`."""
    settings = read_stage_settings(stage)
    return EmulatedFunction(
        package,
        environment={"PUBLIC_URL": url} | local_stage_environment(stage),
        handler=settings["lambda_handler"],
        name=f"{settings['project_name']}-{stage}",
        max_instances=max_instances,
        timeout=settings["timeout_seconds"],
        memory=settings["memory_size"],
    )


def wait_for_signals(function: EmulatedFunction, gateway: Gateway) -> None:
    """Print the URL and the log's path, then wait for SIGINT or SIGTERM; discard all instances at each SIGHUP.

    The signals arrive through a socket, because the system may deliver one to another thread than this, and a wait for
    a lock would not end then.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    with reader, writer:
        signal.set_wakeup_fd(writer.fileno())
        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, lambda number, frame: None)
        print(
            f"API {gateway.url}/   log {function.log}   cold start: kill -HUP {os.getpid()}   (stop with Ctrl-C)",
            flush=True,
        )
        while reader.recv(1)[0] == signal.SIGHUP:
            function.discard_instances()
        signal.set_wakeup_fd(-1)


def read_number(name: str, default: int, at_least: int, at_most: int) -> int:
    """Return a whole number from the environment; exit with a message if it is invalid or out of range."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and at_least <= int(value) <= at_most):
        sys.exit(f"Not started: {name} is {value!r}; set it to a whole number from {at_least} to {at_most}.")
    return int(value)


if __name__ == "__main__":
    main()
