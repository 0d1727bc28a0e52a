"""The handlers of two peers on AWS Lambda, with the database of the package, copied to /tmp as this project does it."""

import os
import shutil
from pathlib import Path
from tempfile import gettempdir
from typing import Any

PACKAGED = Path(__file__).resolve().parents[2] / "benchmark.sqlite3"
DATABASE = Path(gettempdir(), "benchmark.sqlite3")

if not DATABASE.exists():
    shutil.copyfile(PACKAGED, DATABASE)
os.environ["DATABASE_URL"] = f"sqlite:///{DATABASE}"


def build_handler() -> Any:
    """Return the handler of the peer that the variable PEER names."""
    if os.environ["PEER"] == "FastAPI":
        from mangum import Mangum

        from benchmarks.peers.fastapi_sync import app

        return Mangum(app, lifespan="off")
    from apig_wsgi import make_lambda_handler

    from benchmarks.peers.django_peer.wsgi import application

    return make_lambda_handler(application)


handler = build_handler()
