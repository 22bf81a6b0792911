from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import (
    GROUP,
    OPTIONS,
    SUBSCRIPTION,
    clean,
    expand,
    output,
    read,
    reasons,
    template,
    write,
)

from everward.estate import Estate
from everward.sources.interface import ReadOptions
from everward.values import Unknown

VAULT: dict[str, Any] = {
    "type": "Microsoft.KeyVault/vaults",
    "apiVersion": "2023-07-01",
    "name": "kv",
    "Location": "[resourceGroup().location]",
    "tags": {"env": "[toLower('PROD')]", "[concat('a', 'b')]": "c"},
    "dependsOn": ["x"],
    "comments": "none",
    "properties": {
        "enablePurgeProtection": True,
        "tenantId": "[subscription().tenantId]",
        "list": ["[add(1, 2)]", "[[x]"],
    },
}


def test_a_resource_is_as_arm_has_it(tmp_path: Path) -> None:
    (resource,) = clean(tmp_path, template((VAULT,))).values()
    assert resource.id == f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
    assert (resource.type, resource.name, resource.condition) == ("Microsoft.KeyVault/vaults", "kv", True)
    assert resource.location == "westeurope"
    assert resource.tags == {"env": "prod", "ab": "c"}
    assert set(resource.body) == {"apiVersion", "location", "tags", "properties"}
    assert resource.get("properties.list") == [3, "[x]"]
    assert isinstance(resource.get("properties.tenantId"), Unknown)


def test_null_at_the_root_is_absent(tmp_path: Path) -> None:
    declared = {**VAULT, "sku": "[null()]", "kind": None}
    (resource,) = clean(tmp_path, template((declared,))).values()
    assert not {"sku", "kind"} & set(resource.body)


def test_places_are_known_down_to_the_property(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "main.json",
        """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "resources": [
    {
      "type": "A.B/c",
      "name": "x",
      "properties": {
        "acls": {
          "action": "Deny"
        },
        "copy": [
          {
            "name": "rules",
            "count": 2,
            "input": {
              "port": "[copyIndex('rules')]"
            }
          }
        ],
        "all": "[createObject('a', 1)]"
      }
    }
  ]
}""",
    )
    (resource,) = read(path).resources
    assert (resource.origin.line, resource.origin.end_line, resource.origin.address) == (4, 22, "resources[0]")
    assert resource.origin.source == "template"
    assert resource.origin_of("properties.ACLS.action").line == 9
    assert resource.origin_of("properties.acls.bypass").line == 8
    assert resource.origin_of("properties.rules[1].port").line == 16
    assert resource.origin_of("properties.rules[1].none").line == 15
    assert resource.origin_of("properties.all.a").line == 20
    assert resource.origin_of("tags.x").line == 4
    assert resource.get("properties.rules") == [{"port": 0}, {"port": 1}]


def test_without_a_scope_ids_are_symbolic_and_values_holes(tmp_path: Path) -> None:
    reference = {"type": "A.B/d", "name": "y", "properties": {"id": "[resourceId('Microsoft.KeyVault/vaults', 'kv')]"}}
    reading = expand(tmp_path, template((VAULT, reference)), ReadOptions())
    vault, other = reading.resources
    assert (
        vault.id
        == "/subscriptions/{subscription}/resourceGroups/{resource-group}/providers/Microsoft.KeyVault/vaults/kv"
    )
    assert vault.name == "kv"
    assert isinstance(vault.location, Unknown)
    assert vault.location.decided_by == ("--location",)
    target = other.get("properties.id")
    assert isinstance(target, Unknown)
    assert target.reference == vault.id
    assert target.decided_by == ("--resource-group",)
    assert Estate([reading]).referrers[vault.key] == [other]
    assert not reading.unresolved


def test_what_depends_on_an_open_scope_is_open(tmp_path: Path) -> None:
    text = output(tmp_path, "[uniqueString(resourceGroup().id)]", ReadOptions())
    assert isinstance(text, Unknown)
    assert output(tmp_path, "[uniqueString(resourceGroup().id)]") == output(tmp_path, f"[uniqueString('{GROUP}')]")


@pytest.mark.parametrize(
    ("level", "declared", "expected"),
    [
        (
            "subscription",
            {"type": "Microsoft.Resources/resourceGroups", "name": "rg2"},
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg2",
        ),
        (
            "subscription",
            {"type": "Microsoft.Authorization/policyAssignments", "name": "a"},
            f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a",
        ),
        (
            "managementGroup",
            {"type": "Microsoft.Authorization/policyAssignments", "name": "a"},
            "/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policyAssignments/a",
        ),
        (
            "managementGroup",
            {"type": "Microsoft.Management/managementGroups", "name": "child", "scope": "/"},
            "/providers/Microsoft.Management/managementGroups/child",
        ),
        (
            "tenant",
            {"type": "Microsoft.Management/managementGroups/subscriptions", "name": "child/s"},
            "/providers/Microsoft.Management/managementGroups/child/subscriptions/s",
        ),
        (
            "managementGroup",
            {"type": "Microsoft.Management/managementGroups/subscriptions", "name": "child/s"},
            "/providers/Microsoft.Management/managementGroups/child/subscriptions/s",
        ),
        (
            "tenant",
            {"type": "Microsoft.Authorization/roleAssignments", "name": "r"},
            "/providers/Microsoft.Authorization/roleAssignments/r",
        ),
        ("", {"type": "A.B/c/d", "name": "x/y"}, f"{GROUP}/providers/A.B/c/x/d/y"),
        (
            "",
            {"type": "A.B/c/providers/locks", "name": "x/Microsoft.Authorization/l"},
            f"{GROUP}/providers/A.B/c/x/providers/Microsoft.Authorization/locks/l",
        ),
        (
            "",
            {"type": "Microsoft.Authorization/locks", "name": "l", "scope": "A.B/c/x"},
            f"{GROUP}/providers/A.B/c/x/providers/Microsoft.Authorization/locks/l",
        ),
        (
            "",
            {"type": "Microsoft.Authorization/locks", "name": "l", "scope": "[resourceId('A.B/c', 'x')]"},
            f"{GROUP}/providers/A.B/c/x/providers/Microsoft.Authorization/locks/l",
        ),
        (
            "",
            {"type": "Microsoft.Subscription/aliases", "name": "l", "scope": "/"},
            "/providers/Microsoft.Subscription/aliases/l",
        ),
        (
            "managementGroup",
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "name": "r",
                "scope": "Microsoft.Management/managementGroups/other",
            },
            "/providers/Microsoft.Management/managementGroups/other/providers/Microsoft.Authorization/roleAssignments/r",
        ),
    ],
)
def test_ids_follow_scope_type_and_name(level: str, declared: dict[str, Any], expected: str, tmp_path: Path) -> None:
    (resource,) = clean(tmp_path, template((declared,), level)).values()
    assert resource.id == expected


def test_types_are_those_of_the_estate(tmp_path: Path) -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "name": "g"}
    lock = {"type": "A.B/c/providers/locks", "name": "x/Microsoft.Authorization/l"}
    (resource,) = clean(tmp_path, template((group,), "subscription")).values()
    assert resource.type == "Microsoft.Resources/subscriptions/resourceGroups"
    (resource,) = clean(tmp_path, template((lock,))).values()
    assert resource.type == "Microsoft.Authorization/locks"


def test_scope_functions_know_their_level(tmp_path: Path) -> None:
    assert output(tmp_path, "[managementGroup().name]", level="managementGroup") == "mg"
    assert output(tmp_path, "[managementGroup().id]", level="managementGroup").endswith("/managementGroups/mg")
    assert isinstance(output(tmp_path, "[managementGroup().properties.x]", level="managementGroup"), Unknown)
    assert output(tmp_path, "[subscription().subscriptionId]", level="subscription") == SUBSCRIPTION
    assert output(tmp_path, "[deployment().location]", level="subscription") == "westeurope"
    assert output(tmp_path, "[deployment().properties.template.contentVersion]") == "1.0.0.0"
    assert isinstance(output(tmp_path, "[deployment().name]"), Unknown)
    assert isinstance(output(tmp_path, "[deployer().objectId]"), Unknown)
    assert isinstance(output(tmp_path, "[tenant().tenantId]"), Unknown)
    assert output(tmp_path, "[environment().suffixes.storage]") == "core.windows.net"
    for level, name in (("tenant", "subscription"), ("subscription", "resourceGroup"), ("", "managementGroup")):
        reading = expand(
            tmp_path, template(({**VAULT, "tags": f"[{name}().id]", "Location": "x", "properties": {}},), level)
        )
        assert len(reading.unresolved) == 1
        assert reasons(reading)[0].startswith("there is no ")


def test_children_follow_their_parents(tmp_path: Path) -> None:
    parent = {
        "type": "Microsoft.Network/virtualNetworks",
        "name": "net",
        "condition": False,
        "resources": [
            {"type": "subnets", "name": "a", "resources": [{"type": "deep", "name": "b"}]},
            {"type": "Microsoft.Network/virtualNetworks/subnets", "name": "c"},
            {"type": "providers/locks", "name": "Microsoft.Authorization/l"},
            {"type": "Microsoft.Resources/deployments", "name": "d", "properties": {"template": template()}},
        ],
    }
    net = "Microsoft.Network/virtualNetworks/net"
    found = clean(tmp_path, template((parent,)))
    assert set(found) == {
        f"{net}/subnets/a",
        f"{net}/subnets/a/deep/b",
        f"{net}/subnets/c",
        f"{net}/providers/Microsoft.Authorization/locks/l",
        "Microsoft.Resources/deployments/d",
    }
    assert found[f"{net}/subnets/a"].origin.address == "resources[0].resources[0]"


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"type": "A.B/c", "name": "a/b"}, "incorrect segment lengths: `A.B/c` needs 1 names here, `a/b` has 2"),
        ({"type": "A.B/c", "name": ""}, "the name of a resource must be text, not empty"),
        ({"type": "A.B/c"}, "the name of a resource must be text, not empty"),
        ({"type": "A.B/c", "name": ["x"]}, "the name of a resource must be text, not ['x']"),
        ({"type": "A.B", "name": "x"}, "`A.B` is no resource type"),
        ({"type": "A.B/c/providers/", "name": "x/y"}, "`A.B/c/providers` is no resource type"),
        ({"type": 7, "name": "x"}, "the type of a resource must be text, not 7"),
        ({"name": "x"}, "the type of a resource must be text, not null"),
        ({"type": "[concat('A.B/', 1, nothing())]", "name": "x"}, "the function `nothing` does not exist"),
        ("x", "a resource must be an object, not `x`"),
        ({"type": "A.B/c", "name": "x", "copy": "y"}, "`copy` must be an object with `name` and `count`"),
    ],
)
def test_a_lost_resource_is_said_and_costs_no_other(declared: Any, reason: str, tmp_path: Path) -> None:
    reading = expand(tmp_path, template((declared, VAULT)))
    assert [resource.name for resource in reading.resources] == ["kv"]
    assert reasons(reading) == [reason]
    assert reading.incomplete
    assert reading.unresolved[0].origin is not None
    assert reading.unresolved[0].origin.line is not None


def test_a_failing_property_is_a_hole_and_costs_no_resource(tmp_path: Path) -> None:
    declared = {"type": "A.B/c", "name": "x", "properties": {"good": 1, "bad": "[variables('none')]"}}
    reading = expand(tmp_path, template((declared, VAULT)))
    assert len(reading.resources) == 2
    hole = reading.resources[0].get("properties.bad")
    assert isinstance(hole, Unknown)
    assert hole.reason == "it cannot be evaluated: the template variable `none` is not found"
    assert hole.origin is not None
    assert reading.resources[0].get("properties.good") == 1
    (note,) = reading.unresolved
    assert note.subject == "resources[0].properties.bad"
    assert not reading.incomplete


def test_a_name_that_fails_has_a_stable_stand_in(tmp_path: Path) -> None:
    declared = {"type": "A.B/c/d", "name": "[variables('none')]"}
    reading = expand(tmp_path, template((declared,)))
    (resource,) = reading.resources
    assert resource.id.endswith("/A.B/c/{name of resources[0] 1}/d/{name of resources[0] 2}")
    assert resource.id == expand(tmp_path, template((declared,))).resources[0].id
    assert "`none` is not found" in reasons(reading)[0]


def test_names_that_are_not_known_keep_what_is(tmp_path: Path) -> None:
    declared = {
        "prefix": {"type": "string"},
        "other": {"type": "string"},
    }
    resources = (
        {"type": "Microsoft.Network/virtualNetworks", "name": "[concat(parameters('prefix'), '-net')]"},
        {
            "type": "Microsoft.Network/virtualNetworks/subnets",
            "name": "[format('{0}-net/{1}', parameters('prefix'), 'default')]",
        },
        {"type": "A.B/c", "name": "[guid(parameters('other'))]"},
        {"type": "A.B/c", "name": "[newGuid()]"},
        {"type": "A.B/c", "name": "[newGuid()]"},
        {"type": "A.B/c/d", "name": "[parameters('other')]"},
        {"type": "A.B/e", "name": "[resourceId('A.B/c', parameters('other'))]"},
    )
    reading = expand(tmp_path, template(resources, parameters=declared))
    ids = [resource.id.removeprefix(f"{GROUP}/providers/") for resource in reading.resources]
    assert ids[:3] == [
        "Microsoft.Network/virtualNetworks/{parameters.prefix}-net",
        "Microsoft.Network/virtualNetworks/{parameters.prefix}-net/subnets/default",
        "A.B/c/{guid(parameters('other'))}",
    ]
    assert len(set(ids)) == 7
    assert ids[5] == "A.B/c/{parameters.other 1}/d/{parameters.other 2}"
    assert all(resource.resource_id.symbolic for resource in reading.resources)
    assert not reading.incomplete


@pytest.mark.parametrize(
    ("condition", "names"),
    [(True, ["x"]), ("[equals(1, 1)]", ["x"]), ("true", ["x"]), (False, []), ("[not(true())]", []), ("False", [])],
)
def test_conditions_decide(condition: Any, names: list[str], tmp_path: Path) -> None:
    declared = {"type": "A.B/c", "name": "x", "condition": condition}
    assert [resource.name for resource in clean(tmp_path, template((declared,))).values()] == names


def test_a_condition_that_is_not_known_is_a_hole(tmp_path: Path) -> None:
    declared = {"type": "A.B/c", "name": "x", "condition": "[parameters('on')]"}
    reading = expand(tmp_path, template((declared,), parameters={"on": {"type": "bool"}}))
    condition = reading.resources[0].condition
    assert isinstance(condition, Unknown)
    assert condition.decided_by == ("parameters.on",)
    reading = expand(tmp_path, template(({**declared, "condition": 5},)))
    assert isinstance(reading.resources[0].condition, Unknown)
    assert reasons(reading) == ["a condition must be true or false, not 5"]
    reading = expand(tmp_path, template(({**declared, "condition": "[reference('x')]"},)))
    assert isinstance(reading.resources[0].condition, Unknown)


def test_what_is_not_deployed_may_have_no_name(tmp_path: Path) -> None:
    resources = (
        {"type": "A.B/c/d", "name": "[split('', '/')[8]]", "condition": False},
        {"type": "A.B/c/d", "name": "only-one", "condition": False},
        {"type": "A.B/c", "condition": False, "scope": "[split('', '/')[8]]"},
    )
    assert clean(tmp_path, template(resources)) == {}


def test_symbolic_names_and_existing_resources(tmp_path: Path) -> None:
    resources = {
        "store": {"existing": True, "type": "A.B/c", "name": "st", "resourceGroup": "other", "subscriptionId": "s"},
        "lost": {"existing": True, "type": "A.B/c/d", "name": "[split('', '/')[8]]", "scope": "[split('', '/')[8]]"},
        "lock": {"type": "Microsoft.Authorization/locks", "name": "l", "scope": "store"},
        "info": {"type": "A.B/e", "name": "i", "properties": {"x": "[resourceInfo('store').id]"}},
        "held": {"type": "A.B/e", "name": "h", "properties": {"x": "[reference('store').key]"}},
    }
    found = clean(tmp_path, template(resources, languageVersion="2.0"))
    store = "/subscriptions/s/resourceGroups/other/providers/A.B/c/st"
    assert set(found) == {f"{store}/providers/Microsoft.Authorization/locks/l", "A.B/e/i", "A.B/e/h"}
    assert found["A.B/e/i"].get("properties.x") == store
    hole = found["A.B/e/h"].get("properties.x")
    assert isinstance(hole, Unknown)
    assert hole.decided_by == (store,)
    assert found["A.B/e/h"].origin.address == "resources.held"


def test_resource_info_of_nothing_is_an_error(tmp_path: Path) -> None:
    reading = expand(tmp_path, template(({"type": "A.B/e", "name": "i", "properties": "[resourceInfo('x').id]"},)))
    assert reasons(reading) == ["there is no resource `x` here"]


def test_resources_of_extensions_are_named_as_what_they_are(tmp_path: Path) -> None:
    resources = {
        "pod": {"import": "k8s", "type": "core/Pod@v1", "properties": {}},
        "app": {"extension": "graph", "type": "Microsoft.Graph/applications@v1.0", "properties": {}},
        "odd": {"import": "k8s", "type": 5},
    }
    reading = expand(tmp_path, template(resources, languageVersion="2.1-experimental"))
    assert not reading.resources
    assert [(item.address, item.disposition) for item in reading.dispositions] == [
        ("resources.pod (core/Pod@v1)", "none"),
        ("resources.app (Microsoft.Graph/applications@v1.0)", "none"),
        ("resources.odd", "none"),
    ]
    assert not reading.incomplete


def test_keys_of_unknown_ids_are_symbolic_and_other_unknown_keys_open_the_object(tmp_path: Path) -> None:
    identity = "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'u')]"
    declared = {
        "type": "A.B/c",
        "name": "x",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "tags": {"[parameters('tag')]": "x", "a": "b"},
        "properties": {"[reference('x').y]": 1},
    }
    content = template((declared,), parameters={"tag": {"type": "string"}})
    (resource,) = expand(tmp_path, content, ReadOptions(resource_group="rg")).resources
    identities: Any = resource.get("identity.userAssignedIdentities")
    (key,) = identities
    assert key == (
        "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    )
    assert isinstance(resource.tags, Unknown)
    assert isinstance(resource.properties, Unknown)


def test_functions_of_the_author(tmp_path: Path) -> None:
    functions = [
        {
            "namespace": "my",
            "members": {
                "twice": {
                    "parameters": [{"name": "n", "type": "int"}],
                    "output": {"value": "[mul(parameters('N'), 2)]"},
                },
                "name": {"output": {"value": "[concat(variables('v'), string(my.twice(2)))]"}},
                "broken": {"parameters": [], "output": {}},
                "wrong": {"parameters": [], "output": {"value": "[parameters('x')]"}},
                "odd": 5,
            },
        },
        "odd",
        {"namespace": "none"},
    ]
    sections: dict[str, Any] = {"functions": functions, "variables": {"v": "a"}}
    assert output(tmp_path, "[MY.name()]", **sections) == "a4"
    for text, reason in (
        ("[my.none()]", "the function `my.none` is not found"),
        ("[my.twice()]", "the function `my.twice` takes 1 arguments, not 0"),
        ("[my.broken()]", "the function `my.broken` has no output"),
        ("[my.wrong()]", "the function has no parameter `x`"),
    ):
        declared = {"type": "A.B/c", "name": "x", "properties": text}
        assert reasons(expand(tmp_path, template((declared,), **sections))) == [reason]


def test_recursion_of_functions_ends_with_an_error(tmp_path: Path) -> None:
    functions = [{"namespace": "my", "members": {"f": {"parameters": [], "output": {"value": "[my.f()]"}}}}]
    reading = expand(
        tmp_path, template((VAULT, {"type": "A.B/c", "name": "x", "tags": "[my.f()]"}), functions=functions)
    )
    assert len(reading.resources) == 2
    assert "functions call each other more than 64 levels deep" in reasons(reading)[0]


def test_variables_are_all_evaluated_and_cycles_end(tmp_path: Path) -> None:
    variables = {
        "a": "[variables('b')]",
        "b": {"x": "[variables('A')]"},
        "unused": "[fail('never')]",
        "text": "[[not an expression]",
    }
    reading = expand(tmp_path, template((VAULT,), variables=variables))
    assert len(reading.resources) == 1
    assert any("a cycle: it needs itself" in reason for reason in reasons(reading))
    assert any("never" in reason for reason in reasons(reading))
    assert output(tmp_path, "[variables('text')]", variables=variables) == "[not an expression]"
    assert [note.incomplete for note in expand(tmp_path, template((VAULT,), variables=["x"])).unresolved] == [False]


def test_parameters_that_need_each_other_end(tmp_path: Path) -> None:
    declared = {
        "a": {"type": "string", "defaultValue": "[parameters('b')]"},
        "b": {"type": "string", "defaultValue": "[parameters('a')]"},
    }
    reading = expand(tmp_path, template((VAULT,), parameters=declared))
    assert reasons(reading) == ["a cycle: it needs itself"]


def test_options_are_those_of_the_deployment(tmp_path: Path) -> None:
    assert output(tmp_path, "[resourceGroup().name]", OPTIONS) == "rg"
    assert output(tmp_path, "[resourceGroup().properties.provisioningState]") == "Succeeded"
    assert isinstance(output(tmp_path, "[resourceGroup().tags.x]"), Unknown)
    assert isinstance(output(tmp_path, "[subscription().displayName]"), Unknown)


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ({}, {}, True),
        ({"condition": False}, {}, False),
        ({}, {"condition": False}, False),
        ({"condition": "[parameters('on')]"}, {"condition": "[not(parameters('on'))]"}, False),
        ({"name": "[parameters('name')]"}, {"name": "[parameters('name')]"}, False),
    ],
)
def test_one_id_is_declared_once(first: dict[str, Any], second: dict[str, Any], twice: bool, tmp_path: Path) -> None:
    plain = {"type": "A.B/c", "apiVersion": "1", "name": "x"}
    declared = ({**plain, **first, "properties": {"a": 1}}, {**plain, **second, "properties": {"a": 2}})
    wanted = {"on": {"type": "bool"}, "name": {"type": "string"}}
    said = [
        note for note in expand(tmp_path, template(declared, parameters=wanted)).unresolved if "twice" in note.reason
    ]
    assert [note.subject for note in said] == (["resources[1]"] if twice else [])


@pytest.mark.parametrize("off", [0, 1])
def test_of_two_declarations_of_one_id_the_deployed_one_is_meant(off: int, tmp_path: Path) -> None:
    declared = tuple(
        {"type": "A.B/c", "apiVersion": "1", "name": "x", "condition": index != off, "properties": {"a": index}}
        for index in range(2)
    )
    probe = {
        "type": "A.B/d",
        "apiVersion": "1",
        "name": "y",
        "properties": {"a": "[reference(resourceId('A.B/c', 'x')).a]"},
    }
    assert clean(tmp_path, template((*declared, probe)))["A.B/d/y"].get("properties.a") == 1 - off


def test_what_is_not_deployed_is_found_by_its_symbol_too(tmp_path: Path) -> None:
    off = {"type": "A.B/c", "apiVersion": "1", "name": "x", "condition": False}
    named = {"type": "A.B/c", "apiVersion": "1", "name": "off", "properties": {"a": 1}}
    probe = {
        "type": "A.B/d",
        "apiVersion": "1",
        "name": "y",
        "properties": {"a": "[reference('off').a]", "i": "[resourceInfo('off').id]"},
    }
    reading = expand(tmp_path, template({"off": off, "named": named, "probe": probe}, languageVersion="2.0"))
    found = next(item for item in reading.resources if item.name == "y")
    assert isinstance(found.get("properties.a"), Unknown)
    assert str(found.get("properties.i")).endswith("/A.B/c/x")


def test_what_is_not_deployed_may_be_of_no_type_at_all(tmp_path: Path) -> None:
    off = {"type": "[concat('A.B', parameters('none'))]", "apiVersion": "1", "name": "x", "condition": False}
    probe = {"type": "A.B/d", "apiVersion": "1", "name": "y", "properties": {"a": "[reference('z').a]"}}
    reading = expand(tmp_path, template((off, probe)))
    assert not reading.unresolved
    assert [resource.name for resource in reading.resources] == ["y"]
