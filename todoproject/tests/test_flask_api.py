"""Every call of the Flask API that this one replaces, against the real server."""

from testing.flask_api import check_every_call
from testing.server import Server


def test_every_call_of_the_flask_api_answers_as_it_did(server: Server) -> None:
    check_every_call(server)
