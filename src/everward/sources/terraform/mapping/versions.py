"""Which major version of the azurerm provider a root uses: by its lock file, else by its version constraint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from everward.sources.terraform.mapping.facts import EDITIONS, Facts

_CLAUSE = re.compile(r"^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+][0-9A-Za-z.+-]*)?$")
_PROBES = (0, 1, 1_000_000)
"""Minor and patch numbers that are tried beside those that the constraint names."""

_Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Edition:
    """The provider version whose facts are used."""

    major: int
    assumed: str | None
    """Why it is a guess, for people; None when the root settles it."""


def choose_edition(required: str | None, locked: str | None) -> Edition:
    """The edition of the facts for a root: the locked version's major, else the newest one that `required` admits.

    Constraints have Terraform's syntax: clauses with `=`, `!=`, `>`, `>=`, `<`, `<=`, `~>`, separated by commas.
    """
    for text in (locked, required):
        clauses = _parse(text) if text else None
        if not clauses:
            continue
        admitted = [major for major in sorted(EDITIONS, reverse=True) if _admits(clauses, major)]
        if len(admitted) == 1:
            return Edition(admitted[0], None)
        if admitted:
            return Edition(admitted[0], f"`{text}` admits azurerm {', '.join(f'{one}.x' for one in admitted)}")
        oldest, newest = min(EDITIONS), max(EDITIONS)
        named = max(version[0] for _, version, _ in clauses)
        return Edition(oldest if named < oldest else newest, f"there are no facts for azurerm `{text}`")
    if required or locked:
        return Edition(max(EDITIONS), f"`{locked or required}` is not a version constraint")
    return Edition(max(EDITIONS), "no version of azurerm is required or locked")


def _parse(text: str) -> list[tuple[str, _Version, int]] | None:
    """Operator, version, and how many numbers were written; None when it is no constraint."""
    clauses = []
    for part in text.split(","):
        found = _CLAUSE.match(part.strip())
        if found is None:
            return None
        operator, *numbers = found.groups()
        given = [int(number) for number in numbers if number is not None]
        major, minor, patch = [*given, 0, 0][:3]
        clauses.append((operator or "=", (major, minor, patch), len(given)))
    return clauses


def _admits(clauses: list[tuple[str, _Version, int]], major: int) -> bool:
    """Whether some version of `major` meets all clauses; only versions next to a bound can make the difference."""
    probes = {(major, minor, patch) for minor in _PROBES for patch in _PROBES}
    for _, (one, minor, patch), _ in clauses:
        if one == major:
            probes.update({(major, minor, patch), (major, minor, patch + 1), (major, minor + 1, 0)})
            probes.update({(major, minor, max(patch - 1, 0)), (major, max(minor - 1, 0), 1_000_000)})
    return any(all(_meets(probe, *clause) for clause in clauses) for probe in probes)


def _meets(version: _Version, operator: str, bound: _Version, written: int) -> bool:
    match operator:
        case "=":
            return version == bound
        case "!=":
            return version != bound
        case ">":
            return version > bound
        case ">=":
            return version >= bound
        case "<":
            return version < bound
        case "<=":
            return version <= bound
        case _:
            # `~> 3.1` lets the last number written grow: below 4.0; `~> 3.1.2` stays below 3.2.
            held = max(written - 1, 1)
            return version >= bound and version[:held] == bound[:held]


def fitting_major(attributes: Mapping[str, Mapping[str, object]]) -> int:
    """The major version whose schema fits whole states best, by type and the names of all their attributes.

    A state has every attribute of the schema it was written with, those without a value as well.
    """
    best, least = max(EDITIONS), -1
    for major in sorted(EDITIONS, reverse=True):
        facts = Facts.load(major)
        strange = 0
        for type_name, given in attributes.items():
            known = facts.of(type_name)
            if known is None:
                strange += type_name.startswith("azurerm_")
                continue
            top = {path for path in known.attributes if "." not in path}
            strange += len(top.symmetric_difference(given.keys() - {"id", "timeouts"}))
        if least < 0 or strange < least:
            best, least = major, strange
    return best
