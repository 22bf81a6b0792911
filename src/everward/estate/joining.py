"""One resource that several readings name differently: ids with open parts are joined to the ids that they must be.

Terraform without a subscription, or without a value for `var.prefix`, gives ids with open parts. Where exactly one
resource of the same type in a reading that knows more can be meant, and nothing else of the first reading could mean it
as well, they are one, and the open parts get their values. Of Terraform, no other root may have it or mean it either:
what is in two states is destroyed by the one when the other lets go of it. What is ambiguous stays apart: a wrong join
would let one resource answer for another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from everward.estate.precedence import nearer
from everward.estate.reading import Binding, Join, Reading, Unresolved
from everward.estate.resource import Resource
from everward.estate.symbols import OPEN, SHARED, Pattern, Renaming, is_local, with_values
from everward.values import Unknown

MAX_CANDIDATES: Final = 200_000
"""Pairs of ids whose open names are compared for one reading and round; beyond it they stay apart, and that is said."""

_MAX_ROUNDS: Final = 12
_DECLARED: Final = "terraform"
_RESOLVED: Final = ("plan", "state")
"""Sources that give resources the addresses of a Terraform configuration."""
_OWNING: Final = (_DECLARED, *_RESOLVED)
"""Sources in which a resource stands once."""


def join(readings: Sequence[Reading]) -> None:
    """Give one id to every resource that several readings name differently, and write down how it was told.

    The result does not depend on the order of the readings. Joining what was joined changes nothing.
    """
    if len(readings) < 2 or not any(map(_is_open, readings)):
        return
    for _ in range(_MAX_ROUNDS):
        found = [_Found(reading) for reading in readings]
        index = _Index(readings)
        _by_address(found, open_too=False)
        _by_name(found, index)
        if not _settle(found):
            # All that is known has told what it could: what is still open on both sides may have the same address.
            _by_address(found, open_too=True)
            if not _settle(found):
                return


def _is_open(reading: Reading) -> bool:
    return any("{" in resource.id for resource in reading.resources)


@dataclass(slots=True)
class _Found:
    """What a round found out about one reading."""

    reading: Reading
    values: dict[str, str] = field(default_factory=dict)
    """Open part to its value."""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Open id, and the id that it is."""
    support: Counter[str] = field(default_factory=Counter)
    """By open part: how many resources told its value."""
    joins: list[Join] = field(default_factory=list)

    def add(self, resource: Resource, target: str, how: str, values: Mapping[str, str]) -> None:
        """A resource is that with the id `target`, unless another join says otherwise."""
        if any(self.values.get(part, value).lower() != value.lower() for part, value in values.items()):
            return
        if any(subject == resource.id for subject, _ in self.pairs):
            return
        for part, value in values.items():
            if value != f"{{{part}}}":
                self.values.setdefault(part, value)
                self.support[part] += 1
        self.pairs.append((resource.id, target))
        self.joins.append(Join(subject=resource.id, into=target, how=how))


class _Index:
    """Resources whose ids are open at most in what is settled once for all, by type and name."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        wanted = {resource.type_key for reading in readings for resource in reading.resources if "{" in resource.id}
        self._ids: dict[str, str] = {}
        """Lower-case id to the id as it is written."""
        self._sources: dict[str, set[str]] = defaultdict(set)
        self._named: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.of_type: dict[str, dict[str, None]] = defaultdict(dict)
        for reading in readings:
            for resource in reading.resources:
                kind, key = resource.type_key, resource.key
                if kind in wanted and not is_local(resource.id):
                    self._ids[key] = min(self._ids.get(key, resource.id), resource.id)
                    self._sources[key].add(reading.source)
                    self._named[kind, key.rsplit("/", 1)[-1]][key] = None
                    self.of_type[kind][key] = None

    def candidates(self, resource: Resource, source: str) -> list[str]:
        """Ids of its type that it may have, of readings that are nearer to what is deployed than its own."""
        name = resource.key.rstrip("/").rsplit("/", 1)[-1]
        keys = (
            self.of_type.get(resource.type_key, {}) if "{" in name else self._named.get((resource.type_key, name), {})
        )
        return [self._ids[key] for key in sorted(keys) if any(nearer(other, source) for other in self._sources[key])]


def _single(resource: Resource) -> bool:
    """Whether an open id is that of one resource; one that stands for any number is none of them."""
    return "{" in resource.id and resource.cardinality is None


_Meant = dict[str, list[tuple[str, dict[str, str]]]]
"""Open id, in small letters, to the ids that it may be, each with the values that its open parts have then."""


def _by_name(found: Sequence[_Found], index: _Index) -> None:
    """Join by type, name and scope: what can only be one resource is that one."""
    meant = [_meant_by(own.reading, index) for own in found]
    roots: dict[str, set[str]] = defaultdict(set)
    for own, matches in zip(found, meant, strict=True):
        if own.reading.source == _DECLARED:
            _claim(roots, matches)
            for resource in own.reading.resources:
                roots[resource.key].add(resource.key)
    for own, matches in zip(found, meant, strict=True):
        claims: dict[str, set[str]] = defaultdict(set)
        _claim(claims, matches)
        # INVARIANT: one resource is not given to two roots, unless they name it alike.
        _keep_consistent(own, matches, roots if own.reading.source == _DECLARED else claims)


def _claim(claims: dict[str, set[str]], meant: _Meant) -> None:
    for key, matches in meant.items():
        for candidate, _ in matches:
            claims[candidate.lower()].add(key)


def _meant_by(reading: Reading, index: _Index) -> _Meant:
    """What the open ids of a reading may be."""
    open_ones = {resource.key: resource for resource in reading.resources if _single(resource)}
    if not open_ones:
        return {}
    unnamed = [resource for resource in open_ones.values() if "{" in resource.id.rsplit("/", 1)[-1]]
    too_many = sum(len(index.of_type.get(resource.type_key, ())) for resource in unnamed) > MAX_CANDIDATES
    if too_many:
        _note_too_many(reading, len(unnamed))
    own = {resource.key for resource in reading.resources}
    meant: _Meant = {}
    for key, resource in open_ones.items():
        pattern = Pattern(resource.id)
        if not pattern.telling or (too_many and pattern.open_name):
            continue
        # What the reading itself names in full is another resource than the one that it leaves open.
        candidates = (text for text in index.candidates(resource, reading.source) if text.lower() not in own)
        meant[key] = [(text, values) for text in candidates if (values := pattern.match(text)) is not None]
    return meant


def _note_too_many(reading: Reading, number: int) -> None:
    note = Unresolved(
        subject=reading.label,
        reason=f"the names of {number:,} of its resources are open, too many to look for them in other readings",
        help="give its variables: --var-file FILE",
    )
    if note not in reading.unresolved:
        reading.unresolved.append(note)


def _keep_consistent(found: _Found, meant: _Meant, claims: Mapping[str, set[str]]) -> None:
    """Of what each open id could mean, keep what is the only way, and agrees with all the others.

    `claims` says which open ids may be an id.
    """
    open_ones = {resource.key: resource for resource in found.reading.resources if _single(resource)}
    sure = {
        key: matches[0]
        for key, matches in meant.items()
        if len(matches) == 1 and len(claims[matches[0][0].lower()]) == 1
    }
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for _, values in sure.values():
        for part, value in values.items():
            told[part][value.lower()] = min(told[part].get(value.lower(), value), value)
    disputed = {part for part, spellings in told.items() if len(spellings) > 1}
    for key, (candidate, values) in sorted(sure.items()):
        if not disputed.intersection(values):
            one = {part: told[part][value.lower()] for part, value in values.items()}
            found.add(open_ones[key], candidate, "name", one)


def _by_address(found: Sequence[_Found], *, open_too: bool) -> None:
    """Join a configuration with its plan or state: what has the same address there is the same resource."""
    declared = [own for own in found if own.reading.source == _DECLARED]
    for one in (own for own in found if own.reading.source in _RESOLVED):
        right = _addresses(one.reading)
        fitting = [(other, left) for other in declared if _fit(left := _addresses(other.reading), right)]
        if len(fitting) == 1:
            other, left = fitting[0]
            for place in sorted(left.keys() & right.keys()):
                _pair(other, left[place], one, right[place], open_too=open_too)


_Place = tuple[str, str]


def _addresses(reading: Reading) -> dict[_Place, Resource]:
    """Address and type to the resource, where there is only one."""
    found: dict[_Place, Resource | None] = {}
    for resource in reading.resources:
        if resource.origin.address is not None and resource.cardinality is None:
            place = (resource.origin.address, resource.type_key)
            found[place] = None if place in found else resource
    return {place: resource for place, resource in found.items() if resource is not None}


def _fit(left: Mapping[_Place, Resource], right: Mapping[_Place, Resource]) -> bool:
    """Whether one is the plan of the other: most addresses are in both, and all their ids can be the same.

    A block that stands for any number of instances in the configuration has none of the addresses of the plan.
    """
    both = left.keys() & right.keys()
    if not both or len(both) * 2 < min(len(left), len(right)):
        return False
    return all(_same_or_open(left[place].id, right[place].id) for place in both)


def _same_or_open(one: str, two: str) -> bool:
    return one.lower() == two.lower() or Pattern(one).match(two) is not None or Pattern(two).match(one) is not None


def _pair(left: _Found, one: Resource, right: _Found, two: Resource, *, open_too: bool) -> None:
    if one.key == two.key or not (is_local(one.id) or is_local(two.id)):
        return
    if is_local(one.id) and is_local(two.id) and not open_too:
        return
    # What is more open becomes what is less so; of two that are open, the plan takes the name of the configuration.
    found, subject, target = (left, one, two) if not is_local(two.id) else (right, two, one)
    values = Pattern(subject.id).match(target.id)
    if values is not None:
        found.add(subject, target.id, "address", values)


def _settle(found: Sequence[_Found]) -> bool:
    """Give the open parts their values in every reading; whether anything changed."""
    shared = _shared(found)
    changed = False
    for own in found:
        local = {part: value for part, value in own.values.items() if SHARED.fullmatch(part) is None}
        values = {part: with_values(value, shared) for part, value in local.items()} | shared
        if own.reading.source in _OWNING:
            _drop_clashing(own, values)
        whole = _whole(own, values)
        if (values or whole) and _is_open(own.reading):
            changed = _rename(own, Renaming(values, whole)) or changed
    return changed


def _whole(own: _Found, values: Mapping[str, str]) -> dict[str, str]:
    """Ids that become others although their open parts have no values of their own."""
    pairs = ((with_values(subject, values), target) for subject, target in own.pairs)
    return {before.lower(): after for before, after in pairs if before.lower() != after.lower()}


def _drop_clashing(own: _Found, values: dict[str, str]) -> None:
    """Leave open what would make one resource of two: whoever told it was wrong.

    What is one in a state of Terraform has one id there, so two ids of a configuration are never one.
    """
    while True:
        renaming = Renaming(values, _whole(own, values))
        becoming: dict[str, set[str]] = defaultdict(set)
        for resource in own.reading.resources:
            becoming[renaming.text(resource.id).lower()].add(resource.id)
        clashing = [before for ids in becoming.values() if len({text.lower() for text in ids}) > 1 for before in ids]
        wrong = {part for before in clashing for part in OPEN.findall(before)}
        kept = [(subject, target) for subject, target in own.pairs if wrong.isdisjoint(OPEN.findall(subject))]
        if len(kept) == len(own.pairs) and wrong.isdisjoint(values):
            return
        own.pairs = kept
        own.joins = [item for item in own.joins if wrong.isdisjoint(OPEN.findall(item.subject))]
        for part in wrong & values.keys():
            del values[part]


def _shared(found: Sequence[_Found]) -> dict[str, str]:
    """What is settled once for all readings, where they all tell the same."""
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for own in found:
        for part, value in own.values.items():
            if SHARED.fullmatch(part) is not None:
                told[part][value.lower()] = min(told[part].get(value.lower(), value), value)
    return {part: next(iter(values.values())) for part, values in told.items() if len(values) == 1}


def _rename(own: _Found, renaming: Renaming) -> bool:
    reading = own.reading
    named = {part for resource in reading.resources for part in OPEN.findall(resource.id)}
    changed = False
    for resource in reading.resources:
        before = resource.id
        resource.id = renaming.text(before)
        if resource.id != before:
            changed = True
            if resource.name == before.rsplit("/", 1)[-1]:
                resource.name = resource.id.rsplit("/", 1)[-1]
        resource.body = renaming.value(resource.body)
        if isinstance(resource.condition, Unknown):
            resource.condition = renaming.hole(resource.condition)
        if resource.cardinality is not None:
            resource.cardinality = renaming.hole(resource.cardinality)
    reading.dispositions[:] = [
        item if item.into is None else msgspec.structs.replace(item, into=renaming.text(item.into))
        for item in reading.dispositions
    ]
    _write_down(own, renaming, named)
    return changed


def _write_down(own: _Found, renaming: Renaming, named: Iterable[str]) -> None:
    """How it was told, for people."""
    reading = own.reading
    held = {resource.key for resource in reading.resources}
    joins = [msgspec.structs.replace(item, into=renaming.text(item.into)) for item in (*reading.joins, *own.joins)]
    # A dispute between readings about what they share leaves an id as it was: that is no join.
    reading.joins[:] = [item for item in joins if item.into.lower() in held]
    told = {binding.part for binding in reading.bindings}
    reading.bindings += [
        Binding(part=part, value=renaming.values[part], resources=own.support[part])
        for part in sorted(named)
        if part in renaming.values and part not in told
    ]
