"""The committed documents agree with the code: schema, calls, settings, version, requirements."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, get_script_prefix

from testing.markdown import ROOT, parse_table, read_document
from todoproject import __version__

pytestmark = pytest.mark.any_database

API_GUIDE = read_document("docs/api.md")
SETTINGS = read_document("docs/settings.md")

REQUIREMENTS = [
    "requirements.txt",
    "requirements-dev.txt",
    "clients/requirements.txt",
    "benchmarks/peers/requirements.txt",
]

# The functions that read an environment variable, whose name is their first argument.
READS_VARIABLE = re.compile(
    r"\b(?:read_(?:string|string_list|boolean|integer|rate|origins|base_url)|os\.environ\.get|os\.getenv)"
    r"\(\s*[\"']([A-Z_]+)[\"']"
)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return yaml.safe_load(read_document("schema.yml"))


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, it) for path, methods in schema["paths"].items() for method, it in methods.items()]


def routes(patterns: list[Any], prefix: str = "/") -> list[str]:
    """Return the paths of all views, with `{id}` for a todo's; of the admin only its own address."""
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").replace("^", "").removesuffix("\\Z").removesuffix("$")
        if isinstance(pattern, URLResolver):
            found += [route] if route == "/admin/" else routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            found.append(route.replace("(?P<pk>[/.]+)", "{id}"))
    return found


def test_generated_schema_has_no_warning_and_equals_the_committed_one(tmp_path: Path) -> None:
    generated = tmp_path / "schema.yml"
    call_command("spectacular", "--file", str(generated), "--validate", "--fail-on-warn")
    assert generated.read_text() == read_document("schema.yml"), "run `make schema`"


def test_served_schema_equals_the_committed_one(client: Client, schema: dict[str, Any]) -> None:
    prefix = get_script_prefix().rstrip("/")
    served = schema | ({"servers": [{"url": prefix}]} if prefix else {})
    assert client.get("/schema/").json() == served
    assert yaml.safe_load(client.get("/schema/?format=yaml").content) == served


def test_every_operation_has_a_description_errors_and_an_example(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        assert operation["description"], (method, path)
        assert any(status >= "400" for status in operation["responses"]), (method, path)
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        examples = [media.get("examples") for body in bodies for media in body.get("content", {}).values()]
        assert any(examples) or method == "delete" or path == "/auth/logout/", (method, path)


def test_api_guide_lists_every_operation_and_no_other(schema: dict[str, Any]) -> None:
    # The schema's own address is not in the schema.
    in_schema = {f"{method.upper()} {path}" for path, method, _ in operations(schema)} | {"GET /schema/"}
    assert {call.strip("`") for call, *_ in parse_table(API_GUIDE, "call")} == in_schema


def test_api_guide_gives_the_success_status_of_every_operation(schema: dict[str, Any]) -> None:
    statuses = {call.strip("`"): status for call, _, status in parse_table(API_GUIDE, "call")}
    for path, method, operation in operations(schema):
        assert statuses[f"{method.upper()} {path}"] in operation["responses"], (method, path)


def test_api_guide_lists_every_error_status_of_the_schema_and_no_other(schema: dict[str, Any]) -> None:
    listed = {status for status, *_ in parse_table(API_GUIDE, "status")}
    returned = {status for *_, operation in operations(schema) for status in operation["responses"]}
    assert {status for status in returned if status >= "400"} == listed


def test_api_guide_lists_every_field_of_a_todo(schema: dict[str, Any]) -> None:
    listed = {name for field, *_ in parse_table(API_GUIDE, "field") for name in re.findall(r"`(\w+)`", field)}
    assert listed == schema["components"]["schemas"]["Todo"]["properties"].keys()


def test_api_guide_lists_every_route() -> None:
    for route in routes(get_resolver().url_patterns):
        assert re.search(rf"[` ]{re.escape(route)}`", API_GUIDE), route


def test_settings_document_lists_every_variable_and_no_other() -> None:
    project = [path for path in (ROOT / "todoproject").rglob("*.py") if "tests" not in path.parts]
    source = "".join(path.read_text() for path in [*project, *ROOT.glob("*.py")])
    listed = {name for names, *_ in parse_table(SETTINGS, "variable") for name in re.findall(r"`([A-Z_]+)`", names)}
    assert set(READS_VARIABLE.findall(source)) == listed


def test_settings_document_lists_every_system_check_and_no_other() -> None:
    source = "".join(path.read_text() for path in (ROOT / "todoproject").rglob("*.py") if "tests" not in path.parts)
    listed = {check.strip("`") for check, *_ in parse_table(SETTINGS, "id")}
    assert set(re.findall(r"\btodoproject\.[EW]\d{3}\b", source)) == listed


def test_newest_version_in_the_changelog_is_the_current_one() -> None:
    assert re.findall(r"^## (\S+)", read_document("CHANGELOG.md"), re.MULTILINE)[0] == __version__


def test_no_migration_is_pending(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "requirements-dev.txt", "clients/requirements.txt", "benchmarks/peers/requirements.txt"],
)
def test_every_requirement_has_an_exact_version_and_a_purpose(name: str) -> None:
    for line in read_document(name).splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.fullmatch(r"[\w.\-\[\]]+==[\w.]+  # .+", line), line


def test_pre_commit_runs_ruff_at_the_version_of_the_tests() -> None:
    hooks = [
        hook for repo in yaml.safe_load(read_document(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]
    ]
    pinned = {tool for hook in hooks for tool in hook["additional_dependencies"] if tool.startswith("ruff")}
    assert pinned == set(re.findall(r"^ruff==\S+", read_document("requirements-dev.txt"), re.MULTILINE))


def test_docs_page_loads_nothing_from_other_hosts(client: Client) -> None:
    page = client.get("/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
