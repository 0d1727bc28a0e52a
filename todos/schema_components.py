"""The bodies of the calls on todos in the OpenAPI document, by the names that generated clients give their types.

The bodies of requests have the fields of `Todo` that can be written; their rules are those of `TodoSerializer`.
"""

from typing import Any

from drf_spectacular.utils import OpenApiResponse

from todoproject.api.integers import MAX_INTEGER
from todos.serializers import MAX_BULK_ITEMS, TodoSerializer

ID = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_INTEGER}
EXPECTED_REVISION = ID | {
    "description": "Change the todo only if this is still its revision. Without it, the change always applies."
}


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


TODOS = {"type": "array", "items": reference("Todo")}
DELETED = OpenApiResponse(description="Deleted.")


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": schema}


def record(description: str, properties: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """Return the schema of an object, with its rules, such as `required`."""
    return {"type": "object", "description": description, **rules, "properties": properties}


def bulk(name: str, description: str) -> dict[str, Any]:
    """Return the schema of the array that a bulk call takes."""
    return {
        "type": "array",
        "description": description,
        "minItems": 1,
        "maxItems": MAX_BULK_ITEMS,
        "items": reference(name),
    }


def add_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the components of todos; a hook of drf-spectacular, which has generated `Todo` before."""
    components = result["components"]["schemas"]
    todo = components["Todo"]["properties"]
    fields = {name: dict(todo[name]) for name, field in TodoSerializer().fields.items() if not field.read_only}
    fields["title"]["minLength"] = 1
    changes = fields | {"revision": EXPECTED_REVISION}
    components |= {
        "NewTodo": record("A todo to create.", fields, required=["title"]),
        "NewTodos": bulk("NewTodo", "Todos to create, all or none."),
        "TodoReplacement": record(
            "The new values of a todo. An optional field that is omitted keeps its value.", changes, required=["title"]
        ),
        "TodoPatch": record(
            "The fields of a todo to change: at least one besides `revision`.", changes, minProperties=1
        ),
        "TodoChange": record(
            "The todo with this id, and its fields to change: at least one besides `revision`.",
            {"id": ID, **changes},
            required=["id"],
            minProperties=2,
        ),
        "TodoChanges": bulk("TodoChange", "Todos to change, all or none."),
        "Tombstone": record(
            "A deleted todo.",
            {"id": ID, "revision": ID, "deleted": {"type": "boolean", "const": True}},
            required=["id", "revision", "deleted"],
        ),
        "TodoOrTombstone": {
            "description": "A todo, or what is left of a deleted one.",
            "anyOf": [reference("Todo"), reference("Tombstone")],
        },
    }
    result["components"]["schemas"] = dict(sorted(components.items()))
    return result
