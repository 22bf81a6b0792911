"""What a source of resources must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from everward.estate import Reading
from everward.sources.limits import Limits
from everward.sources.tree import Tree


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user said about how to read."""

    subscription: str | None = None
    """The subscription that resources without one stand in."""
    resource_group: str | None = None
    """The resource group that resource-group templates are deployed to."""
    management_group: str | None = None
    """The management group that management-group templates are deployed to."""
    location: str | None = None
    """The region of a deployment that does not name one."""
    var_files: tuple[Path, ...] = ()
    """Files of input values, in order; a later one wins."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Single input values as typed (`--var name=value`); they win over files."""
    environment: str | None = None
    """The environment whose inputs are looked for in the repository: `prod`, `int`…"""
    limits: Limits = field(default_factory=Limits)
    """How much reading may cost."""
    clusters: tuple[tuple[Path | None, str], ...] = ()
    """The clusters that files of Kubernetes are deployed to, by id or name: of a file or folder, or of everything."""


@dataclass(frozen=True, slots=True)
class Input:
    """Something that a source can read."""

    source: str
    """The name of the source that claims it."""
    path: Path
    """A file or a folder."""
    files: tuple[Path, ...] = ()
    """Further files that belong to it, such as parameter files."""


class Source(ABC):
    """A kind of input. One instance serves one run."""

    name: str
    """Its name in origins, readings and reports."""

    @abstractmethod
    def find(self, tree: Tree) -> Iterable[Input]:
        """The inputs of this kind in a tree of files, in a stable order."""

    @abstractmethod
    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Read one input. What cannot be read is said in the reading's `unresolved`, never dropped and never raised.

        Raises:
            UsageError: when an option names something that does not exist.

        """

    def complete(self, readings: Sequence[Reading]) -> None:  # noqa: B027 - most sources have nothing to add
        """Add to the readings of this source what only all readings together tell. Called once, after all are read."""
