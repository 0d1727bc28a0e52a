"""Skips imports that other packages make only if a module is there, and that nothing here needs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import django


@contextmanager
def hide_modules(*names: str) -> Iterator[None]:
    """Let imports of these modules fail, except if they are imported already. (None in sys.modules is Python's way.)"""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def import_signals_of_tests() -> None:
    """Import Django's `django.test.signals`, which simplejwt uses, without the rest of `django.test`."""
    if "django.test" not in sys.modules:
        package = ModuleType("django.test")
        package.__path__ = [str(Path(django.__file__).parent / "test")]
        sys.modules["django.test"] = package
        import_module("django.test.signals")
        del sys.modules["django.test"]


def import_rest_framework() -> None:
    """Import Django REST Framework's module of optional packages without them: they take a fifth of a cold start.

    They are for array fields of PostgreSQL (with psycopg), for its own OpenAPI generator and for a test client.
    """
    with hide_modules("django.contrib.postgres", "inflection", "requests", "uritemplate", "yaml"):
        import_module("rest_framework.compat")
