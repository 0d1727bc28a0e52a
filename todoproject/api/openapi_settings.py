"""The settings of drf-spectacular, which generates the OpenAPI document."""

from todoproject import __version__

SPECTACULAR_SETTINGS = {
    "TITLE": "Todo API",
    "VERSION": __version__,
    "DESCRIPTION": "Sign up, log in, and keep todos that nobody else sees.",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "todoproject.api.openapi.share_error_responses",
    ],
    "ENUM_NAME_OVERRIDES": {"StatusEnum": "todos.models.Todo.Status"},
}
