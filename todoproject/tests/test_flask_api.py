"""Every call of the Flask API that this project replaces, on the real server."""

import pytest

from testing.flask_api import check_every_call
from testing.server import Server

pytestmark = pytest.mark.any_database


def test_every_call_of_the_flask_api_still_works(server: Server) -> None:
    check_every_call(server)
