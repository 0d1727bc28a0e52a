"""The page of the application, its service worker and manifest, and the CSRF token."""

import re

from django.test import Client
from django.urls import reverse

from web.app_pages import MODULES, SHELL_FILES, WEB_FOLDER

MAX_SIZE = 60_000  # bytes of the modules and the style sheet, before compression


def read_page() -> str:
    return Client().get(reverse("app")).content.decode()


def test_page_is_the_same_for_every_user_and_reads_no_session() -> None:
    response = Client().get(reverse("app"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_page_has_no_inline_script_or_style() -> None:
    page = read_page()
    assert "<style" not in page
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)


def test_all_modules_are_in_the_shell() -> None:
    files = {f"web/app/{path.name}" for path in (WEB_FOLDER / "static/web/app").glob("*.js")}
    assert files == set(MODULES)
    assert set(MODULES) < set(SHELL_FILES)


def test_no_data_becomes_markup() -> None:
    for name in MODULES:
        assert not re.search(r"innerHTML =|outerHTML|insertAdjacentHTML", (WEB_FOLDER / "static" / name).read_text())


def test_application_is_small() -> None:
    assert sum(path.stat().st_size for path in (WEB_FOLDER / "static/web/app").iterdir()) < MAX_SIZE


def test_service_worker_lists_the_page_and_its_files_and_may_control_the_page_without_slash() -> None:
    response = Client().get(reverse("service-worker"))
    worker = response.content.decode()
    assert f'"{reverse("app")}",' in worker
    assert worker.count("/static/web/") == len(SHELL_FILES)
    assert response["Service-Worker-Allowed"] == "/app"
    assert response["Content-Type"].startswith("text/javascript")


def test_manifest_starts_the_application() -> None:
    manifest = Client().get(reverse("manifest")).json()
    assert manifest["start_url"] == manifest["scope"] == reverse("app")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"any", "192x192", "512x512"}


def test_csrf_token_is_not_stored_and_opens_a_write() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.get(reverse("csrf-token"))
    assert response["Cache-Control"] == "no-store"
    assert response.json().keys() == {"csrf_token"}
    assert "csrftoken" in response.cookies
