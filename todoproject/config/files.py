"""Files that several processes may make at once."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def create_once(path: Path, content: bytes) -> None:
    """Create the file with mode 600, whole and on disk, unless it is there already.

    Of processes that start at once the first one wins, and none ever sees half a file. Raises OSError.
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
