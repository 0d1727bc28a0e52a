"""Creates files that several processes may create at the same time."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def create_if_missing(path: Path, content: bytes) -> None:
    """Create the file with mode 600, complete and on disk, unless it exists.

    If several processes do so at the same time, the first one wins, and none sees a partial file. Raises OSError.
    """
    candidate = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(candidate, path)
    finally:
        candidate.unlink(missing_ok=True)
