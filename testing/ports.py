"""Finds free ports. It needs no settings, so that benchmarks can use it before Django is set up."""

import socket


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
