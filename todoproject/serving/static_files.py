"""Storage for static files: hashed names where `collectstatic` has run, plain names where it has not."""

from typing import Any

from django.urls import get_script_prefix
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OptionalManifestStorage(CompressedManifestStaticFilesStorage):
    """A manifest storage that also works before `collectstatic` has run, with plain names, which WhiteNoise finds."""

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name

    def url(self, name: str | None, force: bool = False) -> str:
        """Return a file's URL below the stage prefix of the current request: a process may serve several prefixes."""
        return get_script_prefix().rstrip("/") + super().url(name, force)
