"""Where readings disagree about one resource: property by property, with what each says and where."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

import msgspec

from everward.estate.noise import EMPTY, READ_ONLY, SPELLING, TAGS, absence, is_empty, is_kept, spelled
from everward.estate.precedence import nearer
from everward.estate.reading import Reading
from everward.estate.resource import Resource
from everward.estate.versions import says_something
from everward.values import MISSING, Origin, Unknown, is_known

MAX_COMPARED: Final = 16
"""Versions of one resource that are compared; of more, those that say the same as one before are left out first."""
_MAX_DEPTH: Final = 100
"""Levels of a body that are compared one by one; what is deeper is compared as a whole."""
_OUTSIDE: Final = frozenset({"id", "type", "name"})
_KEYS: Final = ("name", "id", "locationName", "category")
"""Members by which the elements of a list are told apart."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one reading says of a property."""

    reading: Reading
    version: Resource
    value: Any
    """A value, a hole, or `MISSING`."""
    path: str
    """The property as the version has it, for its place."""

    @property
    def origin(self) -> Origin:
        """Where it is said; of what is absent, where the resource stands."""
        return self.version.origin_of(self.path) if self.value is not MISSING else self.version.origin


@dataclass(frozen=True, slots=True)
class Difference:
    """A property of which readings say different things."""

    path: str
    """As people write it: `properties.subnets[app].addressPrefix`."""
    statements: tuple[Statement, ...]
    """What every reading says, in the order of the versions."""
    noise: str | None = None
    """Why it means nothing; None when it means something."""


@dataclass(frozen=True, slots=True)
class _Node:
    value: Any
    path: Path
    """As the version spells it, with names instead of positions."""
    place: str
    """The path in the body, with positions."""
    leaf: bool = True


_NOTHING: Final = _Node(MISSING, (), "")


def compare(said: Sequence[tuple[Reading, Resource]]) -> list[Difference]:
    """Where the versions of one resource differ, in the order of their properties. The ones that mean nothing too.

    A version that only says that the resource exists says nothing, and neither does a hole.
    """
    telling = _few([(reading, version) for reading, version in said if says_something(version)])
    first, *others = [version.body for _, version in telling] or [{}]
    if all(body == first for body in others):
        return []
    tables = [_nodes(version, _alike(first, others)) for _, version in telling]
    out: list[Difference] = []
    for key in _compared(tables):
        difference = _difference(key, telling, tables)
        if difference is not None:
            out.append(difference)
    return out


def _few(said: list[tuple[Reading, Resource]]) -> list[tuple[Reading, Resource]]:
    """All versions, or, when there are too many to compare each with each, some of them: the first of every reading."""
    if len(said) <= MAX_COMPARED:
        return said
    kept: list[tuple[Reading, Resource]] = []
    for reading, version in said:
        of_reading = [other for held, other in kept if held is reading]
        if len(kept) < MAX_COMPARED and len(of_reading) < 2 and all(other.body != version.body for other in of_reading):
            kept.append((reading, version))
    return kept


def _compared(tables: Sequence[dict[Path, _Node]]) -> Iterator[Path]:
    """The paths that are compared, in order: the deepest, but none below what one version has only as a whole.

    What some versions lack altogether, and the others say alike, is one path.
    """
    seen: set[Path] = set()
    for key in dict.fromkeys(key for table in tables for key, node in table.items() if node.leaf):
        nodes = [table.get(key) for table in tables]
        if any(node is not None and not node.leaf for node in nodes) and all(
            node is None or not node.leaf or _is_void(node.value) for node in nodes
        ):
            # Others have something below, and that is compared.
            continue
        path = _shortened(key, tables)
        if path not in seen:
            seen.add(path)
            yield path


def _is_void(value: Any) -> bool:
    return isinstance(value, Unknown) or is_empty(value)


def _shortened(key: Path, tables: Sequence[dict[Path, _Node]]) -> Path:
    for length in range(1, len(key)):
        nodes = [table.get(key[:length]) for table in tables]
        given = [node for node in nodes if node is not None]
        if any(node.leaf and not _is_void(node.value) for node in given):
            return key[:length]
        if len(given) < len(nodes):
            first = given[0].value if given else None
            if is_known(first) and all(_same(key[:length], first, node.value) for node in given[1:]):
                return key[:length]
            return key
    return key


def _difference(
    key: Path, telling: Sequence[tuple[Reading, Resource]], tables: Sequence[dict[Path, _Node]]
) -> Difference | None:
    found = [_at(table, key) for table in tables]
    voices = [
        _Voice(node.value, reading.source, _owns(table, key), _is_default(version, node))
        for (reading, version), table, node in zip(telling, tables, found, strict=True)
    ]
    # What a configuration does not write is no more meant in its plan, which writes everything.
    defaults = [voice.value for voice in voices if voice.default]
    voices = [replace(voice, default=any(voice.value == value for value in defaults)) for voice in voices]
    reasons = [reason for one, two in combinations(voices, 2) if (reason := _why(key, one, two)) is not None]
    if not reasons:
        return None
    statements = tuple(
        Statement(reading, version, node.value, node.place)
        for (reading, version), node in zip(telling, found, strict=True)
    )
    path = next(node.path for node in found if node.path)
    # One pair that differs in earnest is enough.
    return Difference(written(path), statements, None if "" in reasons else reasons[0])


def _at(table: dict[Path, _Node], key: Path) -> _Node:
    """What stands at a path, the hole above it, or that there is nothing."""
    own = table.get(key)
    if own is not None:
        return own
    for length in range(len(key) - 1, 0, -1):
        node = table.get(key[:length])
        if node is not None:
            return node if isinstance(node.value, Unknown) else _NOTHING
    return _NOTHING


def _owns(table: dict[Path, _Node], key: Path) -> bool:
    """Whether a version decides what this path lacks: it has the list of which it is an element, or the tags."""
    for length in range(len(key), 0, -1):
        if key[length - 1].startswith("["):
            holder = table.get(key[: length - 1])
            return holder is not None and isinstance(holder.value, list)
    own = table.get(key)
    return key[0] == TAGS or (own is not None and isinstance(own.value, list))


@dataclass(frozen=True, slots=True)
class _Voice:
    """What one reading says of a property, and how much it means by it."""

    value: Any
    source: str
    owned: bool
    """Whether the reading decides what it lacks."""
    default: bool
    """Whether nobody wrote the value: the provider fills it in."""


def _is_default(version: Resource, node: _Node) -> bool:
    if version.source != "terraform" or node.value is MISSING or not node.place:
        return False
    return version.origin_of(node.place) == version.origin


def _why(path: Path, one: _Voice, two: _Voice) -> str | None:
    """Why two values differ: `` in earnest, a word when it means nothing, None when they do not."""
    if isinstance(one.value, Unknown) or isinstance(two.value, Unknown):
        # Who knows better fills the hole; of two that should know the same, one lacks an input.
        both = isinstance(one.value, Unknown) and isinstance(two.value, Unknown)
        return None if both or nearer(one.source, two.source) or nearer(two.source, one.source) else ""
    if one.value is two.value or not (is_known(one.value) and is_known(two.value)):
        return None
    if is_empty(one.value) and is_empty(two.value):
        return None if type(one.value) is type(two.value) else EMPTY
    if is_empty(one.value) or is_empty(two.value):
        has, lacks = (two, one) if is_empty(one.value) else (one, two)
        reason = absence(path, has.source, lacks.source, owned=lacks.owned, default=has.default)
        return reason or (READ_ONLY if is_kept(path) else "")
    if _same(path, one.value, two.value):
        return None if one.value == two.value else SPELLING
    return READ_ONLY if is_kept(path) else ""


def _same(path: Path, one: Any, two: Any) -> bool:
    if one == two:
        return True
    if isinstance(one, list) and isinstance(two, list):
        # Most lists of ARM are sets: of networks, of ports, of ids.
        return sorted(map(_text, _normal(path, one))) == sorted(map(_text, _normal(path, two)))
    return bool(_normal(path, one) == _normal(path, two))


def _normal(path: Path, value: Any, depth: int = 0) -> Any:
    if depth > _MAX_DEPTH:
        return value
    if isinstance(value, list):
        return [_normal(path, item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {
            key.lower(): _normal((*path, key), item, depth + 1) for key, item in value.items() if not is_empty(item)
        }
    return spelled(path, value)


def _text(value: Any) -> str:
    """A form of a value that can be ordered."""
    try:
        return msgspec.json.encode(_sorted(value)).decode()
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def _sorted(value: Any, depth: int = 0) -> Any:
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        return {key: _sorted(value[key], depth + 1) for key in sorted(value)}
    return value


def _alike(first: dict[str, Any], others: Sequence[dict[str, Any]]) -> set[Path]:
    """Members of bodies, and of their `properties`, that all have in the same way: nothing in them needs a look."""
    alike: set[Path] = {
        (key,) for key, value in first.items() if all(key in body and body[key] == value for body in others)
    }
    inner = first.get("properties")
    insides = [body.get("properties") for body in others]
    if isinstance(inner, dict):
        alike |= {
            ("properties", key)
            for key, value in inner.items()
            if all(isinstance(held, dict) and key in held and held[key] == value for held in insides)
        }
    return alike


def _nodes(version: Resource, alike: Container[Path]) -> dict[Path, _Node]:
    """Everything in a body by its path in small letters, but what all versions have in the same way."""
    out: dict[Path, _Node] = {}
    pending: list[tuple[Path, str, Any]] = [
        ((key,), key, value) for key, value in reversed(version.body.items()) if key not in _OUTSIDE
    ]
    while pending:
        path, place, value = pending.pop()
        if path in alike:
            continue
        below = list(_below(path, place, value)) if len(path) < _MAX_DEPTH else []
        out.setdefault(tuple(step.lower() for step in path), _Node(value, path, place, not below))
        pending.extend(reversed(below))
    return out


def _below(path: Path, place: str, value: Any) -> Sequence[tuple[Path, str, Any]]:
    if isinstance(value, dict):
        return [((*path, key), f"{place}.{key}", item) for key, item in value.items()]
    if isinstance(value, list):
        for key in _KEYS:
            names = [item.get(key) if isinstance(item, dict) else None for item in value]
            if value and all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names):
                return [
                    ((*path, f"[{name}]"), f"{place}[{index}]", item)
                    for index, (name, item) in enumerate(zip(names, value, strict=True))
                ]
    return ()


def written(path: Path) -> str:
    """A path as people write it."""
    return "".join(step if step.startswith("[") else f".{step}" for step in path).removeprefix(".")
