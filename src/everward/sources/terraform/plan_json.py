"""What plans and states in JSON have in common: telling them apart, and taking values of the expected kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from everward.estate import Unresolved
from everward.sources.jsontext import load
from everward.sources.tree import CACHED_BYTES, Tree, display
from everward.values import Origin, Unknown, UnreadableError, Value, is_empty

_SAMPLE = 16 * 1024
_NAMES = re.compile(
    rb'"(format_version|planned_values|resource_changes|output_changes|values|lineage|serial|terraform_version'
    rb'|configuration|applyable)"\s*:'
)

SENSITIVE = "sensitive"
"""Why a value that Terraform marks as sensitive is a hole: it is never kept, so it can never be shown."""


def kind_of(path: Path) -> str | None:
    """`plan`, `state` or `tfstate` (Terraform's own file) by the beginning and the end of a file; None otherwise."""
    sample = _sample(path)
    if not sample.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    names = set(_NAMES.findall(sample))
    if {b"lineage", b"serial"} <= names:
        return "tfstate"
    if b"format_version" not in names and not {b"resource_changes", b"terraform_version"} <= names:
        return None
    if names & {b"planned_values", b"resource_changes", b"output_changes", b"configuration", b"applyable"}:
        return "plan"
    return "state" if b"values" in names or _is_empty_state(sample) else None


def _is_empty_state(sample: bytes) -> bool:
    """Whether a whole file is what Terraform shows of a state without resources; its other outputs have more keys."""
    try:
        content = msgspec.json.decode(sample, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        return False
    return content.keys() <= {"format_version", "terraform_version", "checks"}


def _sample(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if size <= 2 * _SAMPLE:
                return file.read()
            head = file.read(_SAMPLE)
            if b'"format_version"' not in head and b'"terraform_version"' not in head and size > CACHED_BYTES:
                file.seek(size - _SAMPLE)
            return head + file.read(_SAMPLE if size > CACHED_BYTES else CACHED_BYTES)
    except OSError:
        # Whoever reads it says why it cannot be read; nothing claims it.
        return b""


def json_files(tree: Tree, endings: tuple[str, ...], kinds: Iterable[str]) -> Iterator[Path]:
    """The files of a tree with these endings that are of one of these kinds."""
    wanted = set(kinds)
    for path in tree.files:
        if path.name.lower().endswith(endings) and kind_of(path) in wanted:
            yield path


def read_object(path: Path, tree: Tree, source: str) -> dict[str, Any]:
    """The content of a file that holds one JSON object.

    Raises:
        UnreadableError: when it does not.

    """
    shown = display(path)
    content = load(tree.read(path), source=source, file=shown)
    if not isinstance(content, dict):
        raise UnreadableError(f"`{shown}` is not a JSON object", origin=Origin(source=source, file=shown))
    return content


class Problems:
    """What cannot be read of one file."""

    def __init__(self, source: str, file: str) -> None:
        self.source = source
        self.file = file
        self.items: list[Unresolved] = []

    def add(self, subject: str, reason: str, *, help: str | None = None, incomplete: bool = True) -> None:
        """Say that something could not be read."""
        origin = Origin(source=self.source, file=self.file, address=subject if subject != self.file else None)
        self.items.append(Unresolved(subject, reason, origin, help=help, incomplete=incomplete))

    def mapping(self, value: Any, subject: str) -> dict[str, Any]:
        """An object; anything else but null is a problem, and counts as empty."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.add(subject, "not an object")
        return {}

    def element(self, value: Any, subject: str) -> dict[str, Any]:
        """An object of an array: nothing else may stand there, neither null nor an empty one."""
        if isinstance(value, dict) and value:
            return value
        self.add(subject, "an empty object" if isinstance(value, dict) else "not an object")
        return {}

    def array(self, value: Any, subject: str) -> list[Any]:
        """An array; anything else but null is a problem, and counts as empty."""
        if isinstance(value, list):
            return value
        if value is not None:
            self.add(subject, "not an array")
        return []

    def text(self, value: Any, subject: str, name: str) -> str | None:
        """Text that must be there."""
        if isinstance(value, str) and value:
            return value
        self.add(subject, f"no `{name}`")
        return None


def withheld(value: Any, address: str, origin: Origin) -> Unknown:
    """What stands for a value that Terraform marks as sensitive: that it is there, and whether it is empty."""
    return Unknown(
        reason=SENSITIVE,
        decided_by=(address,),
        present=True,
        filled=not is_empty(value),
        secret=True,
        origin=origin,
    )


def redact(value: Any, sensitive: Any, address: str, origin: Origin) -> Value:
    """A value without what Terraform marks as sensitive. Null and the shape around it are no secrets."""
    if sensitive is True:
        if value is None:
            return None
        return withheld(value, address, origin)
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {key: redact(item, sensitive.get(key), f"{address}.{key}", origin) for key, item in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *[None] * (len(value) - len(sensitive))]
        pairs = enumerate(zip(value, marks, strict=False))
        return [redact(item, mark, f"{address}[{index}]", origin) for index, (item, mark) in pairs]
    kept: Value = value
    return kept
