"""Serve a package: `python -m lambda_emulator PACKAGE.zip`."""

import json
import os
import signal
import sys
from pathlib import Path
from queue import SimpleQueue

from django.core.exceptions import ImproperlyConfigured

from deploy.stages import SETTINGS, local_environment, stage_settings
from lambda_emulator.events import MAKERS
from lambda_emulator.function import Function
from lambda_emulator.gateway import Front

USAGE = "usage: python -m lambda_emulator PACKAGE.zip"


def main() -> None:
    """Serve the package until Ctrl-C or SIGTERM; SIGHUP ends all instances, so that the next call starts cold."""
    if len(sys.argv) != 2:
        sys.exit(USAGE)
    port, instances = number("PORT", 9000, 0, 65_535), number("INSTANCES", 4, 1, 1000)
    events, stage = os.environ.get("EVENTS") or "v1", os.environ.get("STAGE") or "dev"
    if events not in MAKERS:
        sys.exit(f"Not started: EVENTS is {events!r}; set it to one of {', '.join(MAKERS)}.")
    if stage not in json.loads(SETTINGS.read_text()):
        sys.exit(f"Not started: STAGE is {stage!r}; zappa_settings.json has no such stage.")
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: sys.exit("Stopped."))
    try:
        with (
            function_of(Path(sys.argv[1]), stage, instances, public_url(events, stage, port)) as function,
            Front(function, events=events, stage=stage, port=port) as front,
        ):
            serve(function, front)
    except (OSError, RuntimeError, ImproperlyConfigured) as error:
        sys.exit(f"Not started: {error}")


def public_url(events: str, stage: str, port: int) -> str:
    """Return where it will be served, unless any free port will do."""
    return f"http://127.0.0.1:{port}{'' if events == 'url' else f'/{stage}'}" if port else ""


def function_of(package: Path, stage: str, instances: int, url: str) -> Function:
    """Return the stage's function, as its settings say; links in mails begin with `url`, unless PUBLIC_URL is set."""
    settings = stage_settings(stage)
    return Function(
        package,
        environment={"PUBLIC_URL": url} | local_environment(stage),
        handler=settings["lambda_handler"],
        name=f"{settings['project_name']}-{stage}",
        instances=instances,
        timeout=settings["timeout_seconds"],
        memory=settings["memory_size"],
    )


def serve(function: Function, front: Front) -> None:
    """Say where it is served, and wait for the signal that ends it."""
    signals: SimpleQueue[int] = SimpleQueue()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: signals.put(number))
    print(
        f"API {front.url}/   log {function.log}   cold start: kill -HUP {os.getpid()}   (stop with Ctrl-C)", flush=True
    )
    while signals.get() == signal.SIGHUP:
        function.cold()


def number(name: str, default: int, at_least: int, at_most: int) -> int:
    """Return a whole number of the environment; anything else stops the start."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and at_least <= int(value) <= at_most):
        sys.exit(f"Not started: {name} is {value!r}; set it to a whole number from {at_least} to {at_most}.")
    return int(value)


if __name__ == "__main__":
    main()
