"""Static files: hashed names where `collectstatic` has run, plain ones where it has not."""

from typing import Any

from django.urls import get_script_prefix
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OptionalManifestStorage(CompressedManifestStaticFilesStorage):
    """Without a manifest the plain name is served by WhiteNoise through Django's finders."""

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file, under the prefix that this request came by: one process may serve several."""
        return get_script_prefix().rstrip("/") + super().url(name, force)
