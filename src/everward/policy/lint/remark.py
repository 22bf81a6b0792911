"""What lint says: a remark with its place, what to do, and an edit where one is safe."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from everward.policy.positions import JsonPath


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """Azure rejects it, or it never does what it says."""
    WARNING = "warning"
    """It works, probably not as meant."""
    INFO = "info"
    """It could be written better."""


RANK: dict[str, int] = {"error": 0, "warning": 1, "info": 2}
"""Severities from worst to least."""


class Edit(NamedTuple):
    """Replace the text between two offsets."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """A repair that changes no meaning, or restores the only one that can be meant."""

    summary: str
    edits: tuple[Edit, ...]


class Complaint(NamedTuple):
    """What a rule finds, before it has a place in the file."""

    message: str
    path: JsonPath
    help: str | None = None
    severity: Severity | None = None
    """Another severity than the rule's own."""
    fix: Fix | None = None


class Remark(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One remark on one place of one file."""

    rule: str
    """The id of the rule."""
    severity: Severity
    message: str
    file: str
    line: int
    """Counted from 1."""
    path: str
    """Where in the document: `properties.policyRule.if.allOf[1].field`."""
    help: str | None = None
    """What to do."""
    fixable: bool = False
    """Whether `--fix` repairs it."""
    fix: str | None = None
    """What `--fix` does."""
