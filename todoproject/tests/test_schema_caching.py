"""Clients can keep the OpenAPI document, and check by its entity tag whether it is current."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import set_script_prefix
from rest_framework.test import APIClient

from todoproject.api.openapi_document import MAX_RENDERED_DOCUMENTS, render_openapi_document

pytestmark = pytest.mark.any_database

SCHEMA = "/schema/"
FORMATS = ["application/json", "application/vnd.oai.openapi+json", "application/yaml", "application/vnd.oai.openapi"]

every_format = pytest.mark.parametrize("media_type", FORMATS)


def fetch_schema_etag(api: APIClient, media_type: str = "application/json") -> str:
    return api.get(SCHEMA, HTTP_ACCEPT=media_type)["ETag"]


@pytest.fixture
def fetch_below_prefix(api: APIClient) -> Iterator[Callable[[str, str], str]]:
    """Return the entity tag of the schema in a format, below a prefix such as /dev."""

    def fetch(media_type: str, prefix: str) -> str:
        set_script_prefix(f"{prefix}/")
        return fetch_schema_etag(api, media_type)

    yield fetch
    set_script_prefix("/")


@every_format
def test_current_schema_is_304_without_a_body(api: APIClient, media_type: str) -> None:
    etag = fetch_schema_etag(api, media_type)
    response = api.get(SCHEMA, HTTP_ACCEPT=media_type, HTTP_IF_NONE_MATCH=etag)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert "Content-Length" not in response
    assert "Content-Type" not in response


@pytest.mark.parametrize("rewritten", ["W/{}", '"0", {}', "*", "compressed"])
def test_condition_is_read_as_on_todos(api: APIClient, rewritten: str) -> None:
    etag = fetch_schema_etag(api)
    condition = f'{etag[:-1]}-gzip"' if rewritten == "compressed" else rewritten.format(etag)
    assert api.get(SCHEMA, HTTP_IF_NONE_MATCH=condition).status_code == 304


@pytest.mark.parametrize("condition", ['"0"', "", "nonsense"])
def test_other_entity_tag_returns_the_schema(api: APIClient, condition: str) -> None:
    response = api.get(SCHEMA, HTTP_IF_NONE_MATCH=condition)
    assert (response.status_code, response.json()["openapi"]) == (200, "3.1.0")


def test_every_format_has_an_entity_tag_of_its_own(api: APIClient) -> None:
    etags = {fetch_schema_etag(api, media_type) for media_type in [*FORMATS, "application/json; indent=1"]}
    assert len(etags) == len(FORMATS) + 1


@pytest.mark.in_process("asks for several prefixes")
def test_every_prefix_has_an_entity_tag_of_its_own(fetch_below_prefix: Callable[[str, str], str]) -> None:
    etags = {fetch_below_prefix("application/json", prefix) for prefix in ("/dev", "/production", "")}
    assert len(etags) == 3


@pytest.mark.parametrize("condition", ["*", '"0"'])
def test_schema_may_be_kept_by_any_cache_that_checks_it(api: APIClient, condition: str) -> None:
    response = api.get(SCHEMA, HTTP_IF_NONE_MATCH=condition)
    assert response["Cache-Control"] == "public, no-cache"
    assert "Accept" in response["Vary"].split(", ")


@every_format
def test_head_of_the_schema_has_the_headers_of_get(api: APIClient, media_type: str) -> None:
    got, head = (method(SCHEMA, HTTP_ACCEPT=media_type) for method in (api.get, api.head))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Vary"):
        assert head[name] == got[name]


@pytest.mark.in_process("looks at the cache of this process")
def test_schema_is_rendered_once_for_each_format(api: APIClient) -> None:
    render_openapi_document.cache_clear()
    etags = [fetch_schema_etag(api, media_type) for media_type in (FORMATS[0], FORMATS[2])]
    for etag in etags:
        api.get(SCHEMA, HTTP_IF_NONE_MATCH=etag)
        api.get(SCHEMA, HTTP_ACCEPT=FORMATS[2], HTTP_IF_NONE_MATCH=etag)
    assert render_openapi_document.cache_info().misses == 2


@pytest.mark.in_process("looks at the cache of this process")
def test_unusual_formats_and_prefixes_do_not_fill_the_memory(fetch_below_prefix: Callable[[str, str], str]) -> None:
    for number in range(MAX_RENDERED_DOCUMENTS + 2):
        fetch_below_prefix(f"application/json; indent={number}; x={number}", f"/{number}")
    assert render_openapi_document.cache_info().currsize == MAX_RENDERED_DOCUMENTS
