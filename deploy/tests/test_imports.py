"""The modules that deploy import no development tools, which a deployer need not have."""

import ast

import pytest

from deploy.package import ROOT

MODULES = sorted((ROOT / "deploy").glob("*.py"))


@pytest.mark.parametrize("name", [module.name for module in MODULES])
def test_a_module_that_deploys_imports_no_development_tool(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "deploy" / name).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported.isdisjoint({"lambda_emulator", "testing", "benchmarks", "pytest", "moto"})
