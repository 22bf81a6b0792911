"""Where definitions and initiatives are looked up: by id, by name where the source gives no id, and by version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from everward.policy.definition import load_definition
from everward.policy.documents import last_segment
from everward.policy.initiative import Initiative
from everward.policy.nodes import Definition
from everward.policy.versions import choose
from everward.values import Origin, ProblemError

T = TypeVar("T")

STATIC: Final = "static"
"""The policy type of what the platform itself holds: there is nothing to evaluate."""


class DanglingError(ProblemError):
    """A reference to a definition or an initiative that is not there, or not in the version asked for."""


@dataclass(slots=True, eq=False)
class Held(Generic[T]):
    """A definition or an initiative that is at hand; its content is read when it is asked for."""

    id: str
    """Its ARM id; empty when the source does not say it."""
    name: str
    load: Callable[[], T]
    display_name: str = ""
    version: str = ""
    policy_type: str = ""
    types: frozenset[str] | None = None
    """The lower-case types that a definition can be about whatever its parameters are; None when any."""
    facts: Any = None
    """What its source knows of it besides."""
    _value: T | None = field(default=None, init=False)

    @property
    def value(self) -> T:
        """The content, read once.

        Raises:
            DefinitionError: when it is not as it must be.

        """
        if self._value is None:
            self._value = self.load()
        return self._value

    @property
    def static(self) -> bool:
        """Whether the platform holds it, so that nothing is evaluated."""
        return self.policy_type.lower() == STATIC

    @property
    def title(self) -> str:
        """How people name it."""
        return self.display_name or self.name or self.id


class Holder(Protocol):
    """Whatever gives definitions and initiatives by reference."""

    def definition(self, id: str, version: str = "") -> Held[Definition]:
        """The definition with an id (or a name), in the newest version that a range takes in.

        Raises:
            DanglingError: when there is none.

        """
        ...

    def initiative(self, id: str, version: str = "") -> Held[Initiative]:
        """The initiative with an id (or a name), in the newest version that a range takes in.

        Raises:
            DanglingError: when there is none.

        """
        ...


class Row(Generic[T]):
    """All that is held of one kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._by_id: dict[str, list[Held[T]]] = {}
        self._by_name: dict[str, list[Held[T]]] = {}
        self._items: list[Held[T]] = []

    def add(self, item: Held[T]) -> None:
        """Put one more there. Of two with the same id and version the first counts."""
        self._items.append(item)
        if item.id:
            self._by_id.setdefault(item.id.rstrip("/").lower(), []).append(item)
        self._by_name.setdefault((item.name or last_segment(item.id)).lower(), []).append(item)

    def __iter__(self) -> Iterator[Held[T]]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def versions(self, id: str) -> list[Held[T]]:
        """Everything that a reference may mean: what has the id, else what has its name and no id of its own.

        A reference by name alone means whatever has the name.
        """
        exact = self._by_id.get(id.rstrip("/").lower())
        if exact:
            return exact
        named = self._by_name.get(last_segment(id).lower(), [])
        return named if "/" not in id else [item for item in named if not item.id]

    def find(self, id: str, version: str = "") -> Held[T]:
        """The newest that a range takes in.

        Raises:
            DanglingError: when there is none.

        """
        candidates = self.versions(id)
        if not candidates:
            raise DanglingError(
                f"there is no {self.kind} `{id}`", help="add the folder that holds it: `everward policy library add`"
            )
        found = choose(version, ((item.version, item) for item in candidates))
        if found is None:
            held = ", ".join(dict.fromkeys(item.version or "one without a version" for item in candidates))
            raise DanglingError(
                f"there is no version `{version}` of the {self.kind} `{candidates[0].title}`: held is {held}",
                help="add a folder that holds that version",
            )
        return found


class Shelf:
    """Definitions and initiatives in memory."""

    def __init__(self) -> None:
        self.definitions: Row[Definition] = Row("definition")
        self.initiatives: Row[Initiative] = Row("initiative")

    def definition(self, id: str, version: str = "") -> Held[Definition]:
        """See `Holder.definition`."""
        return self.definitions.find(id, version)

    def initiative(self, id: str, version: str = "") -> Held[Initiative]:
        """See `Holder.initiative`."""
        return self.initiatives.find(id, version)

    def add_definition(self, definition: Definition, id: str = "") -> None:
        """Put a definition there."""
        self.definitions.add(
            Held(
                id or (definition.name if "/" in definition.name else ""),
                last_segment(id or definition.name),
                lambda: definition,
                definition.display_name,
                definition.version,
                definition.policy_type,
            )
        )

    def add_initiative(self, initiative: Initiative) -> None:
        """Put an initiative there."""
        self.initiatives.add(
            Held(
                initiative.id,
                initiative.name,
                lambda: initiative,
                initiative.display_name,
                initiative.version,
                initiative.policy_type,
            )
        )


class Shelves:
    """Several holders, of which the first that has something gives it."""

    def __init__(self, holders: Iterable[Holder]) -> None:
        self._holders = tuple(holders)

    def definition(self, id: str, version: str = "") -> Held[Definition]:
        """See `Holder.definition`."""
        return self._first(lambda holder: holder.definition(id, version))

    def initiative(self, id: str, version: str = "") -> Held[Initiative]:
        """See `Holder.initiative`."""
        return self._first(lambda holder: holder.initiative(id, version))

    def _first(self, ask: Callable[[Holder], Held[T]]) -> Held[T]:
        problem: DanglingError | None = None
        for holder in self._holders:
            try:
                return ask(holder)
            except DanglingError as error:
                # What says that another version is held says more than that there is nothing.
                if problem is None or "version" in error.message:
                    problem = error
        raise problem if problem is not None else DanglingError("nothing is held", help="give a library")


def hold_definition(document: Any, *, file: str | None = None, origin: Origin | None = None) -> tuple[Definition, str]:
    """A definition as resources of the estate and libraries hold it, and its id: names are not checked again.

    Raises:
        DefinitionError: when it is not as it must be.

    """
    from everward.policy.problem import DefinitionError

    try:
        definition = load_definition(document, file=file, strict=False)
    except DefinitionError as error:
        if origin is not None:
            error.origin = origin
        raise
    id_ = document.get("id") if isinstance(document, dict) else None
    return definition, id_ if isinstance(id_, str) else ""
