"""Which ARM paths the mapping writes, and where else in the world each of them stands."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from tests.sources.terraform.golden import cases_file, recorded_bodies

from everward.sources.terraform.mapping.table import Const, Rule, Table, TypeMapping

ENVELOPE = frozenset(
    {
        "name",
        "location",
        "tags",
        "kind",
        "zones",
        "managedby",
        "identity",
        "identity.type",
        "identity.principalid",
        "identity.tenantid",
        "identity.userassignedidentities",
        "sku",
        "sku.name",
        "sku.tier",
        "sku.capacity",
        "sku.family",
        "sku.size",
        "plan",
        "plan.name",
        "plan.product",
        "plan.promotioncode",
        "plan.publisher",
        "extendedlocation",
        "extendedlocation.name",
    }
)
"""What any resource may have beside its properties: https://learn.microsoft.com/azure/templates/ ."""


def written_paths(table: Table) -> Iterator[tuple[str, str, str]]:
    """The provider's type, the ARM type and each path that is written for it, lower-case and without indices."""
    for name in table:
        mapping = table.of(name)
        assert mapping is not None
        arm = mapping.merge.type if mapping.merge is not None else mapping.arm
        if not arm:
            continue
        prefix = [*mapping.merge.items, *mapping.merge.append] if mapping.merge is not None else []
        for path in _of_type(mapping, prefix):
            yield name, arm.lower(), path
        for child in mapping.children:
            for path in [*_of_rules(child.map, []), *_of_constants(child.const, [])]:
                yield name, child.arm.lower(), path


def _of_type(mapping: TypeMapping, prefix: list[str]) -> Iterator[str]:
    yield from _of_rules(mapping.map, prefix)
    yield from _of_constants(mapping.const, prefix)


def _of_rules(rules: list[Rule], prefix: list[str]) -> Iterator[str]:
    for rule in rules:
        paths = [*rule.to, *([rule.single] if rule.single else [])]
        for path in paths or ([[]] if rule.one is not None else []):
            here = [*prefix, *path]
            if rule.one is None and rule.many is None and here and not rule.entry:
                yield from _of_template(rule, here)
            for nested in (rule.one, rule.many):
                yield from _of_rules(nested or [], here)
            yield from _of_constants(rule.const, here)
        yield from _of_constants(rule.absent, prefix)


def _of_template(rule: Rule, here: list[str]) -> Iterator[str]:
    found = False
    for template in (rule.each, rule.whole):
        if template is not msgspec.UNSET and template != "$":
            found = True
            yield from (".".join([*here, *below]).lower() for below in _keys(template))
    if not found:
        yield ".".join([*here]).lower()


def _keys(template: Any) -> Iterator[list[str]]:
    if isinstance(template, dict):
        for key, inner in template.items():
            if key in ("$match", "$number"):
                continue
            yield [key]
            yield from ([key, *below] for below in _keys(inner))
    elif isinstance(template, list):
        for inner in template:
            yield from _keys(inner)


def _of_constants(constants: list[Const], prefix: list[str]) -> Iterator[str]:
    for path, value in constants:
        yield ".".join([*prefix, *path]).lower()
        if isinstance(value, dict) and "$hole" not in value:
            yield from (".".join([*prefix, *path, *below]).lower() for below in _keys(value))


def known_paths() -> dict[str, set[str]]:
    """By lower-case ARM type: every path of the alias catalogue, of recorded GET bodies and of recorded requests."""
    known: dict[str, set[str]] = defaultdict(set)
    catalogue = gzip.decompress(cases_file("data/aliases.tsv.gz").read_bytes()).decode()
    for line in catalogue.splitlines()[1:]:
        kind, _alias, path = line.split("\t")
        _add(known[kind.lower()], path.replace("[*]", "").lower())
    bodies = json.loads(gzip.decompress(cases_file("corpus/arm-get-bodies.json.gz").read_bytes()))
    for record in bodies:
        body = record["body"]
        for one in body.get("value", [body]) if isinstance(body.get("value", [body]), list) else [body]:
            if isinstance(one, dict) and isinstance(one.get("type"), str):
                known[one["type"].lower()].update(_of_body(one, ""))
    for key, body in recorded_bodies().items():
        tail = key.rsplit("/providers/", 1)[-1].split("/")
        known["/".join([tail[0], *tail[1::2]])].update(_of_body(body, ""))
    return known


def _add(paths: set[str], path: str) -> None:
    parts = path.split(".")
    paths.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _of_body(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _of_body(item, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            below = f"{path}.{key}".lower() if path else key.lower()
            yield below
            yield from _of_body(item, below)
