"""The folders that the catalogue is written in, and the one file it is shipped as."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from everward.criteria.catalogue import COMPILED
from everward.criteria.criterion import Criterion, Inherited, Manual, Metadata
from everward.values import Origin, ProblemError

FOLDER: Final = COMPILED.parent / "catalogue"
"""One folder a criterion."""

CHAPTERS: Final = ("zero-trust", "threat-modelling", "network-intrusion", "data-integrity", "governance")
KINDS: Final[Mapping[str, str]] = {
    "definition.json": "definition",
    "manual.yaml": "manual",
    "inherited.yaml": "inherited",
}

T = TypeVar("T")


def read_folders(folder: Path = FOLDER) -> list[Criterion]:
    """Read every criterion from its folder, by chapter and id.

    Raises:
        ProblemError: when a file is missing or not as it must be.

    """
    found = [read_folder(path) for path in sorted(folder.iterdir()) if path.is_dir()]
    return sorted(found, key=lambda criterion: (CHAPTERS.index(criterion.chapter), criterion.id))


def read_folder(folder: Path) -> Criterion:
    """Read one criterion from its folder.

    Raises:
        ProblemError: when a file is missing or not as it must be.

    """
    metadata = _read(folder / "criterion.yaml", Metadata)
    ways = [name for name in KINDS if (folder / name).is_file()]
    if len(ways) != 1:
        raise ProblemError(
            f"`{folder.name}` must have one of {', '.join(f'`{name}`' for name in KINDS)}",
            origin=Origin(source="criteria", file=str(folder)),
            help="a criterion is verified in one way",
        )
    parts: dict[str, Any] = msgspec.to_builtins(metadata)
    parts["id"] = folder.name
    path = folder / ways[0]
    if ways[0] == "definition.json":
        parts["definition"] = _read_json(path)
    elif ways[0] == "manual.yaml":
        parts["manual"] = msgspec.to_builtins(_read(path, Manual))
    else:
        parts["inherited"] = msgspec.to_builtins(_read(path, Inherited))
    return _checked(parts, Criterion, folder)


def _read(path: Path, kind: type[T]) -> T:
    import yaml

    try:
        document = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except OSError as error:
        raise ProblemError(f"cannot read `{path.name}`", origin=Origin(source="criteria", file=str(path))) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        raise ProblemError(
            f"`{path.name}` is not YAML", origin=Origin(source="criteria", file=str(path), line=line)
        ) from error
    return _checked(document, kind, path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ProblemError(
            f"`{path.name}` is not JSON: {error}", origin=Origin(source="criteria", file=str(path))
        ) from error


def _checked(document: object, kind: type[T], path: Path) -> T:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise _problem(error, path) from error


def _problem(error: msgspec.ValidationError, path: Path) -> ProblemError:
    text = str(error)
    return ProblemError(f"{text[:1].lower()}{text[1:]}", origin=Origin(source="criteria", file=str(path)))


def compiled(criteria: list[Criterion]) -> bytes:
    """The file that the catalogue is shipped as: one criterion a line."""
    lines = b",\n".join(msgspec.json.encode(criterion) for criterion in criteria)
    return b"[\n" + lines + b"\n]\n"


def main() -> int:
    """Write the shipped file from the folders."""
    COMPILED.write_bytes(compiled(read_folders()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
