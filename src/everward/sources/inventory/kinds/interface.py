"""What a kind of row must say of itself: rows that are not resources as ARM has them, yet stand for some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]

Adapted: TypeAlias = "list[Row] | str"
"""Rows in the form of ARM (`id`, `type`, `name`, `properties`), none when others say it already, or why it is none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row, told by the names of its members: file names mean nothing."""

    noun: str
    """One of them: `policy state`."""
    signatures: tuple[frozenset[str], ...]
    """A row that has all names of one of these is of this kind."""
    adapt: Callable[[Row], Adapted]
    """What it stands for. The row may be used up."""
    evidence: bool = False
    """Whether it is a record about resources, not one itself."""
    certain: Callable[[Row], bool] | None = None
    """Whether the values bear out the names: asked of files that nobody named, before they are claimed."""

    def has(self, row: Mapping[str, Any]) -> bool:
        """Whether a row, decoded or not, is of this kind."""
        names = row.keys()
        return any(signature <= names for signature in self.signatures)


def signature(*names: str) -> frozenset[str]:
    """Names that tell a kind."""
    return frozenset(names)


def text_of(row: Mapping[str, Any], name: str) -> str:
    """A member that should be text; empty when it is not."""
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def only_known(**members: Any) -> Row:
    """Members that say something."""
    return {name: value for name, value in members.items() if value is not None and value != ""}


def pieces(text: str) -> list[str]:
    """A list that an export wrote into one cell, whatever parts it."""
    return [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]
