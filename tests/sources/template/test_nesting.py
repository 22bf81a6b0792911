from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import (
    GROUP,
    SUBSCRIPTION,
    clean,
    expand,
    nested,
    output,
    read,
    reasons,
    template,
    write,
)

from everward.sources.interface import ReadOptions
from everward.values import Unknown

DEPLOYMENTS = "Microsoft.Resources/deployments"
PROBE: dict[str, Any] = {"type": "A.B/c", "name": "[parameters('name')]", "properties": {"v": "[variables('v')]"}}


def module(**sections: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"parameters": {"name": {"type": "string"}}, "variables": {"v": "inner"}}
    return template((PROBE,), **{**defaults, **sections})


def test_an_inner_template_has_its_own_parameters(tmp_path: Path) -> None:
    inner = nested("m", module(), properties={"parameters": {"name": {"value": "[concat(parameters('p'), '1')]"}}})
    content = template((inner,), parameters={"p": {"type": "string", "defaultValue": "x"}}, variables={"v": "outer"})
    found = clean(tmp_path, content)
    assert set(found) == {f"{DEPLOYMENTS}/m", "A.B/c/x1"}
    assert found["A.B/c/x1"].get("properties.v") == "inner"
    assert found["A.B/c/x1"].origin.address == "resources[0].properties.template.resources[0]"
    deployment = found[f"{DEPLOYMENTS}/m"]
    assert deployment.get("properties.parameters") == {"name": {"value": "x1"}}
    assert deployment.get("properties.mode") == "Incremental"
    assert "template" not in deployment.body["properties"]  # type: ignore[operator]


def test_an_outer_template_is_evaluated_by_its_parent(tmp_path: Path) -> None:
    inside: dict[str, Any] = {
        "type": "A.B/c",
        "name": "[concat('x', copyIndex('outer'), copyIndex('own'))]",
        "copy": {"name": "own", "count": 2},
        "properties": {
            "v": "[variables('v')]",
            "p": "[parameters('p')]",
            "escaped": "[[parameters('q')]",
            "literal": "[[[x]",
            "id": "[resourceGroup().name]",
        },
    }
    outer = {
        **nested(
            "[concat('m', copyIndex())]",
            template((inside,), parameters={"q": {"type": "string"}}),
            outer=True,
            resourceGroup="other",
            properties={"parameters": {"q": {"value": "given"}}},
        ),
        "copy": {"name": "outer", "count": 1},
    }
    content = template((outer,), parameters={"p": {"defaultValue": "pp"}}, variables={"v": "vv"})
    reading = expand(tmp_path, content)
    assert not reading.unresolved
    ids = [resource.id for resource in reading.resources]
    other = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/other/providers"
    assert ids == [f"{other}/{DEPLOYMENTS}/m0", f"{other}/A.B/c/x00", f"{other}/A.B/c/x01"]
    assert reading.resources[1].properties == {
        "v": "vv",
        "p": "pp",
        "escaped": "given",
        "literal": "[x]",
        # The functions of scope are those of whoever evaluates.
        "id": "rg",
    }


def test_an_outer_template_sees_what_it_does_not_declare(tmp_path: Path) -> None:
    inside = {"type": "A.B/c", "name": "x", "properties": {"v": "[[variables('v')]", "p": "[[parameters('p')]"}}
    outer = nested("m", template((inside,)), outer=True)
    content = template((outer,), parameters={"p": {"defaultValue": 1}}, variables={"v": 2})
    assert clean(tmp_path, content)["A.B/c/x"].properties == {"v": 2, "p": 1}


def test_inside_an_outer_template_the_parent_evaluates_everything(tmp_path: Path) -> None:
    deepest = nested(
        "deep",
        template(
            ({"type": "A.B/c", "name": "x", "properties": {"v": "[variables('v')]", "own": "[[variables('v')]"}},),
            variables={"v": 3},
        ),
    )
    content = template((nested("m", template((deepest,)), outer=True),), variables={"v": 1})
    assert clean(tmp_path, content)["A.B/c/x"].properties == {"v": 1, "own": 3}


@pytest.mark.parametrize(
    ("level", "keys", "inner_level", "expected"),
    [
        ("", {"resourceGroup": "g2"}, "", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g2"),
        ("", {"resourceGroup": "g2", "subscriptionId": "s2"}, "", "/subscriptions/s2/resourceGroups/g2"),
        ("", {"subscriptionId": "s2"}, "subscription", "/subscriptions/s2"),
        ("subscription", {"resourceGroup": "g2"}, "", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g2"),
        ("managementGroup", {"subscriptionId": "s2", "resourceGroup": "g"}, "", "/subscriptions/s2/resourceGroups/g"),
        ("", {"scope": "/"}, "tenant", ""),
        (
            "tenant",
            {"scope": "Microsoft.Management/managementGroups/m2"},
            "managementGroup",
            "/providers/Microsoft.Management/managementGroups/m2",
        ),
        (
            "tenant",
            {"scope": "/providers/Microsoft.Management/managementGroups/m2"},
            "managementGroup",
            "/providers/Microsoft.Management/managementGroups/m2",
        ),
        ("", {"scope": "/subscriptions/s3"}, "subscription", "/subscriptions/s3"),
        ("", {"scope": "/subscriptions/s3/resourceGroups/g3"}, "", "/subscriptions/s3/resourceGroups/g3"),
        ("", {"scope": "somewhere"}, "", GROUP),
        ("", {"resourceGroup": ""}, "", GROUP),
    ],
)
def test_nested_deployments_have_their_own_scope(
    level: str, keys: dict[str, Any], inner_level: str, expected: str, tmp_path: Path
) -> None:
    inner = nested("m", template(({"type": "A.B/c", "name": "x"},), inner_level), **keys)
    reading = expand(tmp_path, template((inner,), level))
    assert [resource.id for resource in reading.resources] == [
        f"{expected}/providers/{DEPLOYMENTS}/m",
        f"{expected}/providers/A.B/c/x",
    ]


def test_open_scopes_of_nested_deployments_stay_open(tmp_path: Path) -> None:
    inside = {
        "type": "A.B/c",
        "name": "x",
        "properties": {"g": "[resourceGroup().id]", "l": "[resourceGroup().location]"},
    }
    inner = nested("m", template((inside,)), resourceGroup="[parameters('g')]")
    other = nested("n", template((inside,)), scope="[resourceId('Microsoft.Resources/resourceGroups', 'z')]")
    third = nested("o", template((inside,), "subscription"), scope="[subscription().id]")
    content = template((inner, other, third), parameters={"g": {"type": "string"}})
    reading = expand(tmp_path, content, ReadOptions())
    ids = [resource.id for resource in reading.resources if resource.name == "x"]
    assert ids == [
        "/subscriptions/{subscription}/resourceGroups/{parameters.g}/providers/A.B/c/x",
        "/subscriptions/{subscription}/resourceGroups/z/providers/A.B/c/x",
        "/subscriptions/{subscription}/providers/A.B/c/x",
    ]
    hole = reading.resources[3].get("properties.g")
    assert isinstance(hole, Unknown)
    assert hole.reference == "/subscriptions/{subscription}/resourceGroups/{parameters.g}"
    assert isinstance(reading.resources[3].get("properties.l"), Unknown)


def test_conditions_and_counts_of_a_deployment_hold_for_what_it_deploys(tmp_path: Path) -> None:
    inside = template(
        ({"type": "A.B/c", "name": "x"}, {"type": "A.B/c", "name": "y", "condition": "[parameters('q')]"}),
        parameters={"q": {"type": "bool"}},
    )
    inner = nested(
        "m", inside, condition="[parameters('p')]", properties={"parameters": {"q": {"value": "[parameters('p')]"}}}
    )
    declared = {"p": {"type": "bool"}, "n": {"type": "int"}}
    reading = expand(tmp_path, template((inner,), parameters=declared))
    assert all(isinstance(resource.condition, Unknown) for resource in reading.resources)
    assert clean(tmp_path, template((inner,), parameters=declared), p=False, n=1) == {}
    looped = {**inner, "condition": True, "copy": {"name": "l", "count": "[parameters('n')]"}}
    (tmp_path / "main.parameters.json").unlink()
    reading = expand(tmp_path, template((looped,), parameters=declared))
    assert all(resource.cardinality is not None for resource in reading.resources)


def test_a_template_may_come_from_a_variable(tmp_path: Path) -> None:
    variables = {
        "t": template(({"type": "A.B/c", "name": "[[parameters('name')]"},), parameters={"name": {"type": "string"}})
    }
    deployment = {
        "type": DEPLOYMENTS,
        "name": "m",
        "properties": {
            "template": "[variables('t')]",
            "parameters": "[createObject('name', createObject('value', 'x'))]",
        },
    }
    found = clean(tmp_path, template((deployment,), variables=variables))
    assert "A.B/c/x" in found
    assert found["A.B/c/x"].origin.address == "resources[0].properties.template"
    assert found["A.B/c/x"].origin_of("name") == found["A.B/c/x"].origin
    whole = {"type": DEPLOYMENTS, "name": "m", "properties": "[createObject('template', variables('t'))]"}
    reading = expand(tmp_path, template((whole,), variables=variables))
    assert len(reading.resources) == 2


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({}, "the template of the deployment is not known"),
        ({"template": "[parameters('t')]"}, "the template of the deployment is not known"),
        ({"template": 5}, "the template of the deployment is not known"),
        (None, "the properties of the deployment are not known"),
        ("[parameters('t')]", "the properties of the deployment are not known"),
        (
            {"templateLink": {"uri": "https://example.com/a.json"}},
            "the linked template cannot be read: `https://example.com/a.json`",
        ),
        ({"templateLink": {"relativePath": "none.json"}}, "the linked template cannot be read: `none.json`"),
        ({"templateLink": {"relativePath": "broken.json"}}, "the linked template cannot be read: `broken.json`"),
        ({"templateLink": {"relativePath": "../../../../../../../etc/hostname"}}, None),
        ({"templateLink": {"relativePath": "main.json"}}, "the linked template links itself: `main.json`"),
        ({"templateLink": {"id": "/subscriptions/s/x"}}, "the linked template cannot be read: `/subscriptions/s/x`"),
        ({"templateLink": {}}, "the linked template cannot be read: `its link`"),
        ({"templateLink": "[parameters('t')]"}, "the linked template cannot be read: `its link`"),
    ],
)
def test_a_deployment_that_cannot_be_read_is_incomplete(properties: Any, reason: str | None, tmp_path: Path) -> None:
    write(tmp_path, "broken.json", '{"resources": [')
    deployment = {"type": DEPLOYMENTS, "name": "m", "properties": properties}
    probe = {"type": "A.B/c", "name": "x", "properties": "[reference('m').outputs.x.value]"}
    reading = expand(tmp_path, template((deployment, probe), parameters={"t": {"type": "object"}}))
    incomplete = [note for note in reading.unresolved if note.incomplete]
    assert len(incomplete) == 1
    if reason is not None:
        assert incomplete[0].reason == reason
    assert incomplete[0].origin is not None
    assert incomplete[0].origin.line is not None
    assert isinstance(reading.resources[1].properties, Unknown)
    quiet = expand(tmp_path, template(({**deployment, "condition": False},)))
    assert not quiet.unresolved


LINKED = template(
    ({"type": "A.B/c", "name": "[parameters('name')]"},),
    parameters={"name": {"type": "string"}},
    outputs={"o": {"type": "string", "value": "[concat(parameters('name'), '!')]"}},
)


@pytest.mark.parametrize(
    "link",
    [
        {"relativePath": "nested/x.json"},
        {"uri": "[uri(deployment().properties.templateLink.uri, 'nested/x.json')]"},
        {"uri": "[concat(parameters('base'), '/nested/x.json', parameters('sas'))]"},
        "[createObject('relativePath', 'nested/x.json')]",
    ],
)
def test_linked_templates_beside_the_file_are_read(link: Any, tmp_path: Path) -> None:
    write(tmp_path, "nested/x.json", LINKED)
    deployment = {
        "type": DEPLOYMENTS,
        "name": "m",
        "properties": {"templateLink": link, "parameters": {"name": {"value": "n"}}},
    }
    probe = {"type": "A.B/d", "name": "p", "properties": {"o": "[reference('m').outputs.o.value]"}}
    declared = {"base": {"type": "string"}, "sas": {"type": "securestring"}}
    write(tmp_path, "main.json", template((deployment, probe), parameters=declared))
    # The linked template is read with the one that links it, not on its own.
    reading = read(tmp_path)
    assert [resource.name for resource in reading.resources] == ["m", "p", "n"]
    assert reading.resources[1].get("properties.o") == "n!"
    assert reading.resources[2].origin.file is not None
    assert reading.resources[2].origin.file.endswith("nested/x.json")
    assert [item.role for item in reading.inputs] == ["template", "linked template"]
    assert not reading.incomplete


def test_deployments_nest_only_so_deep(tmp_path: Path) -> None:
    content = template(({"type": "A.B/c", "name": "x"},))
    for _ in range(45):
        content = template((nested("m", content),))
    reading = expand(tmp_path, content)
    assert reasons(reading) == ["deployments are nested deeper than 40 levels"]
    assert reading.incomplete
    assert len(reading.resources) == 41


def test_missing_parameters_of_a_nested_deployment_are_said(tmp_path: Path) -> None:
    reading = expand(tmp_path, template((nested("m", module()),)))
    assert reasons(reading) == ["the nested deployment `m` gives no value for the parameter `name`"]
    assert reading.resources[1].name == "{parameters.name}"


def test_secrets_of_a_vault_are_holes(tmp_path: Path) -> None:
    secret = {"reference": {"keyVault": {"id": "/subscriptions/s"}, "secretName": "x"}}
    inside = template(
        ({"type": "A.B/c", "name": "x", "properties": {"p": "[parameters('p')]"}},),
        parameters={"p": {"type": "securestring"}},
    )
    either = "[if(equals(1, 1), createObject('value', 'v'), createObject('reference', createObject()))]"
    for given in (secret, either):
        inner = nested("m", inside, properties={"parameters": {"p": given}})
        value = clean(tmp_path, template((inner,)))["A.B/c/x"].get("properties.p")
        assert isinstance(value, Unknown)
        assert value.present


def test_parameters_of_a_deployment_may_be_made_in_loops(tmp_path: Path) -> None:
    inside = template(
        ({"type": "A.B/c", "name": "x", "properties": {"p": "[parameters('p')]"}},), parameters={"p": {"type": "array"}}
    )
    given = {"copy": [{"name": "value", "count": 2, "input": "[copyIndex('value')]"}]}
    found = clean(tmp_path, template((nested("m", inside, properties={"parameters": {"p": given}}),)))
    assert found["A.B/c/x"].get("properties.p") == [0, 1]


def test_names_that_a_sibling_decides_are_known(tmp_path: Path) -> None:
    first = nested("a", template(outputs={"o": {"type": "string", "value": "foo"}}))
    second = nested("b", module(), properties={"parameters": {"name": {"value": "[reference('a').outputs.o.value]"}}})
    assert "A.B/c/foo" in clean(tmp_path, template((second, first)))


def test_deployments_that_need_each_other_are_not_known(tmp_path: Path) -> None:
    def inner(other: str) -> Any:
        outputs = {"o": {"type": "string", "value": "[parameters('name')]"}}
        value = f"[reference('{other}').outputs.o.value]"
        return nested(f"{other}x", module(outputs=outputs), properties={"parameters": {"name": {"value": value}}})

    reading = expand(tmp_path, template((inner("bx"), inner("axx"), inner("b"))))
    assert len(reading.resources) == 6
    content = template(
        (
            nested(
                "a",
                module(outputs={"o": {"type": "string", "value": "[parameters('name')]"}}),
                properties={"parameters": {"name": {"value": "[reference('b').outputs.o.value]"}}},
            ),
            nested(
                "b",
                module(outputs={"o": {"type": "string", "value": "[parameters('name')]"}}),
                properties={"parameters": {"name": {"value": "[reference('a').outputs.o.value]"}}},
            ),
        )
    )
    reading = expand(tmp_path, content)
    assert [isinstance(resource.properties, dict) for resource in reading.resources] == [True] * 4
    assert all("{" in resource.id for resource in reading.resources if resource.type == "A.B/c")
    assert not reading.incomplete


def test_the_result_of_a_deployment_is_its_outputs(tmp_path: Path) -> None:
    outputs = {
        "plain": {"type": "string", "value": "x"},
        "off": {"type": "string", "condition": False, "value": "[fail('no')]"},
        "open": {"type": "string", "condition": "[parameters('p')]", "value": "x"},
        "secret": {"type": "securestring", "value": "x"},
        "empty": {"type": "string"},
        "odd": 5,
    }
    inner = nested("m", template(parameters={"p": {"type": "bool"}}, outputs=outputs))

    def value(name: str) -> Any:
        return output(tmp_path, f"[reference('m').outputs.{name}.value]", resources=(inner,))

    assert value("plain") == "x"
    assert value("empty") is None
    for name in ("open", "secret"):
        assert isinstance(value(name), Unknown)
    for missing in ("off", "odd", "none"):
        reading = expand(
            tmp_path,
            template((inner, {"type": "A.B/c", "name": "x", "tags": f"[reference('m').outputs.{missing}.value]"})),
        )
        assert any(f"`{missing}` doesn't exist" in reason for reason in reasons(reading))
    assert isinstance(output(tmp_path, "[reference('m').provisioningState]", resources=(inner,)), Unknown)


NAMED = {"type": "A.B/c", "name": "[concat('x', subscription().subscriptionId)]"}


@pytest.mark.parametrize("level", ["tenant", "managementGroup"])
@pytest.mark.parametrize("condition", ["[equals(parameters('switch'), 'on')]", False])
def test_the_empty_subscription_of_what_may_be_off_is_open(tmp_path: Path, level: str, condition: Any) -> None:
    inner = nested("m", template((NAMED,), "subscription"), subscriptionId="[parameters('target')]")
    inner["condition"] = condition
    content = template(
        (inner,),
        level,
        parameters={"switch": {"type": "string"}, "target": {"type": "string", "defaultValue": ""}},
    )
    reading = expand(tmp_path, content)
    assert set(reasons(reading)) <= {"parameter without value"}
    probes = [resource for resource in reading.resources if resource.type == "A.B/c"]
    assert len(probes) == (0 if condition is False else 1)
    for probe in probes:
        assert probe.id.startswith("/subscriptions/{parameters.target}/")


def test_an_empty_subscription_of_what_is_deployed_is_told_once(tmp_path: Path) -> None:
    content = template((nested("m", template((NAMED,), "subscription"), subscriptionId="[concat('', '')]"),), "tenant")
    assert reasons(expand(tmp_path, content)) == ["the subscription to deploy to is empty"]


def test_a_parameter_that_leaves_subscriptions_empty_is_told_once_with_what_to_do(tmp_path: Path) -> None:
    inner = [nested(name, template((NAMED,), "subscription"), subscriptionId="[parameters('target')]") for name in "ab"]
    content = template(tuple(inner), "tenant", parameters={"target": {"type": "string", "defaultValue": ""}})
    (item,) = expand(tmp_path, content).unresolved
    assert (item.subject, item.decided_by) == ("parameters.target", ("parameters.target",))
    assert item.help
    assert not item.incomplete


def test_a_group_that_the_template_deploys_says_where_it_stands(tmp_path: Path) -> None:
    inner = template(
        ({"type": "A.B/c", "apiVersion": "1", "name": "x", "location": "[resourceGroup().location]", "tags": TAGS},)
    )
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2021-04-01",
        "name": "g",
        "location": "norwayeast",
        "tags": {"env": "prod"},
    }
    for declared in ({}, {"condition": "[parameters('on')]"}):
        content = template(
            ({**group, **declared}, nested("n", inner, resourceGroup="g")),
            "subscription",
            parameters={"on": {"type": "bool"}},
        )
        found = next(item for item in expand(tmp_path, content).resources if item.name == "x")
        if declared:
            assert isinstance(found.location, Unknown)
        else:
            assert (found.location, found.get("tags.env")) == ("norwayeast", "prod")


def test_the_name_of_a_group_that_the_template_deploys_takes_nothing_from_what_else_it_says(tmp_path: Path) -> None:
    one = {"type": "A.B/c", "apiVersion": "1", "name": "[resourceGroup().name]", "tags": TAGS}
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2021-04-01",
        "name": "g",
        "location": "norwayeast",
        "tags": {"env": "prod"},
    }
    content = template((group, nested("n", template((one,)), resourceGroup="g")), "subscription")
    for _ in range(2):
        found = next(item for item in expand(tmp_path, content).resources if item.type == "A.B/c")
        assert (found.name, found.get("tags.env")) == ("g", "prod")


TAGS = "[resourceGroup().tags]"


@pytest.mark.parametrize("name", ["a\0b.json", "long/" + "x" * 300 + ".json", "x.json\n"])
def test_a_link_that_no_file_can_have_is_a_link_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    deployment = {"type": DEPLOYMENTS, "name": "m", "properties": {"templateLink": {"relativePath": name}}}
    reading = expand(tmp_path, template((deployment, {"type": "A.B/d", "name": "kept"})))
    assert [resource.name for resource in reading.resources] == ["m", "kept"]
    (note,) = reading.unresolved
    assert note.reason.startswith("the linked template cannot be read")
    assert note.incomplete
