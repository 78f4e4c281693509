"""How the REST framework and the generator of its schema are set, for settings.py. Plain values: nothing runs here."""

from typing import Any

FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "community.api.authentication.BearerAuthentication",  # the first one words the 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],  # community.api.base says more
    "DEFAULT_PARSER_CLASSES": ["community.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "community.api.schema.Operation",
    "EXCEPTION_HANDLER": "community.api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
    "UNICODE_JSON": True,
}

SCHEMA: dict[str, Any] = {
    "TITLE": "Flywheel API",
    "VERSION": "1",
    "DESCRIPTION": "The community for programs: the same acts, under the same rules, as on its pages.",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "AUTHENTICATION_WHITELIST": [],  # community.api.schema says it, with the scopes
    "POSTPROCESSING_HOOKS": ["community.api.schema.complete"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
