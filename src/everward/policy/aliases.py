"""Aliases: the names that policies give to properties, and the paths they stand for.

An alias is keyed by resource type and name, because a few names have another path on another type
(`Microsoft.Compute/imagePublisher`). Names, types and paths compare without case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

from everward.policy.aliasfile import AliasFile
from everward.policy.problem import MAX_MEANT
from everward.values import EACH, Step, data_file, parse_path

FACT_NAMESPACE = "everward."
"""Types of this namespace are derived by analyses: every property of theirs has an alias, without a catalogue."""

OBJECTS = f"{FACT_NAMESPACE}kubernetes"
"""How types of objects in clusters begin. They are no resources of Azure, and stand in namespaces and clusters."""

MIN_RATIO = 0.6
"""How alike a name must be to be suggested, 1 being equal."""


class Aliases(Protocol):
    """A source of aliases."""

    def steps(self, type_key: str, alias: str, api_version: str | None = None) -> tuple[Step, ...] | None:
        """The path of `alias` on a resource of the lower-case type; None when no type has such an alias.

        An alias of another type keeps the path that it has there: usually nothing stands at it.
        """
        ...

    def suggest(self, alias: str) -> str | None:
        """The alias that was probably meant."""
        ...


class Paths:
    """The paths of one alias on one type: one by default, others for some API versions."""

    __slots__ = ("default", "versions")

    def __init__(self, default: str, versions: Mapping[str, str] | None = None) -> None:
        self.default = default
        self.versions = versions or {}

    def steps(self, api_version: str | None) -> tuple[Step, ...]:
        """The path of the exact API version, else the default one."""
        text = self.versions.get(api_version, self.default) if api_version else self.default
        return parse_path(text)

    def array(self) -> Paths:
        """The same, up to the array whose elements the paths name."""
        versions = {version: text.removesuffix(EACH) for version, text in self.versions.items()}
        return Paths(self.default.removesuffix(EACH), versions)


class Tables(Protocol):
    """What a catalogue reads from."""

    @property
    def types(self) -> Iterable[str]:
        """Every type that has aliases, lower-case."""
        ...

    @property
    def foreign(self) -> Mapping[str, tuple[str, ...]]:
        """Lower-case aliases that do not begin with their type, and the types that have them."""
        ...

    def find(self, type_key: str, key: str) -> Paths | None:
        """The paths of a lower-case alias on a type."""
        ...

    def names(self, type_key: str) -> Iterator[str]:
        """The aliases of a type as they are spelt."""
        ...


class Catalogue:
    """Aliases of a catalogue: the shipped file, or a listing of resource providers."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def steps(self, type_key: str, alias: str, api_version: str | None = None) -> tuple[Step, ...] | None:
        """See `Aliases.steps`."""
        key = alias.lower()
        if key.startswith(FACT_NAMESPACE):
            return _fact_steps(alias)
        for candidate in (type_key, *_homes(key), *self._tables.foreign.get(key, ())):
            paths = self._find(candidate, key)
            if paths is not None:
                return paths.steps(api_version)
        return None

    def _find(self, type_key: str, key: str) -> Paths | None:
        found = self._tables.find(type_key, key)
        if found is None and not key.endswith(EACH):
            # A name without `[*]` whose catalogue only has the elements means the array itself.
            elements = self._tables.find(type_key, key + EACH)
            if elements is not None:
                return elements.array()
        return found

    def suggest(self, alias: str) -> str | None:
        """See `Aliases.suggest`."""
        import difflib

        if len(alias) > MAX_MEANT:
            return None
        key = alias.lower()
        homes = [home for home in _homes(key) if next(self._tables.names(home), None)]
        if not homes:
            head = next(_homes(key), key)
            homes = difflib.get_close_matches(head, list(self._tables.types), n=1, cutoff=MIN_RATIO)
        if not homes:
            return None
        known = {name.lower(): name for name in self._tables.names(homes[0])}
        close = difflib.get_close_matches(key, list(known), n=1, cutoff=MIN_RATIO)
        return known[close[0]] if close else None


class FileTables:
    """The tables of a catalogue file."""

    def __init__(self, file: AliasFile) -> None:
        self._file = file

    @property
    def types(self) -> Iterable[str]:
        """See `Tables.types`."""
        return self._file.types

    @property
    def foreign(self) -> Mapping[str, tuple[str, ...]]:
        """See `Tables.foreign`."""
        return self._file.foreign

    def find(self, type_key: str, key: str) -> Paths | None:
        """See `Tables.find`."""
        path = self._file.find(type_key, key)
        return None if path is None else Paths(path)

    def names(self, type_key: str) -> Iterator[str]:
        """See `Tables.names`."""
        return self._file.names(type_key)


class ListedTables:
    """The tables of a provider listing, as `az provider list --expand resourceTypes/aliases` prints it."""

    def __init__(self, providers: Iterable[Mapping[str, Any]]) -> None:
        self._types: dict[str, dict[str, tuple[str, Paths]]] = {}
        foreign: dict[str, list[str]] = {}
        for provider in providers:
            for entry in provider.get("resourceTypes") or ():
                key = f"{provider['namespace']}/{entry['resourceType']}".lower()
                listed = self._types.setdefault(key, {})
                for alias in entry.get("aliases") or ():
                    name = alias["name"].lower()
                    listed[name] = (alias["name"], _listed_paths(alias))
                    if not name.startswith(f"{key}/"):
                        foreign.setdefault(name, []).append(key)
        self.foreign: Mapping[str, tuple[str, ...]] = {name: tuple(keys) for name, keys in foreign.items()}

    @property
    def types(self) -> Iterable[str]:
        """See `Tables.types`."""
        return self._types

    def find(self, type_key: str, key: str) -> Paths | None:
        """See `Tables.find`."""
        found = self._types.get(type_key, {}).get(key)
        return found[1] if found else None

    def names(self, type_key: str) -> Iterator[str]:
        """See `Tables.names`."""
        return (name for name, _ in self._types.get(type_key, {}).values())


def _listed_paths(alias: Mapping[str, Any]) -> Paths:
    versions: dict[str, str] = {}
    listed = alias.get("paths") or ()
    for path in listed:
        for version in path.get("apiVersions") or ():
            versions[version] = path["path"]
    default = alias.get("defaultPath") or (listed[0]["path"] if listed else "")
    return Paths(default, versions)


def _homes(key: str) -> Iterator[str]:
    """The types that a lower-case alias may belong to by its own text, longest first."""
    home = key.rpartition("/")[0]
    while "/" in home:
        yield home
        home = home.rpartition("/")[0]


@lru_cache(maxsize=4096)
def _fact_steps(alias: str) -> tuple[Step, ...] | None:
    """`Everward.Reach/exposures/ports[*].number` stands for `properties.ports[*].number`."""
    kind, _, rest = alias.rpartition("/")
    if "/" not in kind or not rest:
        return None
    try:
        return parse_path(f"properties.{rest}")
    except ValueError:
        return None


@lru_cache(maxsize=1)
def shipped_aliases() -> Catalogue:
    """The catalogue that comes with the product (`data/aliases.md` says from where and when)."""
    return Catalogue(FileTables(AliasFile(data_file("aliases.bin"))))
