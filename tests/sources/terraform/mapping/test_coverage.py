"""What the mapping is said to know is what it knows."""

from __future__ import annotations

from typing import Any

import pytest

from everward.sources.terraform.mapping.build import compile_type
from everward.sources.terraform.mapping.coverage import (
    CONFIDENTIAL,
    IDENTIFIES,
    NO_COUNTERPART,
    NO_RESOURCE,
    State,
    cover,
    editions,
    priority_types,
    report,
)
from everward.sources.terraform.mapping.facts import Facts
from everward.sources.terraform.mapping.table import Table

ROWS = """\
azurerm_x\tadmin_password\tstring\tO\t\t\t
azurerm_x\tblock\tlist:block\tO\t\t\t
azurerm_x\tblock.inner\tstring\tR\t\t\t
azurerm_x\tblock.other\tstring\tO\t\t\t
azurerm_x\tblock.seen\tstring\tC\t\t\t
azurerm_x\tflag\tbool\tO\t\t\t
azurerm_x\tname\tstring\tR\t\t\t
azurerm_x\tpart\tstring\tO\t\t\t
azurerm_x\tshown\tlist:attr\tC\t\t\t
azurerm_x\tshown.value\tstring\tO\t\t\t
azurerm_x\tsize\tint\tO\t\t\t
"""


def states(**source: Any) -> dict[str, tuple[str, str]]:
    """What becomes of each attribute of a made-up type."""
    mapping = compile_type(source, {}) if source else None
    found = cover("azurerm_x", "made up", Facts("0", ROWS), mapping)
    assert found is not None
    return {one.path: (one.state.value, one.reason) for one in found.attributes}


ARM = {"arm": "Microsoft.Test/things"}


def test_only_what_can_be_set_is_counted() -> None:
    assert set(states(**ARM)) == {"admin_password", "block.inner", "block.other", "flag", "name", "part", "size"}


def test_a_type_without_mapping_is_unmapped_and_one_without_counterpart_is_named() -> None:
    assert set(states().values()) == {("unmapped", "")}
    assert set(states(id="{name}").values()) == {("named", NO_RESOURCE)}
    assert cover("azurerm_y", "made up", Facts("0", ROWS), None) is None


def test_states_of_attributes() -> None:
    found = states(
        **ARM,
        map={
            "size": "properties.size",
            "admin_password": None,
            "flag": {"why": "only steers the provider"},
            "=text": {"to": "properties.text", "fmt": "{part}/x"},
            "block": {"to": "properties.block", "many": {"inner": "inner"}},
        },
    )
    assert found == {
        "admin_password": ("named", CONFIDENTIAL),
        "block.inner": ("mapped", ""),
        "block.other": ("unmapped", ""),
        "flag": ("named", "only steers the provider"),
        "name": ("named", IDENTIFIES),
        "part": ("mapped", ""),
        "size": ("mapped", ""),
    }


def test_what_is_read_by_children_is_mapped() -> None:
    child = {"arm": "Microsoft.Test/things/parts", "each": "block", "name": "{other}", "map": {"inner": "properties.a"}}
    setting = {"arm": "Microsoft.Test/things/set", "name": "on", "when": ["flag"], "map": {"flag": "properties.on"}}
    found = states(**ARM, map={"block": None, "flag": None, "size": None}, children=[child, setting])
    assert found["block.inner"] == found["block.other"] == found["flag"] == ("mapped", "")
    assert found["size"] == ("named", NO_COUNTERPART)


def test_conditions_flags_and_keys_are_uses() -> None:
    for rule in ({"flags": {"flag": "On"}}, {"given": {"flag": [True]}}, {"when": {"flag": "set"}, "fmt": "x"}):
        assert states(**ARM, map={"=a": {"to": "properties.a", **rule}})["flag"] == ("mapped", "")
    keyed: dict[str, Any] = {"block": {"to": "properties.b", "key": "{other}", "many": {"inner": "inner"}}}
    assert states(**ARM, map=keyed)["block.inner"] == ("mapped", "")
    keyed["block"]["many"]["other"] = None
    assert states(**ARM, map=keyed)["block.other"] == ("mapped", "")


def test_known_attributes_and_nested_arrays() -> None:
    assert states(**ARM, known=["size"])["size"] == ("named", NO_COUNTERPART)
    rows = ROWS.replace("\tblock.other", "\tblock.in\tlist:block\tO\t\t\t\nazurerm_x\tblock.in.deep")
    mapping = compile_type({**ARM, "map": {"block": {"to": "a", "nest": "in", "many": {"deep": "deep"}}}}, {})
    found = cover("azurerm_x", "made up", Facts("0", rows), mapping)
    assert found is not None
    assert {one.path: one.state for one in found.attributes}["block.in.deep"] is State.MAPPED


def test_every_attribute_of_every_mapped_type_is_mapped_or_named() -> None:
    reports = report()
    table = Table.load()
    assert {one.name for one in reports if one.has_mapping} == set(table)
    left = [
        (one.name, found.edition)
        for one in reports
        for found in one.editions.values()
        if one.has_mapping and found.count(State.UNMAPPED)
    ]
    assert left == []
    assert all(
        attribute.reason
        for one in reports
        for found in one.editions.values()
        for attribute in found.attributes
        if attribute.state is State.NAMED
    )


def test_priority_types_exist_and_are_mapped() -> None:
    marked = [one for one in report() if one.priority]
    assert {one.name for one in marked} == priority_types()
    assert all(one.has_mapping for one in marked)


def test_arm_types_are_named_where_they_are_known() -> None:
    by_name = {one.name: one for one in report()}
    assert by_name["azurerm_lb_rule"].arm == "Microsoft.Network/loadBalancers"
    assert by_name["azurerm_kusto_cluster"].arm == "Microsoft.Kusto/clusters"
    assert by_name["azuread_access_package"].arm == ""
    assert list(by_name["azurerm_managed_redis"].editions) == [name for name in editions() if "azurerm" in name][1:]


@pytest.mark.parametrize("edition", list(editions()))
def test_names_of_an_edition_are_in_order(edition: str) -> None:
    names = list(editions()[edition].names())
    assert len(names) == len(set(names)) > 50
    assert all(editions()[edition].of(name) is not None for name in (names[0], names[-1]))
