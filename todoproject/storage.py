"""Static files: hashed names where `collectstatic` has run, plain ones where it has not."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class OptionalManifestStorage(CompressedManifestStaticFilesStorage):
    """Without a manifest the plain name is served by WhiteNoise through Django's finders."""

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name
