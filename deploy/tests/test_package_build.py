"""The build of the package: its files, its wheels, and a build without Lambda's Python."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy import package as packaging
from deploy.package import local_architecture


def test_every_requirement_has_a_wheel_for_the_other_architecture(tmp_path: Path) -> None:
    [other] = {"arm64", "x86_64"} - {local_architecture()}
    report = tmp_path / "report.json"
    packaging.install_requirements(tmp_path, other, "--dry-run", "--report", report)
    urls = [item["download_info"]["url"] for item in json.loads(report.read_text())["install"]]
    suffixes = ("-none-any.whl", f"_{packaging.MACHINES[other]}.whl")
    assert len(urls) > 20
    assert [url for url in urls if not url.endswith(suffixes)] == []


def test_hidden_files_links_and_other_file_types_are_excluded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, folder = tmp_path / "project", tmp_path / "package"
    (project / "todos" / ".checkpoints").mkdir(parents=True)
    (project / "todos" / "tests").mkdir()
    for name in ("views.py", ".#views.py", "dump.json", ".checkpoints/a.py", "tests/test_a.py", "page.html"):
        (project / "todos" / name).write_text(name)
    (project / "todos" / "link.py").symlink_to("/etc/hostname")
    (project / "todos" / "gone.py").symlink_to("/nowhere")
    monkeypatch.setattr(packaging, "ROOT", project)
    packaging.add_project(folder)
    copied = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert copied == ["todos/page.html", "todos/views.py"]


def test_without_lambdas_python_the_package_has_no_bytecode_and_a_message_says_so(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hide_lambdas_python(tmp_path, monkeypatch)
    (tmp_path / "module.py").write_text("")
    packaging.add_bytecode(tmp_path)
    assert "the package has no bytecode" in capsys.readouterr().out
    assert [*tmp_path.rglob("*.pyc")] == []


def test_a_package_without_bytecode_has_all_other_files(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: Callable[[int, int], int]
) -> None:
    if not rounds(0, 1):
        pytest.skip("Another package is only built with --long.")
    monkeypatch.setenv("PIP_CACHE_DIR", os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")))
    hide_lambdas_python(tmp_path, monkeypatch)
    other = packaging.build_package(tmp_path / "package.zip", architecture=local_architecture())
    with ZipFile(package) as usual, ZipFile(other) as content:
        sources = {name for name in usual.namelist() if not name.endswith(".pyc")}
        assert "zappa_settings.py" in sources
        assert set(content.namelist()) == sources


def hide_lambdas_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace Lambda's Python on the PATH with a stub that prints an error, like the one that pyenv installs."""
    stub = folder / "bin" / "python3.13"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\necho not installed >&2\nexit 127\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stub.parent}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(folder))
    for name in ("PYTHON_LAMBDA", "PYENV_ROOT"):
        monkeypatch.delenv(name, raising=False)
