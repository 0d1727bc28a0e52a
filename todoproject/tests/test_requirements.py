"""The packages that tests import: `pytest` runs with requirements.txt alone, and skips the tests that need others."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = {path.parent.name for path in ROOT.glob("*/__init__.py")}
TEST_MODULES = [ROOT / "conftest.py", *sorted(ROOT.glob("*/tests/*.py"))]


def normalize(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def read_requirements(name: str) -> set[str]:
    return {normalize(line) for line in re.findall(r"^[\w.-]+", (ROOT / name).read_text(), re.MULTILINE)}


REQUIRED = read_requirements("requirements.txt")
AVAILABLE = OURS | sys.stdlib_module_names | {"conftest"}
AVAILABLE |= {name for name, by in packages_distributions().items() if REQUIRED & {normalize(each) for each in by}}


def imports_at_collection(module: Path) -> Iterator[tuple[str, Path]]:
    """Yield the names that a module imports when it is loaded, with the module, also through our own modules.

    A call of `pytest.importorskip` ends the loading where the package is missing.
    """
    waiting, seen = [module], set()
    while waiting:
        path = waiting.pop()
        for name in imported_when_loaded(ast.parse(path.read_text())):
            yield name, path
            found = [file for file in source_files(name) if file not in seen]
            seen |= set(found)
            waiting += found


def imported_when_loaded(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names of the imports outside functions, up to a call of `pytest.importorskip`."""
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield statement.module or ""
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.Expr | ast.Assign) and "importorskip" in ast.unparse(statement):
            return


def source_files(name: str) -> list[Path]:
    """Return the file of one of our own modules, if the name is one, and those of the packages that contain it."""
    parts = name.split(".") if name.split(".")[0] in OURS else []
    files = [ROOT.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    candidates = [file / "__init__.py" for file in files] + [file.with_suffix(".py") for file in files]
    return [file for file in candidates if file.is_file()]


@pytest.mark.parametrize("module", TEST_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_collecting_tests_needs_only_the_packages_in_requirements_txt(module: Path) -> None:
    missing = {(name, path.name) for name, path in imports_at_collection(module) if name.split(".")[0] not in AVAILABLE}
    assert not missing, f"call pytest.importorskip before importing from {sorted(missing)}"


def test_every_skip_without_a_package_says_that_it_is_in_requirements_dev_txt() -> None:
    sources = "".join(path.read_text() for folder in OURS for path in (ROOT / folder).rglob("*.py"))
    skips = re.findall(r'pytest\.importorskip\("(\w+)", reason="\1.* in requirements-dev\.txt"\)', sources)
    assert set(skips) <= read_requirements("requirements-dev.txt") - REQUIRED
    assert len(skips) == len(re.findall(r"pytest\.importorskip\(\S", sources)) > 0
