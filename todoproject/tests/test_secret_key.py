"""The SECRET_KEY of production, and the one kept in a file for local use."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from testing.concurrency import run_concurrently
from testing.processes import KEY
from todoproject.config.secret_key import load_or_create_key, require_strong_key


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keys = run_concurrently([lambda: load_or_create_key(path)] * 8)
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_broken_key_file_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(ImproperlyConfigured, match="delete the file to generate one"):
        load_or_create_key(tmp_path / "key")


def test_key_that_cannot_be_stored_must_be_set(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="set SECRET_KEY"):
        load_or_create_key(tmp_path / "missing" / "key")


def test_strong_key_is_accepted_in_production() -> None:
    require_strong_key("$" + KEY, production=True)


@pytest.mark.parametrize("key", ["", "too short", "a" * 60, "django-insecure-" + KEY])
def test_weak_key_is_refused_in_production_only_and_never_shown(key: str) -> None:
    require_strong_key(key, production=False)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is") as caught:
        require_strong_key(key, production=True)
    assert not key or key not in str(caught.value)
