"""Rules for every page: its headers, its language, who is logged in, and nothing from another host."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PUBLIC_PAGES = [
    "/",
    "/docs/",
    "/session/signup/",
    "/session/login/",
    "/session/logout/",
    "/session/reset/",
    "/nowhere/",
]
PAGES_OF_A_USER = ["/session/account/", "/session/account/password/", "/session/account/delete/"]


def read_page(browser: Client, path: str) -> str:
    return browser.get(path, headers=HTML).content.decode()


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, *PAGES_OF_A_USER, "/todos/", "/auth/me/", "/admin/"])
def test_page_allows_only_scripts_and_styles_of_this_server(logged_in: Client, path: str) -> None:
    policy = logged_in.get(path, headers=HTML)["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in str(policy)


def test_json_has_no_policy(client: Client) -> None:
    assert "Content-Security-Policy" not in client.get("/")


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, *PAGES_OF_A_USER])
def test_page_has_a_language_a_viewport_and_nothing_inline_or_foreign(logged_in: Client, path: str) -> None:
    page = read_page(logged_in if path in PAGES_OF_A_USER else Client(), path)
    assert ('<html lang="en">' in page, 'name="viewport"' in page, 'rel="icon"' in page) == (True, True, True)
    assert not re.findall(r"<style|\sstyle=|\son\w+=|<script>", page)
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, *PAGES_OF_A_USER])
def test_every_field_has_a_label(logged_in: Client, path: str) -> None:
    page = read_page(logged_in if path in PAGES_OF_A_USER else Client(), path)
    visible = [field for field in re.findall(r"<(?:input|select|textarea)[^>]*>", page) if 'type="hidden"' not in field]
    names = [re.findall(' id="([^"]*)"', field)[0] for field in visible]
    assert [name for name in names if f'for="{name}"' not in page] == []


def test_front_page_offers_to_sign_up_and_says_who_is_logged_in(client: Client, logged_in: Client, user: User) -> None:
    assert f'href="{reverse("signup")}"' in read_page(client, "/")
    page = read_page(logged_in, "/")
    assert (user.email in page, f'href="{reverse("account")}"' in page) == (True, True)
    assert reverse("admin:index") not in page


def test_page_of_an_unknown_path_says_who_is_logged_in(logged_in: Client, user: User) -> None:
    page = read_page(logged_in, "/nowhere/")
    assert ("This page does not exist" in page, user.email in page) == (True, True)


def test_icon_is_found_at_its_usual_address(client: Client) -> None:
    assert "web/icon" in client.get("/favicon.ico")["Location"]
