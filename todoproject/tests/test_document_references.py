"""Links, paths and commands in the Markdown documents refer to something that exists."""

import re
from pathlib import Path

import pytest

from testing import markdown
from testing.markdown import DOCUMENTS, ROOT

FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:html|json|md|py|toml|txt|ya?ml)")
FOLDER = re.compile(r"(?:[\w.-]+/)+")

all_documents = pytest.mark.parametrize("document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])


def test_documents_of_every_folder_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in DOCUMENTS}
    assert {"README.md", "docs/api.md", "deploy/README.md", ".github/PULL_REQUEST_TEMPLATE.md"} <= names


@all_documents
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for link in markdown.list_links(document.read_text()):
        name, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", name):
            continue
        target = document.parent / name if name else document
        assert target.exists(), link
        assert not anchor or anchor in markdown.list_anchors(target.read_text()), link


# Files and folders that git ignores, which a fresh clone does not have.
GENERATED = {line.strip("/") for line in markdown.read_document(".gitignore").splitlines()}


@all_documents
def test_every_path_in_code_exists(document: Path) -> None:
    words = [word for code in markdown.list_code(document.read_text()) for word in code.split()]
    for path in words:
        is_path = FILE.fullmatch(path) or FOLDER.fullmatch(path)
        if is_path and path.strip("/") not in GENERATED:
            assert (ROOT / path).exists() or (document.parent / path).exists(), path


@all_documents
def test_every_make_target_in_code_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", markdown.read_document("Makefile"), re.MULTILINE))
    for code in markdown.list_code(document.read_text()):
        assert set(re.findall(r"\bmake ([a-z][a-z-]*)", code)) <= targets, code


@all_documents
def test_every_management_command_in_code_exists(document: Path) -> None:
    from django.core.management import get_commands

    for code in markdown.list_code(document.read_text()):
        named = set(re.findall(r"manage(?:\.py| production| dev) \"?([a-z_]+)", code))
        assert named <= {*get_commands(), "runserver"}, code
