"""The house's order: a package imports only packages listed above it (`design`: the house)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "everward"

ORDER = (
    "values", "expressions", "estate", "sources", "policy", "facts", "criteria", "store",
    "threats", "assessment", "remedies", "reports", "server", "cli",
)  # fmt: skip
"""From the foundation up. `__main__` may import the command line."""

APART = ("facts.reach", "facts.access", "facts.keys")
"""Analyses that meet in the estate as facts, and never import one another."""

MODULES = sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> list[str]:
    """The names below `everward` that a module imports, at any depth of its code."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name.removeprefix("everward.") for name in found if name.startswith("everward.")]


def home(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


@pytest.mark.parametrize("path", MODULES, ids=home)
def test_imports_go_downwards_only(path: Path) -> None:
    package = home(path).split(".")[0]
    if package not in ORDER:
        assert package in ("__init__", "__main__")
        return
    for name in imported(path):
        target = name.split(".")[0]
        if target in ORDER:
            assert ORDER.index(target) <= ORDER.index(package), f"`{package}` must not import `everward.{name}`"
        else:
            assert target == "__version__", f"`everward.{name}` has no place in the order"


@pytest.mark.parametrize("path", MODULES, ids=home)
def test_relative_imports_are_not_used(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    assert not [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("path", MODULES, ids=home)
def test_analyses_stay_apart(path: Path) -> None:
    here = next((name for name in APART if home(path).startswith(name)), None)
    others = [name for name in APART if name != here]
    if here is not None:
        assert not [name for name in imported(path) if name.startswith(tuple(others))]


@pytest.mark.parametrize("path", sorted([*MODULES, *(ROOT / "tests").rglob("*.py")]), ids=lambda path: path.name)
def test_no_file_is_too_large_to_live_in(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 600
