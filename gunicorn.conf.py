"""gunicorn's configuration, found here by itself: two processes of four threads."""

import logging
import os
import resource
import sys

host = os.environ.get("HOST") or "127.0.0.1"
port = os.environ.get("PORT") or "8000"
if not (port.isascii() and port.isdigit() and int(port) < 65_536):
    sys.exit(f"Not started: PORT is {port!r}; set it to a whole number from 0 to 65535.")

bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = 2
threads = 4
worker_class = "todoproject.serving.gunicorn_worker.BufferingWorker"
keepalive = 15
# Each connection is an open file; some are for the database, the log and the static files.
open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
worker_connections = 1000 if open_files == resource.RLIM_INFINITY else max(10, min(1000, open_files - 100))
sendfile = False  # It would wait without limit for a client who does not read.
limit_request_line = 8190  # A cursor and a long search in one URL.
forwarder_headers = ""  # SCRIPT_NAME and the like are no header's to say.
forwarded_allow_ips = ""  # Whether it came by https is for TRUSTED_PROXIES to say, not for every local client.
preload_app = True  # A misconfiguration stops the start once, with its one line.
control_socket_disable = True


def worker_exit(server: object, worker: object) -> None:
    """End what a process does in the background."""
    from todoproject.serving import background_tasks

    background_tasks.stop()


class WithoutTheRequest(logging.Filter):
    """The log says what was wrong with a request, but nothing of it: there may be a secret in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if message.startswith("Invalid request from"):
            record.msg, record.args = ": ".join(message.split(": ")[:2]), ()
        elif message.startswith("Error handling request"):
            record.msg, record.args = "Error handling request", ()
        return True


logging.getLogger("gunicorn.error").addFilter(WithoutTheRequest())
