"""Storage for static files: hashed names for those that `collectstatic` has collected, plain names for others."""

from typing import Any

from django.urls import get_script_prefix
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OptionalManifestStorage(CompressedManifestStaticFilesStorage):
    """A manifest storage that also works for files that are not collected, with plain names, which WhiteNoise finds."""

    support_js_module_import_aggregation = True  # The modules of /app/ import one another: by their hashed names, too.

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hash_key(self.clean_name(name)) in self.hashed_files else name

    def url(self, name: str | None, force: bool = False) -> str:
        """Return a file's URL below the stage prefix of the current request: a process may serve several prefixes."""
        return get_script_prefix().rstrip("/") + super().url(name, force)
