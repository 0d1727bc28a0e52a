"""The OpenAPI document suits generated clients, and the tests check real requests and responses against it."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from testing import markdown
from testing.openapi import Exchange, UndocumentedExchangeError, check_exchange, load_document
from testing.passwords import NEW_PASSWORD, PASSWORD
from testing.server import APICaller
from todos.filters import TodoFilter
from todos.sync import PARAMETERS_WITH_SINCE

pytestmark = pytest.mark.any_database

DOCUMENT = load_document()
COMPONENTS = DOCUMENT["components"]["schemas"]
OPERATIONS = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
PARAMETERS = [parameter for operation in OPERATIONS for parameter in operation.get("parameters", [])]
REQUEST_NAMES = {name for name in COMPONENTS if name.endswith("Request")} | {
    "NewTodo",
    "TodoReplacement",
    "TodoPatch",
    "TodoChange",
}
TODO = {
    "id": 7,
    "title": "x",
    "description": "",
    "status": "open",
    "due_at": None,
    "created_by": "ada@example.com",
    "created_at": "2026-11-22T08:00:00Z",
    "updated_at": "2026-11-22T08:00:00Z",
    "completed_at": None,
    "revision": 1,
}


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the document, without those in examples."""
    if isinstance(node, dict):
        yield node
        node = [value for key, value in node.items() if key not in ("example", "examples")]
    if isinstance(node, list):
        for item in node:
            yield from walk(item)


def schemas() -> list[dict[str, Any]]:
    parts = [*COMPONENTS.values(), *OPERATIONS]
    return [node for part in parts for node in walk(part) if isinstance(node.get("type"), str | list)]


def media_types() -> list[dict[str, Any]]:
    nodes = [*OPERATIONS, *DOCUMENT["components"]["responses"].values()]
    return [media for part in nodes for node in walk(part) for media in node.get("content", {}).values()]


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_every_summary_is_a_short_line_without_a_dot() -> None:
    for operation in OPERATIONS:
        assert re.fullmatch(r"[A-Z][^.\n]{5,40}", operation["summary"]), operation["operationId"]


def test_every_description_is_whole_sentences_that_say_more_than_the_summary() -> None:
    for operation in OPERATIONS:
        assert re.fullmatch(r"[A-Z].*\.", operation["description"], re.DOTALL), operation["operationId"]
        assert len(operation["description"]) > 2 * len(operation["summary"]), operation["operationId"]


def test_no_description_is_the_docstring_of_a_view() -> None:
    from accounts.views import AccountViewSet
    from todos.views import TodoViewSet

    views: list[Any] = [AccountViewSet, TodoViewSet]
    docstrings = {inspect.getdoc(method) for view in views for method in vars(view).values() if callable(method)}
    assert not docstrings & {operation["description"] for operation in OPERATIONS}


def test_every_operation_has_one_tag_that_is_described() -> None:
    described = [tag["name"] for tag in DOCUMENT["tags"] if tag["description"]]
    assert described == ["Accounts", "Todos", "Bulk", "Service"]
    assert all(len(operation["tags"]) == 1 for operation in OPERATIONS)
    assert {tag for operation in OPERATIONS for tag in operation["tags"]} == set(described)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("Get a token", ["/auth/signup/", "/auth/login/", "/auth/refresh/", "Authorization: Bearer", "token_expired"]),
        ("Errors", ["code", "detail", "attr", "412"]),
        ("Lists, filters and pages", ["limit", "Link", "cursor", "pagination_required"]),
        ("Change without overwriting", ["ETag", "If-Match", "If-None-Match", "revision", "412", "304"]),
        ("Sync", ["since", "X-Revision", "tombstone", "sync_token_expired"]),
        ("Retry safely", ["Idempotency-Key", "Idempotent-Replayed"]),
        ("Rate limits", ["429", "Retry-After"]),
    ],
)
def test_introduction_explains_the_rules_that_calls_share(section: str, words: list[str]) -> None:
    text = markdown.get_section(DOCUMENT["info"]["description"], section)
    assert [word for word in words if word not in text] == []


def test_introduction_names_only_calls_and_codes_that_exist() -> None:
    text, described = DOCUMENT["info"]["description"], str([OPERATIONS, DOCUMENT["components"]])
    assert set(re.findall(r"`[A-Z]+ (/[a-z/]+/)`", text)) <= DOCUMENT["paths"].keys()
    assert [code for code in re.findall(r"`([a-z]+_[a-z_]+)`", text) if code not in described] == []


def test_page_offers_the_token_before_the_session_cookie() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert [scheme["type"] for scheme in schemes.values()] == ["http", "apiKey"]
    assert "/auth/login/" in schemes["token"]["description"]
    assert "/session/login/" in schemes["cookieAuth"]["description"]


def test_every_response_has_a_description() -> None:
    for operation in OPERATIONS:
        for status, response in operation["responses"].items():
            assert "$ref" in response or response["description"], (operation["operationId"], status)


def test_public_operations_need_no_security() -> None:
    public = {operation["operationId"] for operation in OPERATIONS if operation["security"] == []}
    assert public == {"root", "health", "signup", "login", "refresh", "reset_password", "confirm_reset"}


def test_every_body_has_one_media_type_except_the_list_as_csv() -> None:
    bodies = [operation["requestBody"] for operation in OPERATIONS if "requestBody" in operation]
    assert all(list(body["content"]) == ["application/json"] and body["required"] for body in bodies)
    several = [node["content"].keys() for part in OPERATIONS for node in walk(part) if len(node.get("content", ())) > 1]
    assert several == [{"application/json", "text/csv"}]


def test_every_parameter_and_header_has_a_description_and_a_bounded_schema_with_an_example() -> None:
    headers = [header for part in OPERATIONS for node in walk(part) for header in node.get("headers", {}).values()]
    for described in [*PARAMETERS, *headers]:
        schema = described["schema"]
        assert described["description"]
        assert "example" in described, described
        if schema["type"] == "integer":
            assert {"minimum"} <= schema.keys(), described
        elif described.get("in"):
            assert schema.keys() & {"enum", "format", "pattern", "maxLength"}, described


def test_every_example_of_a_parameter_fits_its_schema() -> None:
    for parameter in PARAMETERS:
        assert Draft202012Validator(parameter["schema"]).is_valid(parameter["example"]), parameter["name"]


def test_every_example_of_a_body_fits_its_schema() -> None:
    for media in media_types():
        for example in media.get("examples", {}).values():
            Draft202012Validator(media["schema"] | {"components": {"schemas": COMPONENTS}}).validate(example["value"])


def test_every_property_has_a_type_or_refers_to_one() -> None:
    for node in [node for part in COMPONENTS.values() for node in walk(part)]:
        for name, schema in node.get("properties", {}).items():
            assert schema.keys() & {"type", "$ref", "allOf", "anyOf"}, name


def test_no_array_is_in_an_array() -> None:
    arrays = [schema for schema in schemas() if schema["type"] == "array"]
    assert arrays
    assert not [schema for schema in arrays if schema["items"].get("type") == "array"]


def test_every_object_is_a_component_with_a_plain_name() -> None:
    assert not [node for part in OPERATIONS for node in walk(part) if node.get("type") == "object"]
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in COMPONENTS)
    assert not [name for name in COMPONENTS if name.startswith("Patched") or "Inner" in name or name == "Error"]


def test_requests_refuse_unknown_fields_and_responses_have_all_of_theirs() -> None:
    objects = {name: schema for name, schema in COMPONENTS.items() if schema.get("type") == "object"}
    for name, schema in objects.items():
        if name in REQUEST_NAMES:
            assert schema["additionalProperties"] is False, name
        else:
            assert schema["required"] == list(schema["properties"]), name
    assert COMPONENTS["TodoPatch"]["minProperties"] == 1


@pytest.mark.parametrize("name", ["TodoReplacement", "TodoPatch", "TodoChange"])
def test_changes_of_a_todo_can_have_the_revision_that_they_expect(name: str) -> None:
    assert COMPONENTS[name]["properties"]["revision"]["type"] == "integer"


def test_account_is_deleted_with_a_body() -> None:
    schema = DOCUMENT["paths"]["/auth/me/"]["delete"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/DeleteAccountRequest"}


def test_list_documents_every_query_parameter_that_it_knows() -> None:
    documented = {each["name"] for each in DOCUMENT["paths"]["/todos/"]["get"]["parameters"] if each["in"] == "query"}
    assert documented == PARAMETERS_WITH_SINCE | TodoFilter.base_filters.keys()


def test_examples_contain_no_password_that_tests_use() -> None:
    text = str(DOCUMENT)
    assert PASSWORD not in text
    assert NEW_PASSWORD not in text


def test_example_of_the_root_has_its_links(api: APIClient) -> None:
    [example] = DOCUMENT["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["examples"].values()
    root = api.get("/", HTTP_HOST="127.0.0.1:8000").json()
    assert example["value"] == root


@pytest.mark.parametrize("media_type", ["application/yaml", "application/vnd.oai.openapi", "application/json"])
def test_schema_is_served_as_yaml_and_json(api: APIClient, media_type: str) -> None:
    assert api.get("/schema/", HTTP_ACCEPT=media_type)["Content-Type"].startswith(media_type)


def exchange(method: str = "GET", path: str = "/todos/7/", **changes: Any) -> Exchange:
    headers = {"Content-Type": "application/json"}
    body = changes.pop("body", b"")
    return Exchange(method, path, "", None, 200, headers, body)._replace(**changes)


@pytest.mark.parametrize(
    "undocumented",
    [
        exchange(body=b"{}"),
        exchange(body=b"[]"),
        exchange(status=202, body=b"{}"),
        exchange(headers={"Content-Type": "text/csv"}, body=b"id"),
        exchange(method="DELETE", status=204, body=b"{}"),
        exchange(path="/todos/", query="colour=red", body=b"[]"),
        exchange(path="/todos/", body=b"[]", headers={"Content-Type": "application/json", "X-Revision": "-1"}),
    ],
)
def test_undocumented_exchange_is_found(undocumented: Exchange) -> None:
    with pytest.raises(UndocumentedExchangeError):
        check_exchange(undocumented)


def test_accepted_body_that_the_document_refuses_is_found() -> None:
    sent = exchange("PATCH", status=202, sent_json=b'{"colour": "red"}', body=json.dumps(TODO).encode())
    with pytest.raises(UndocumentedExchangeError, match="colour"):
        check_exchange(sent)
    check_exchange(sent._replace(sent_json=b'{"title": " x ", "id": 7}'))


def test_requests_of_test_clients_are_checked(user_client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOCUMENT["paths"]["/todos/"]["get"], "responses", {})
    with pytest.raises(UndocumentedExchangeError, match="200"):
        user_client.get("/todos/")


@pytest.mark.in_process("the emulator takes the place of this server")
def test_calls_of_a_real_server_are_checked(server: APICaller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOCUMENT["paths"]["/health/"]["get"], "responses", {})
    with pytest.raises(UndocumentedExchangeError, match="200"):
        server.call("GET", "/health/")
