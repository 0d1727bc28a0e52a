"""Every URL in a response keeps the stage prefix of its request, also when one process serves several prefixes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import set_script_prefix
from werkzeug.test import Client

from accounts.models import User
from accounts.tokens import issue_tokens
from todoproject.wsgi import application

pytestmark = pytest.mark.any_database

PREFIXES = ["/dev", "", "/production", "/dev"]
HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def reset_prefix(transactional_db: None) -> Iterator[None]:
    yield
    set_script_prefix("/")


def call(prefix: str, path: str, method: str = "GET", user: User | None = None, **options: Any) -> Any:
    headers = {"Host": "localhost", **options.pop("headers", {})}
    if user:
        headers["Authorization"] = f"JWT {issue_tokens(user)['access']}"
    return Client(application).open(
        path, method=method, base_url=f"http://localhost{prefix}/", headers=headers, **options
    )


def test_location_and_link_headers_keep_the_prefix(user: User) -> None:
    for prefix in PREFIXES:
        made = [call(prefix, "/todos", "POST", user, json={"title": "x"}) for _ in range(2)]
        assert made[0].status_code == 201, made[0].text
        assert made[0].headers["Location"].startswith(f"http://localhost{prefix}/todos/")
        link = call(prefix, "/todos?limit=1", user=user).headers["Link"]
        assert link.startswith(f"<http://localhost{prefix}/todos/?")


def test_links_of_the_root_keep_the_prefix() -> None:
    for prefix in PREFIXES:
        links = call(prefix, "/").get_json()
        assert all(url.startswith(f"http://localhost{prefix}/") for url in links.values())
        assert all(
            call(prefix, url.removeprefix(f"http://localhost{prefix}")).status_code != 404 for url in links.values()
        )


@pytest.mark.parametrize("page", ["/", "/docs/", "/admin/login/", "/session/login/", "/nowhere/"])
def test_every_asset_of_a_page_keeps_the_prefix_and_is_served(page: str) -> None:
    for prefix in PREFIXES:
        assets = re.findall(r"(?:src|href)=\"([^\"]*/static/[^\"]+)\"", call(prefix, page, headers=HTML).text)
        assert assets
        for asset in assets:
            assert asset.startswith(f"{prefix}/static/")
            with call(prefix, asset.removeprefix(prefix)) as response:
                assert response.status_code == 200


def test_redirects_keep_the_prefix() -> None:
    for prefix in PREFIXES:
        assert call(prefix, "/admin/").headers["Location"].startswith(f"{prefix}/admin/login/")


def test_schema_names_the_prefix_as_its_server() -> None:
    for prefix in PREFIXES:
        [server] = call(prefix, "/schema/").get_json()["servers"]
        assert server["url"] == (prefix or "/")
