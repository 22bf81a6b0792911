"""Configurations that no provider would take: whatever stands in an attribute, the mapping ends with a resource."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from tests.sources.terraform.mapping.make import GROUP, Mapped, hole, instance

from everward.sources.terraform.mapping.coverage import editions
from everward.sources.terraform.mapping.facts import DIRECTORY, TypeFacts
from everward.sources.terraform.mapping.table import Table
from everward.values import try_parse_id

ODD: list[Any] = [
    "",
    "x",
    "\0",
    "//",
    "{}",
    "P1D",
    GROUP,
    f"{GROUP}/providers/A.B/c/n",
    "/subscriptions/s/resourceGroups",
    "https://kv.vault.azure.net/keys/k/v",
    0,
    -1,
    1.5,
    10**30,
    1e300,
    True,
    False,
    [],
    {},
    [None],
    ["a"],
    [{}],
    [[[]]],
    {"a": {"b": 1}},
    hole(),
    hole("{var.y}-z"),
    hole(many=True),
    [hole(many=True), "a"],
]
"""Values of every kind, holes among them."""

EDITIONS = editions()


def filled(facts: TypeFacts, random: Random, above: str = "") -> dict[str, Any]:
    """Attributes with values that are of any kind, blocks mostly as blocks."""
    result: dict[str, Any] = {}
    for path, fact in facts.attributes.items():
        parent, _, leaf = path.rpartition(".")
        if parent != above or random.random() < 0.3:
            continue
        if fact.is_block and random.random() < 0.85:
            result[leaf] = [filled(facts, random, path) for _ in range(random.randint(0, 2))]
        else:
            result[leaf] = random.choice(ODD)
    return result


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_type_ends_with_a_resource_whatever_is_written(edition: str) -> None:
    provider, _, version = edition.partition(" ")
    random = Random(edition)
    seen = 0
    for name in sorted(Table.load()):
        facts = EDITIONS[edition].of(name)
        if facts is None or name.startswith(DIRECTORY) != (provider == "azuread"):
            continue
        made = instance(name, "x", **filled(facts, random))
        mapped = Mapped(made, version=version if provider == "azurerm" else "4.81.0")
        assert mapped.fate(f"{name}.x") in {"resource", "merged", "child", "none"}, name
        assert all(try_parse_id(one.id) is not None for one in mapped.resources), name
        seen += 1
    assert seen > 30
