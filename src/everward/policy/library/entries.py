"""What the index of a folder keeps of each policy object, and of each file."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from everward.estate import Unresolved


class Kind(StrEnum):
    """What a policy object is."""

    DEFINITION = "definition"
    INITIATIVE = "initiative"
    ASSIGNMENT = "assignment"
    EXEMPTION = "exemption"


class Entry(msgspec.Struct, array_like=True):
    """One policy object of a folder."""

    kind: Kind
    id: str
    """Its ARM id; empty when the file does not say it."""
    name: str
    display_name: str
    version: str
    category: str
    policy_type: str
    mode: str
    types: tuple[str, ...] | None
    """For a definition: the lower-case types that it can be about; None when any."""
    deprecated: bool
    address: str
    """Where in the file: a line, a Terraform address, a node of a tree; empty when it is the whole file."""
    body: bytes
    """The object as JSON, as Azure has it."""

    @property
    def document(self) -> Any:
        """The object, read anew each time: nobody shares it."""
        return msgspec.json.decode(self.body)

    @property
    def title(self) -> str:
        """How people name it."""
        return self.display_name or self.name or self.id


class FileRecord(msgspec.Struct, array_like=True):
    """One file as it was when it was indexed."""

    path: str
    """Below the root, with `/` between its parts."""
    size: int
    modified: int
    """Nanoseconds, as the file system counts them."""
    digest: bytes
    """Of its content."""
    entries: list[Entry]
    problems: list[Unresolved]


class Index(msgspec.Struct, array_like=True):
    """Everything below one root."""

    root: str
    files: list[FileRecord]
