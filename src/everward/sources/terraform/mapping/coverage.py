"""How much of the providers' schemas the mapping knows: what becomes of each attribute that can be set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from everward.sources.terraform.mapping.facts import DIRECTORY, EDITIONS, AttributeFact, Facts
from everward.sources.terraform.mapping.table import Rule, Table, TypeMapping
from everward.sources.terraform.mapping.types_of_arm import arm_type
from everward.values import data_file

PRIORITY_FILE = "azurerm-priority-types.txt"
_FIELD = re.compile(r"\{@?([^{}:]+)")
_SECRETS = re.compile(
    r"password|secret|(^|[._])(access_|shared_|primary_|secondary_|authorization_|validation_|storage_.*)?key$|token"
    r"|sas_|connection_string|custom_data|user_data|credential|protected_settings|app_settings|(^|\.)value(_wo)?$"
)
_PLACE = frozenset({"name", "resource_group_name"})
IDENTIFIES = "says which resource it is"
NO_COUNTERPART = "has no counterpart in ARM, or none that is of concern"
CONFIDENTIAL = "is, or carries, a secret, which is never read"
UNREAD = "becomes more than is read: a hole stands in its place"
NO_RESOURCE = "the type has no counterpart in ARM"


class State(StrEnum):
    """What becomes of an attribute."""

    MAPPED = "mapped"
    NAMED = "named"
    """Known, and left out for a reason."""
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that can be set."""

    path: str
    """Dotted, without indices: `network_acls.default_action`."""
    state: State
    reason: str = ""
    """Why it is named and not mapped."""


@dataclass(frozen=True, slots=True)
class TypeCoverage:
    """One type in one edition of its provider."""

    name: str
    edition: str
    attributes: tuple[Attribute, ...]

    def count(self, state: State) -> int:
        """How many of its attributes are in a state."""
        return sum(one.state is state for one in self.attributes)


@dataclass(frozen=True, slots=True)
class TypeReport:
    """One type of the provider."""

    name: str
    arm: str
    """The ARM type, or what of another resource it is part of; empty: none is known."""
    has_mapping: bool
    priority: bool
    editions: Mapping[str, TypeCoverage]
    """By edition of the provider, oldest first; only those that have the type."""


def editions() -> dict[str, Facts]:
    """The schemas by edition, as they are told apart: `azurerm 4.81.0`."""
    found = {f"azurerm {version}": Facts.load(major) for major, version in sorted(EDITIONS.items())}
    directory = Facts.of_directory()
    return {**found, f"azuread {directory.version}": directory}


def report() -> list[TypeReport]:
    """What is known of every type that an edition of the provider has, by name.

    Raises:
        UnreadableError: when the product's own data files cannot be read.

    """
    table, priority, schemas = Table.load(), priority_types(), editions()
    names = sorted({name for facts in schemas.values() for name in facts.names()})
    reports = []
    for name in names:
        mapping = table.of(name)
        covered = {edition: cover(name, edition, facts, mapping) for edition, facts in schemas.items()}
        reports.append(
            TypeReport(
                name=name,
                arm=_arm(name, mapping),
                has_mapping=mapping is not None,
                priority=name in priority,
                editions={edition: found for edition, found in covered.items() if found is not None},
            )
        )
    return reports


def cover(name: str, edition: str, facts: Facts, mapping: TypeMapping | None) -> TypeCoverage | None:
    """One type in one edition; None when the edition lacks it."""
    known = facts.of(name)
    if known is None:
        return None
    leaves = [
        path
        for path, fact in sorted(known.attributes.items())
        if not fact.is_block and _settable(path, known.attributes)
    ]
    return TypeCoverage(name, edition, tuple(_attribute(path, mapping) for path in leaves))


@cache
def priority_types() -> frozenset[str]:
    """The types of the provider that matter most to a mission-critical workload."""
    lines = data_file(PRIORITY_FILE).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _arm(name: str, mapping: TypeMapping | None) -> str:
    if mapping is not None:
        return mapping.merge.type if mapping.merge is not None else mapping.arm
    return "" if name.startswith(DIRECTORY) else arm_type(name) or ""


def _settable(path: str, facts: Mapping[str, AttributeFact]) -> bool:
    """Whether it can be set: all blocks above it as well."""
    parts = path.split(".")
    above = (facts[".".join(parts[: end + 1])] for end in range(len(parts)))
    return all(fact.optional or fact.required for fact in above)


def _attribute(path: str, mapping: TypeMapping | None) -> Attribute:
    if mapping is None:
        return Attribute(path, State.UNMAPPED)
    if not mapping.arm and mapping.merge is None:
        return Attribute(path, State.NAMED, NO_RESOURCE)
    head, *rest = path.split(".")
    states = [_walk(mapping.map, [head, *rest])]
    for child in mapping.children:
        if child.each == head:
            named = set(_FIELD.findall(child.name))
            states.append(_walk(child.map, rest) if rest and rest[0] not in named else (State.MAPPED, ""))
        elif head in child.when:
            states.append(_walk(child.map, [head, *rest]))
    state, reason = _best(states)
    if reason == NO_COUNTERPART and _SECRETS.search(path):
        reason = CONFIDENTIAL
    if state is not State.MAPPED and head in _PLACE | mapping.identifying:
        return Attribute(path, State.NAMED, IDENTIFIES)
    if state is State.UNMAPPED and head in mapping.known:
        return Attribute(path, State.NAMED, NO_COUNTERPART)
    return Attribute(path, state, reason)


_ORDER = {State.MAPPED: 0, State.NAMED: 1, State.UNMAPPED: 2}


def _best(found: list[tuple[State, str]]) -> tuple[State, str]:
    """The most that several rules say of an attribute; a reason of its own before a general one."""
    return min(found, key=lambda one: (_ORDER[one[0]], one[1] == NO_COUNTERPART), default=(State.UNMAPPED, ""))


def _walk(rules: list[Rule], parts: list[str]) -> tuple[State, str]:
    """What rules say of an attribute: the best that any of them says."""
    head, *rest = parts
    found: list[tuple[State, str]] = []
    for rule in rules:
        if head in rule.attr:
            found.append(_of_rule(rule, rest))
        elif not rest and head in _used(rule):
            found.append((State.MAPPED, ""))
    return _best(found)


def _of_rule(rule: Rule, rest: list[str]) -> tuple[State, str]:
    if rule.unread:
        return State.NAMED, rule.why or UNREAD
    nested = rule.one if rule.one is not None else rule.many
    if nested is not None and rest:
        if rule.nest and rest[0] == rule.nest and len(rest) > 1:
            rest = rest[1:]
        if rest[0] in _FIELD.findall(rule.key):
            return State.MAPPED, ""
        return _walk(nested, rest)
    if rule.to or rule.single or rule.entry:
        return State.MAPPED, ""
    return State.NAMED, rule.why or NO_COUNTERPART


def _used(rule: Rule) -> Iterator[str]:
    """Attributes that a rule of another name reads: parts of a text, flags of a list, conditions."""
    yield from _FIELD.findall(rule.fmt or "")
    yield from _FIELD.findall(rule.key)
    yield from rule.flags or ()
    yield from rule.when or ()
    yield from rule.given or ()
