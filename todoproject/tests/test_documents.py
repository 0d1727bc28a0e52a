"""What the committed documents say is what the code does."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, get_script_prefix

from todoproject import __version__

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "schema.yml").read_text())


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, it) for path, methods in schema["paths"].items() for method, it in methods.items()]


def test_the_schema_is_generated_without_a_warning_and_committed(tmp_path: Path) -> None:
    generated = tmp_path / "schema.yml"
    call_command("spectacular", "--file", str(generated), "--validate", "--fail-on-warn")
    assert generated.read_text() == (ROOT / "schema.yml").read_text(), "run `make schema`"


def test_the_served_schema_is_the_committed_one(client: Client, schema: dict[str, Any]) -> None:
    prefix = get_script_prefix().rstrip("/")
    served = schema | ({"servers": [{"url": prefix}]} if prefix else {})
    assert client.get("/schema/").json() == served
    assert yaml.safe_load(client.get("/schema/?format=yaml").content) == served


def test_every_operation_has_its_description_errors_and_an_example(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        assert operation["description"], (method, path)
        assert any(status >= "400" for status in operation["responses"]), (method, path)
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        examples = [media.get("examples") for body in bodies for media in body.get("content", {}).values()]
        assert any(examples) or method == "delete" or path == "/auth/logout/", (method, path)


def test_every_operation_stands_in_the_readme(schema: dict[str, Any]) -> None:
    table = README.partition("| call |")[2].partition("\n\n")[0]
    for path, method, _ in operations(schema):
        rows = [row for row in table.splitlines() if f"{path}`" in row]
        assert any(method.upper() in row for row in rows), (method, path)


def test_every_route_outside_the_schema_stands_in_the_readme() -> None:
    def routes(patterns: list[Any], prefix: str = "/") -> list[str]:
        found = []
        for pattern in patterns:
            route = prefix + str(pattern.pattern).removeprefix("^").replace("^", "").removesuffix("\\Z").removesuffix(
                "$"
            )
            if isinstance(pattern, URLResolver):
                found += [route] if route == "/admin/" else routes(pattern.url_patterns, route)
            else:
                assert isinstance(pattern, URLPattern)
                found.append(route.replace("(?P<pk>[/.]+)", "{id}"))
        return found

    for route in routes(get_resolver().url_patterns):
        assert f"{route}`" in README, route


def test_every_setting_stands_in_the_readme() -> None:
    source = "".join((ROOT / "todoproject" / name).read_text() for name in ("settings.py", "serving/server.py"))
    read = set(
        re.findall(
            r"(?:boolean|text|names|origins|rate|base_url|whole_number|environ\.get)\(\s*[\"']([A-Z_]+)[\"']", source
        )
    )
    listed = set(re.findall(r"`([A-Z_]+)`", README.partition("| variable |")[2].partition("\n\n")[0]))
    assert read == listed


def test_the_version_stands_in_the_changelog() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_no_migration_is_pending(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_an_exact_version_and_a_purpose(name: str) -> None:
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.fullmatch(r"[\w.\-\[\]]+==[\w.]+  # .+", line), line


def test_the_docs_load_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
