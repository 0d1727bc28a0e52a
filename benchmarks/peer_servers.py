"""The servers of the comparison: this project and its peers, all with the same data."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.pinned_server import PASSWORD, ROOT, USERS, PinnedServer
from benchmarks.serving import no_rate_limits

PEER_BIN = ROOT / ".cache" / "benchmark-peers" / "bin"


class ThisProject(PinnedServer):
    """The API, on the server that `make run` starts, with one process."""

    name = "this project"
    has_etags = True

    def __init__(self, folder: Path, postgresql: str) -> None:
        super().__init__(folder, postgresql)
        self.environment |= no_rate_limits()

    def command(self) -> list[str]:
        return [sys.executable, "-m", "todoproject.serving.server", "--workers=1"]

    def prepare(self) -> None:
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=self.environment, check=True)  # noqa: S603

    def after_start(self) -> None:
        for user, count in USERS.items():
            credentials = {"email": f"{user}@example.com", "password": PASSWORD}
            token = json.loads(self.call("POST", "/auth/signup/", credentials)[2])["token"]
            todos = [{"title": f"Buy milk {number}"} for number in range(count)]
            for start in range(0, count, 100):
                assert self.call("POST", "/todos/", todos[start : start + 100], token)[0] == 201  # noqa: S101
            self.tokens[user] = token
        self.etag = self.call("GET", "/todos/", token=self.tokens["small"])[1]["ETag"]


class PeerOfTables(PinnedServer):
    """A peer: all peers have the tables of the Django peers."""

    urls = "benchmarks.peers.django_peer.drf"

    def __init__(self, folder: Path, postgresql: str) -> None:
        super().__init__(folder, postgresql)
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.peers.django_peer.settings",
            "ROOT_URLCONF": self.urls,
        }

    def prepare(self) -> None:
        command = [str(PEER_BIN / "python"), "-m", "benchmarks.peers.django_peer.prepare", json.dumps(USERS)]
        prepared = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        self.tokens = json.loads(prepared.stdout.splitlines()[-1])


class GunicornPeer(PeerOfTables):
    application = "benchmarks.peers.django_peer.wsgi"

    def command(self) -> list[str]:
        options = ["--workers=1", "--threads=4", f"--bind=127.0.0.1:{self.port}", "--log-level=warning"]
        return [str(PEER_BIN / "gunicorn"), *options, "--keep-alive=60", self.application]


class StockDRF(GunicornPeer):
    """Django REST Framework as its tutorial has it, on gunicorn with four threads."""

    name = "stock DRF"


class DjangoNinja(GunicornPeer):
    """django-ninja, on gunicorn with four threads."""

    name = "django-ninja"
    urls = "benchmarks.peers.django_peer.ninja"


class Flask(GunicornPeer):
    """Flask 3 with SQLAlchemy, on gunicorn with four threads."""

    name = "Flask"
    application = "benchmarks.peers.flask_api:app"


class FastAPI(PeerOfTables):
    """FastAPI with SQLAlchemy in synchronous functions, on uvicorn."""

    name = "FastAPI"
    application = "benchmarks.peers.fastapi_sync:app"

    def command(self) -> list[str]:
        options = ["--host=127.0.0.1", f"--port={self.port}", "--no-access-log", "--log-level=warning"]
        return [str(PEER_BIN / "uvicorn"), *options, "--loop=uvloop", "--http=httptools", self.application]


class AsynchronousFastAPI(FastAPI):
    """FastAPI with SQLAlchemy in asynchronous functions, on uvicorn."""

    name = "FastAPI async"
    application = "benchmarks.peers.fastapi_async:app"


PEERS: dict[str, type[PinnedServer]] = {
    peer.name: peer for peer in (StockDRF, DjangoNinja, FastAPI, AsynchronousFastAPI, Flask, ThisProject)
}
