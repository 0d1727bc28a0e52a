"""The OpenAPI description of the bulk calls on todos, except for POST of an array, which is in `todos/schema.py`."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import MethodNotAllowed

from todos import schema_descriptions as descriptions
from todos.conditions import StaleItemsError, not_applicable_error, stale_item_error
from todos.schema_components import DELETED, TODOS, json_body, reference
from todos.schema_examples import CHANGES, COMPLETED_EXAMPLE, request_example, response_example
from todos.schema_parameters import CLEAR_STATUS, revision_header

BULK_OPERATIONS = {
    "partial_update_many": extend_schema(
        operation_id="change_todos",
        summary="Change several todos",
        description=descriptions.CHANGE_MANY,
        tags=["Bulk"],
        request=json_body(reference("TodoChanges")),
        filters=False,
        parameters=[revision_header(202)],
        responses={202: OpenApiResponse(TODOS, description="Changed, in the order of the request.")},
        examples=[
            request_example("Changes", CHANGES),
            response_example("Todos", [COMPLETED_EXAMPLE], 202),
        ],
    ),
    "clear_completed": extend_schema(
        operation_id="clear_completed",
        summary="Delete all completed todos",
        description=descriptions.CLEAR_COMPLETED,
        tags=["Bulk"],
        parameters=[CLEAR_STATUS, revision_header(204)],
        request=None,
        responses={204: DELETED},
    ),
}

NOT_APPLICABLE = not_applicable_error("If-Match")

# The errors of each action, besides those of all views.
BULK_ERRORS = {
    "partial_update_many": [
        MethodNotAllowed("PATCH"),
        NOT_APPLICABLE,
        StaleItemsError({"7": stale_item_error().detail}),
    ],
    "clear_completed": [MethodNotAllowed("DELETE"), NOT_APPLICABLE],
}
