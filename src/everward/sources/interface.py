"""What a source of resources must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from everward.estate import Reading, Resource
from everward.sources.limits import Limits
from everward.sources.tree import Tree


class Live:
    """Resources as they are deployed: what others refer to without declaring it."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = tuple(readings)
        self._by_id: dict[str, Resource] | None = None

    def find(self, resource_id: str) -> Resource | None:
        """A resource by its id, or None. Of several inventories the first one that has it answers."""
        if not self._readings:
            return None
        if self._by_id is None:
            self._by_id = {}
            for reading in self._readings:
                for resource in reading.resources:
                    self._by_id.setdefault(resource.key, resource)
        return self._by_id.get(resource_id.rstrip("/").lower())


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
    live: Live = field(default_factory=lambda: Live(()), compare=False)
    """What is deployed, as the inventories of the same run say."""
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
    shared: bool = False
    """Whether another source may claim the files too, and reads something else in them."""


class Source(ABC):
    """A kind of input. One instance serves one run."""

    name: str
    """Its name in origins, readings and reports."""
    live: ClassVar[bool] = False
    """Whether it says what is deployed: then it is read before the others, which may look that up."""

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
