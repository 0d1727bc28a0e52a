"""The OpenAPI document, the same for every user, as drf-spectacular generates it.

`openapi_document` renders it. Error responses are in `openapi_errors`; the calls on todos in `todos/schema.py`, those
on accounts in `accounts/schema.py`, and the root and the health check in `todoproject/api/schema.py`.
"""

from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from typing import Any

from drf_spectacular.drainage import isolate_view_method
from drf_spectacular.openapi import AutoSchema

from todoproject.api.openapi_errors import add_error, list_errors
from todoproject.api.openapi_settings import DESCRIPTIONS

# The tag of each operation by the first part of its path, unless its description names another. openapi_settings
# describes the tags.
TAGS = {"auth": "Accounts", "todos": "Todos"}
OTHER_TAG = "Service"


class TodoAutoSchema(AutoSchema):
    """drf-spectacular's description of a view, completed for generated clients.

    Bodies are documented as JSON only, though forms are accepted: several media types for one body make generated
    clients choose the wrong one. A DELETE has a body if its `request` is a serializer.
    """

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if not any(operation.get("security", [])):
            operation["security"] = []
        for status, response in operation["responses"].items():
            response["description"] = response["description"] or f"{HTTPStatus(int(status)).phrase}."
        if self.method == "DELETE" and (serializer := self.get_request_serializer()):
            operation["requestBody"] = self.build_request_body(serializer)
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
        move_examples_out_of_schemas(operation)
        for error in list_errors(self.view, self.method, self.path, operation):
            add_error(operation["responses"], error)
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def get_description(self, *args: Any) -> str:
        """Return no description: each is given to `extend_schema`, because a docstring is written for developers."""
        return ""

    def get_tags(self) -> list[str]:
        return [TAGS.get(self.path.split("/")[1], OTHER_TAG)]

    def map_parsers(self) -> list[str]:
        return ["application/json"]

    def build_request_body(self, serializer: Any) -> dict[str, Any]:
        schema = self.resolve_serializer(serializer, "request").ref
        examples = {each.name: {"value": each.value} for each in self.get_examples() if each.request_only}
        return {"content": {"application/json": {"schema": schema, "examples": examples}}}


def move_examples_out_of_schemas(operation: dict[str, Any]) -> None:
    """Move the `example` in the schema of each parameter and response header beside that schema."""
    headers = [
        header for response in operation["responses"].values() for header in response.get("headers", {}).values()
    ]
    for described in [*operation.get("parameters", []), *headers]:
        described["schema"] = dict(described["schema"])
        if "example" in described["schema"]:
            described["example"] = described["schema"].pop("example")


def load_descriptions(endpoints: list[Any]) -> list[Any]:
    """Load the modules that describe the views, before the endpoints are described; a drf-spectacular hook."""
    for name in DESCRIPTIONS:
        import_module(name)
    return endpoints


def describe_view(view: Any, operations: dict[str, Any], errors: dict[str, Any] | None = None) -> Any:
    """Return a subclass of a view whose methods have the descriptions in `operations`, made by `extend_schema`.

    `errors` are the exceptions of each action, besides those of all views.
    """
    described = type(view.__name__, (view,), {"schema": TodoAutoSchema(), "documented_errors": errors or {}})
    for name, add_description in operations.items():
        method = isolate_view_method(described, name)
        method.schema = TodoAutoSchema  # the base class of what extend_schema adds
        add_description(method)
    return described


def complete_bodies(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Refuse unknown fields in requests, and promise every field of responses; a drf-spectacular hook."""
    components = result["components"]["schemas"]
    operations = [operation for methods in result["paths"].values() for operation in methods.values()]
    for schema in list_objects([each.get("requestBody") for each in operations], components):
        schema["additionalProperties"] = False
    for schema in list_objects([each["responses"] for each in operations], components):
        schema["required"] = list(schema["properties"])
    return result


def put_token_first(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Move the token before the session cookie, for the dialog "Authorize" of the page; a drf-spectacular hook."""
    schemes = result["components"]["securitySchemes"]
    result["components"]["securitySchemes"] = {"token": schemes.pop("token"), **schemes}
    return result


def list_objects(node: Any, components: dict[str, Any], seen: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the schemas of objects within a part of the document, and in the components that it refers to."""
    seen = set() if seen is None else seen
    if isinstance(node, list):
        for item in node:
            yield from list_objects(item, components, seen)
    elif isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            yield node
        name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
        if name in components and name not in seen:
            seen.add(name)
            yield from list_objects(components[name], components, seen)
        for key, value in node.items():
            if key not in ("example", "examples"):
                yield from list_objects(value, components, seen)
