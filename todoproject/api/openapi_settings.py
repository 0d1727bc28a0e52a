"""The settings of drf-spectacular, which generates the OpenAPI document."""

from todoproject import __version__
from todoproject.api.openapi_introduction import INTRODUCTION

# The modules that describe the views.
DESCRIPTIONS = ("todoproject.api.schema", "accounts.schema", "todos.schema")

# In the order of the document. Each operation has one of them: see TodoAutoSchema.get_tags.
TAGS = [
    {
        "name": "Accounts",
        "description": "Sign up, log in, get new access tokens, and manage the account and its password.",
    },
    {
        "name": "Todos",
        "description": "Create, list, read, change, delete and restore todos. "
        "`GET /todos/` with `since` returns what changed: see Sync in the introduction.",
    },
    {
        "name": "Bulk",
        "description": "Change several todos, or delete all completed ones, in one request: all or none. "
        "`POST /todos/` with an array creates several.",
    },
    {"name": "Service", "description": "The URLs of the API, and the state of the server. They need no token."},
]

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Todo API",
    "VERSION": __version__,
    "DESCRIPTION": INTRODUCTION,
    "CONTACT": {"name": "The operator of this server"},
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": "This server."}],
    "TAGS": TAGS,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["todoproject.api.openapi.load_descriptions"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "todos.schema_components.add_components",
        "todoproject.api.openapi.complete_bodies",
        "todoproject.api.openapi.put_token_first",
        "todoproject.api.openapi_errors.share_error_responses",
    ],
    "ENUM_NAME_OVERRIDES": {
        "TodoStatus": "todos.models.Todo.Status",
        "HealthStatus": ["ok"],
        "DatabaseKind": ["sqlite", "postgresql"],
    },
}
