from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import GROUP, OPTIONS, expand, nested, output, reasons, template

from everward.sources.interface import ReadOptions
from everward.values import Unknown

STORE: dict[str, Any] = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2023-01-01",
    "name": "st",
    "location": "westeurope",
    "sku": {"name": "Standard_ZRS"},
    "tags": None,
    "identity": {"type": "SystemAssigned", "principalId": "never"},
    "properties": {"access": {"tier": "Hot"}, "empty": None, "list": [{"a": 1}, 2]},
}


@pytest.mark.parametrize(
    "target",
    ["'st'", "resourceId('Microsoft.Storage/storageAccounts', 'st')", "'Microsoft.Storage/storageAccounts/st'"],
)
@pytest.mark.parametrize("options", [OPTIONS, ReadOptions()])
def test_what_the_template_says_is_known(target: str, options: ReadOptions, tmp_path: Path) -> None:
    def value(path: str) -> Any:
        return output(tmp_path, f"[reference({target}, '2023-01-01'){path}]", options, resources=(STORE,))

    assert value(".access.tier") == "Hot"
    assert value(".ACCESS.Tier") == "Hot"
    assert value(".list[0].a") == 1
    for path in ("", ".primaryEndpoints.blob", ".access", ".access.other", ".empty", ".list[0].b"):
        assert isinstance(value(path), Unknown)


def test_the_text_of_a_hole_says_what_would_be_asked(tmp_path: Path) -> None:
    hole = output(tmp_path, "[reference('st').primaryEndpoints.blob]", resources=(STORE,))
    store = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    assert hole.text == f"[reference('{store}', '2023-01-01').primaryEndpoints.blob]"
    nested_hole = output(tmp_path, "[reference('st').access.other]", resources=(STORE,))
    assert nested_hole.text == f"[reference('{store}', '2023-01-01').access.other]"


def test_the_whole_of_a_resource(tmp_path: Path) -> None:
    def value(path: str) -> Any:
        return output(tmp_path, f"[reference('st', '2023-01-01', 'FULL'){path}]", resources=(STORE,))

    assert value(".location") == "westeurope"
    assert value(".sku.name") == "Standard_ZRS"
    assert value(".properties.access.tier") == "Hot"
    assert value(".apiVersion") == "2023-01-01"
    assert value(".resourceId").endswith("/storageAccounts/st")
    assert value(".identity.type") == "SystemAssigned"
    for path in (".identity.principalId", ".identity.tenantId", ".tags", ".zones"):
        assert isinstance(value(path), Unknown)


def test_what_is_elsewhere_is_decided_there(tmp_path: Path) -> None:
    hole = output(tmp_path, "[reference('/subscriptions/s/resourceGroups/g/providers/A.B/c/x', '1').y]")
    assert isinstance(hole, Unknown)
    assert hole.decided_by == ("/subscriptions/s/resourceGroups/g/providers/A.B/c/x",)
    hole = output(tmp_path, "[reference(parameters('p')).y]", parameters={"p": {"type": "string"}})
    assert isinstance(hole, Unknown)
    assert hole.decided_by == ("parameters.p",)
    for call in ("listKeys('st', '1').keys[0].value", "list('st', '1')", "pickZones('a', 'b', 'c')", "newGuid()"):
        assert isinstance(output(tmp_path, f"[{call}]", resources=(STORE,)), Unknown)


@pytest.mark.parametrize("argument", ["5", "createObject('a', 1)", "createArray()", "null()"])
def test_a_target_that_is_no_text_is_an_error(argument: str, tmp_path: Path) -> None:
    declared = {"type": "A.B/c", "name": "x", "tags": f"[reference({argument}).y]"}
    assert reasons(expand(tmp_path, template((declared,)))) == ["`reference` takes the name or the id of a resource"]


def test_resources_are_found_across_deployments(tmp_path: Path) -> None:
    probe = {
        "type": "A.B/c",
        "name": "probe",
        "properties": "[reference(resourceId('Microsoft.Storage/storageAccounts', 'st')).access.tier]",
    }
    content = template((nested("reader", template((probe,))), nested("owner", template((STORE,)))))
    reading = expand(tmp_path, content)
    assert next(item for item in reading.resources if item.name == "probe").properties == "Hot"
    assert not reading.unresolved


def test_resources_that_are_not_deployed_are_not_known(tmp_path: Path) -> None:
    off = {**STORE, "condition": False}
    assert isinstance(output(tmp_path, "[reference('st').access.tier]", resources=(off,)), Unknown)
    guarded = output(tmp_path, "[if(false(), reference('st').access.tier, 'none')]", resources=(off,))
    assert guarded == "none"


def test_resources_that_refer_to_each_other_end(tmp_path: Path) -> None:
    resources = tuple(
        {"type": "A.B/c", "name": name, "properties": {"x": f"[reference('{other}').x]", "y": 1}}
        for name, other in (("a", "b"), ("b", "a"), ("c", "c"))
    )
    reading = expand(tmp_path, template(resources))
    assert all(isinstance(resource.get("properties.x"), Unknown) for resource in reading.resources)
    assert all(resource.get("properties.y") == 1 for resource in reading.resources)


def test_properties_that_are_not_known_stay_so(tmp_path: Path) -> None:
    open_store = {**STORE, "properties": "[parameters('p')]"}
    sections: dict[str, Any] = {"parameters": {"p": {"type": "object"}}}
    assert isinstance(output(tmp_path, "[reference('st').x]", resources=(open_store,), **sections), Unknown)
    bare = {key: value for key, value in STORE.items() if key not in ("properties", "apiVersion")}
    hole = output(tmp_path, "[reference('st').x]", resources=(bare,))
    assert hole.text.startswith("[reference('/subscriptions/")


def test_a_part_of_another_value_closes_where_it_leaves(tmp_path: Path) -> None:
    value = output(tmp_path, {"a": ["[reference('st')]", "[reference('st').list]"]}, resources=(STORE,))
    assert isinstance(value["a"][0], Unknown)
    assert isinstance(value["a"][1][0], Unknown)
    assert value["a"][1][1] == 2


def test_references_in_loops_and_names_work_on_demand(tmp_path: Path) -> None:
    first = nested("a", template(outputs={"n": {"type": "int", "value": 2}, "s": {"type": "string", "value": "z"}}))
    looped = template(
        (
            {
                "type": "A.B/c",
                "name": "[concat(parameters('s'), copyIndex())]",
                "copy": {"name": "l", "count": "[parameters('n')]"},
            },
        ),
        parameters={"n": {"type": "int"}, "s": {"type": "string"}},
    )
    given = {key: {"value": f"[reference('a').outputs.{key}.value]"} for key in ("n", "s")}
    reading = expand(tmp_path, template((nested("b", looped, properties={"parameters": given}), first)))
    assert {resource.name for resource in reading.resources} == {"a", "b", "z0", "z1"}
    assert not reading.unresolved
