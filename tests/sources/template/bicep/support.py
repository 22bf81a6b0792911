"""Reads parameter files that tests write down as text."""

from pathlib import Path
from typing import Any

from everward.estate import Unresolved
from everward.sources.template.bicep import ParameterFile
from everward.sources.tree import Tree


def written(folder: Path, text: str, name: str = "main.bicepparam") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def opened(folder: Path, text: str, **environ: str) -> ParameterFile:
    path = written(folder, text)
    return ParameterFile(path, Tree(path), environ)


def values(folder: Path, text: str, **environ: str) -> dict[str, Any]:
    """The values of a file in which nothing is wrong."""
    file = opened(folder, "using none\n" + text, **environ)
    found = {name: entry["value"] for name, entry in file.entries().items()}
    assert file.problems == []
    return found


def value(folder: Path, expression: str, **environ: str) -> Any:
    """The value of one expression."""
    return values(folder, f"param p = {expression}\n", **environ)["p"]


def problems(folder: Path, text: str, **environ: str) -> list[Unresolved]:
    """What is said of a file."""
    file = opened(folder, text, **environ)
    file.entries()
    file.extensions()
    return file.problems


def reasons(folder: Path, text: str) -> list[str]:
    """What is said of a file: line and reason."""
    return [f"{item.origin.line if item.origin else '?'}: {item.reason}" for item in problems(folder, text)]
