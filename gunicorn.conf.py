"""gunicorn's configuration, found here by itself: two processes of four threads."""

import os

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = 2
threads = 4
worker_class = "todoproject.gunicorn_worker.BufferingWorker"
keepalive = 15
preload_app = True  # A misconfiguration stops the start once, with its one line.
control_socket_disable = True
