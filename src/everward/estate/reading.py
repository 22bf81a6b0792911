"""What one source said at one time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from everward.estate.resource import Resource
from everward.values import Origin, Value


class Disposition(StrEnum):
    """What became of an address of a source."""

    RESOURCE = "resource"
    """A resource of the estate."""
    MERGED = "merged"
    """Folded into another resource, as an association is."""
    CHILD = "child"
    """A child resource of another address's resource."""
    OPAQUE = "opaque"
    """Kept as a resource of its type, of which no property is known: there is no mapping."""
    NONE = "none"
    """It has no counterpart in ARM, or there is none of it."""


class Disposed(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One address of a source and what became of it."""

    address: str
    disposition: Disposition
    into: str | None = None
    """The id of the resource it became or was folded into."""
    origin: Origin | None = None
    reason: str | None = None
    """Why, where the disposition does not say it all: lower case, no full stop."""


class Unresolved(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """Something that was asked for and could not be read, or could not be settled."""

    subject: str
    """What: a file, a module, a variable, an address."""
    reason: str
    """Why: lower case, no full stop."""
    origin: Origin | None = None
    decided_by: tuple[str, ...] = ()
    """Names of the inputs that would settle it."""
    help: str | None = None
    """What to do."""
    incomplete: bool = False
    """True when resources may have been missed because of it; false when only values are open."""
    represented: bool = False
    """True when what may have been missed is only more of what the reading has: one instance stands for all of them."""


class ReadInput(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A file or folder that gave, or could give, a source its input."""

    path: str
    role: str
    """What it is: `root module`, `variable file`, `pipeline variables`, `template`, `parameters`, `inventory`…"""
    used: bool = True
    detail: str | None = None
    """What was taken from it, or why it was not used."""


class Join(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """An id with open parts that was found to be that of a resource of another reading."""

    subject: str
    """The id as its reading had it."""
    into: str
    """The id that it is."""
    how: str
    """`name`: only one resource has this type, name and scope. `address`: a plan or state gives it to the address."""


class Binding(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The value of an open part that joins told."""

    part: str
    """What was open: `subscription`, `var.prefix`."""
    value: str
    resources: int = 0
    """How many resources of the reading told it; none when another reading did."""


@dataclass(slots=True)
class Reading:
    """The resources of one source at one time, with everything it could not say."""

    source: str
    """`terraform`, `plan`, `state`, `template`, `inventory`."""
    label: str
    """How people name it: the path they gave."""
    resources: list[Resource] = field(default_factory=list)
    dispositions: list[Disposed] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    inputs: list[ReadInput] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    """Resources of it that other readings have under another id; filled when readings are joined."""
    bindings: list[Binding] = field(default_factory=list)
    """What joining told of its open parts."""
    evidence: list[Resource] = field(default_factory=list)
    """Records about resources: states of Azure Policy, events of the activity log. They are not judged."""
    outputs: dict[str, Value] = field(default_factory=dict)
    """What it hands to those who deploy after it: the outputs of a Terraform root, by name."""
    elsewhere: list[Resource] = field(default_factory=list)
    """What it deploys that is none of Azure's, such as charts in clusters, for the source that knows it. It is not
    judged as it stands here."""

    @property
    def incomplete(self) -> bool:
        """Whether resources may be missing from it."""
        return any(item.incomplete for item in self.unresolved)
