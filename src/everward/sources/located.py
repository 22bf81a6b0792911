"""Resources whose places are worked out only when somebody asks: most never are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from everward.estate import Resource
from everward.values import Origin, Step, Truth, Unknown, Value, parse_path


class Places(Protocol):
    """Knows where the resources of one file, and their properties, stand."""

    @property
    def source(self) -> str:
        """The kind of source that the file is."""
        ...

    def file(self, mark: Any) -> str | None:
        """The file of a resource as the user would open it."""
        ...

    def origin(self, mark: Any) -> Origin:
        """The place of the resource that `mark` stands for."""
        ...

    def property_origin(self, mark: Any, steps: tuple[Step, ...]) -> Origin | None:
        """The place of one of its properties, or None when it is not written on its own."""
        ...


class LazyOrigins(Mapping[str, Origin]):
    """Property path to place, asked from the file's places. It cannot be listed: it answers what it is asked."""

    __slots__ = ("_mark", "_places")

    def __init__(self, places: Places, mark: Any) -> None:
        self._places = places
        self._mark = mark

    def __getitem__(self, path: str) -> Origin:
        try:
            found = self._places.property_origin(self._mark, parse_path(path))
        except ValueError:
            found = None
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class LocatedResource(Resource):
    """A resource that keeps a mark instead of its places, and asks its file for them on demand."""

    __slots__ = ("_mark", "_origin", "_origins", "_places")

    def __init__(
        self,
        id: str,
        type: str,
        name: str,
        body: dict[str, Value],
        places: Places,
        mark: Any,
        *,
        condition: Truth = True,
        cardinality: Unknown | None = None,
        opaque: bool = False,
    ) -> None:
        # INVARIANT: every field of Resource is set here or answered by a property below.
        self.id = id
        self.type = type
        self.name = name
        self.body = body
        self.condition = condition
        self.cardinality = cardinality
        self.opaque = opaque
        self._places = places
        self._mark = mark
        self._origin: Origin | None = None
        self._origins: Mapping[str, Origin] | None = None

    def with_body(self, body: dict[str, Value]) -> LocatedResource:
        """The same resource in the same place with another body; its places stay unasked."""
        return LocatedResource(
            self.id,
            self.type,
            self.name,
            body,
            self._places,
            self._mark,
            condition=self.condition,
            cardinality=self.cardinality,
            opaque=self.opaque,
        )

    @property
    def origin(self) -> Origin:
        """Where the resource stands as a whole."""
        if self._origin is None:
            self._origin = self._places.origin(self._mark)
        return self._origin

    @origin.setter
    def origin(self, value: Origin) -> None:
        self._origin = value

    @property
    def source(self) -> str:
        """The kind of source, for which no place has to be worked out."""
        return self._places.source

    @property
    def file(self) -> str | None:
        """The file, for which no place has to be worked out."""
        return self._places.file(self._mark)

    @property
    def origins(self) -> Mapping[str, Origin]:
        """Where single properties stand."""
        if self._origins is None:
            self._origins = LazyOrigins(self._places, self._mark)
        return self._origins

    @origins.setter
    def origins(self, value: Mapping[str, Origin]) -> None:
        self._origins = value
