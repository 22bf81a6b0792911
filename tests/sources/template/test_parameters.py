from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import (
    OPTIONS,
    PARAMETERS,
    clean,
    expand,
    nested,
    output,
    parameters,
    read,
    reasons,
    template,
    write,
)

from everward.sources.interface import ReadOptions
from everward.values import Unknown


def values(
    folder: Path, declared: dict[str, Any], given: Any = None, options: ReadOptions = OPTIONS, **sections: Any
) -> Any:
    """What a template with these parameters makes of them, and the problems."""
    probe = {"type": "A.B/c", "name": "probe", "properties": {name: f"[parameters('{name}')]" for name in declared}}
    path = write(folder, "main.json", template((probe,), parameters=declared, **sections))
    if given is not None:
        write(folder, "main.parameters.json", given)
    reading = read(path, options)
    return reading.resources[0].properties, reading


def test_given_wins_over_default_and_missing_is_a_hole(tmp_path: Path) -> None:
    declared = {
        "given": {"type": "string", "defaultValue": "d"},
        "default": {"type": "string", "defaultValue": "[concat(parameters('given'), '!')]"},
        "null": {"type": "string", "defaultValue": "n"},
        "nullable": {"type": "string", "nullable": True},
        "missing": {"type": "string"},
    }
    found, reading = values(tmp_path, declared, parameters(GIVEN="[g]", null=None))
    # Nothing in a parameter file is an expression.
    assert (found["given"], found["default"], found["null"], found["nullable"]) == ("[g]", "[g]!", "n", None)
    hole = found["missing"]
    assert isinstance(hole, Unknown)
    assert (hole.reason, hole.decided_by, hole.text) == (
        "parameter without value",
        ("parameters.missing",),
        "[parameters('missing')]",
    )
    (note,) = reading.unresolved
    assert (note.subject, note.reason, note.incomplete) == ("parameters.missing", "parameter without value", False)
    assert note.origin is not None
    assert note.origin.line is not None
    assert not reading.incomplete


def test_a_parameter_that_nobody_uses_is_said_all_the_same(tmp_path: Path) -> None:
    reading = expand(tmp_path, template(parameters={"p": {"type": "string"}}))
    assert reasons(reading) == ["parameter without value"]


def test_null_for_a_parameter_without_default_is_null(tmp_path: Path) -> None:
    found, reading = values(tmp_path, {"p": {"type": "string"}}, parameters(p=None))
    assert found == {"p": None}
    assert not reading.unresolved


@pytest.mark.parametrize(
    ("declared", "given", "reason"),
    [
        ({"type": "string", "allowedValues": ["A", "B"]}, "C", "`C` is not allowed; allowed are `A`, `B`"),
        ({"type": "string", "allowedValues": ["A", "B"]}, "a", None),
        ({"type": "array", "allowedValues": ["A", "B"]}, ["A"], None),
        ({"type": "array", "allowedValues": ["A", "B"]}, ["A", "x"], "`x` is not allowed; allowed are `A`, `B`"),
        ({"type": "securestring", "allowedValues": ["A"]}, "hidden", "is not one of those that are allowed"),
        ({"type": "int", "minValue": 3}, 2, "is below the minimum of 3"),
        ({"type": "int", "maxValue": 3}, 4, "is above the maximum of 3"),
        ({"type": "int", "minValue": 3, "maxValue": 3}, 3, None),
        ({"type": "string", "minLength": 2}, "a", "has a length that is below the minimum of 2"),
        ({"type": "array", "maxLength": 1}, [1, 2], "has a length that is above the maximum of 1"),
        ({"type": "int"}, True, "must be an integer, not True"),
        ({"type": "int"}, "x", "must be an integer, not `x`"),
        ({"type": "int"}, "12", None),
        ({"type": "int"}, 12.0, None),
        ({"type": "bool"}, "True", None),
        ({"type": "BOOL"}, "x", "must be a bool, not `x`"),
        ({"type": "object"}, [], "must be an object, not []"),
        ({"type": "array"}, {"a": "b" * 100}, "must be an array, not {'a': '" + "b" * 72 + "…"),
        ({"type": "securestring"}, 5, "must be a securestring, not that"),
        ({}, 5, None),
        ("odd", 5, None),
    ],
)
def test_values_are_checked(declared: Any, given: Any, reason: str | None, tmp_path: Path) -> None:
    _, reading = values(tmp_path, {"p": declared}, parameters(p=given))
    assert reasons(reading) == ([] if reason is None else [f"the value of the parameter `p` {reason}"])
    assert not reading.incomplete


def test_a_value_of_another_type_is_a_hole(tmp_path: Path) -> None:
    found, _ = values(tmp_path, {"p": {"type": "array"}, "q": {"type": "int"}}, parameters(p="x", q="7"))
    assert isinstance(found["p"], Unknown)
    assert found["q"] == 7


def test_named_types_are_followed(tmp_path: Path) -> None:
    definitions = {
        "size": {"type": "int", "maxValue": 3},
        "small": {"$ref": "#/definitions/size", "maxValue": 2},
        "loop": {"$ref": "#/definitions/loop"},
    }
    declared = {
        "p": {"$ref": "#/definitions/small", "nullable": True},
        "q": {"$ref": "#/definitions/small"},
        "r": {"$ref": "#/definitions/loop"},
        "s": {"$ref": "#/definitions/none"},
    }
    found, reading = values(tmp_path, declared, parameters(q=3, r=1, s=1), definitions=definitions)
    assert found["p"] is None
    assert reasons(reading) == ["the value of the parameter `q` is above the maximum of 2"]


def test_a_text_under_the_name_of_a_secret_is_one(tmp_path: Path) -> None:
    made = template(
        ({"type": "A.B/c", "name": "x", "properties": {"label": "[concat(parameters('adminPassword'), '!')]"}},),
        parameters={"adminPassword": {"type": "string"}, "pinToken": {"type": "int"}},
    )
    reading = expand(tmp_path, made, adminPassword="planted", pinToken="planted")
    label = reading.resources[0].get("properties.label")
    assert isinstance(label, Unknown)
    assert label.secret
    assert reasons(reading) == ["the value of the parameter `pinToken` does not fit its declaration"]


def test_secure_values_are_never_shown(tmp_path: Path) -> None:
    definitions = {
        "login": {"type": "object", "properties": {"user": {"type": "string"}, "password": {"type": "secureString"}}},
        "nothing": {"type": "object", "properties": {"a": {"type": "string"}}},
    }
    declared = {
        "secret": {"type": "securestring"},
        "empty": {"type": "securestring", "defaultValue": ""},
        "all": {"type": "secureObject"},
        "login": {"$ref": "#/definitions/login"},
        "many": {"type": "array", "items": {"$ref": "#/definitions/login"}, "prefixItems": [{"type": "string"}]},
        "any": {"type": "object", "additionalProperties": {"type": "securestring"}},
        "variant": {
            "type": "object",
            "discriminator": {"propertyName": "kind", "mapping": {"a": {"$ref": "#/definitions/login"}, "b": {}}},
        },
        "plain": {"$ref": "#/definitions/nothing"},
    }
    login = {"user": "u", "PASSWORD": "hush"}
    given = parameters(
        secret="hush",
        all={"x": "hush"},
        login=login,
        many=["x", login],
        any={"k": "hush"},
        variant={"kind": "a", "user": "u", "password": "hush", "other": 1},
        plain={"a": "b"},
    )
    found, reading = values(tmp_path, declared, given, definitions=definitions)
    assert not reading.unresolved
    assert "hush" not in repr(found)
    assert found["empty"] == ""
    assert found["login"]["user"] == "u"
    assert found["many"][0] == "x"
    assert found["plain"] == {"a": "b"}
    assert (found["variant"]["kind"], found["variant"]["other"]) == ("a", 1)
    for hole in (
        found["secret"],
        found["all"],
        found["login"]["PASSWORD"],
        found["many"][1]["PASSWORD"],
        found["any"]["k"],
    ):
        assert isinstance(hole, Unknown)
        assert hole.present


def test_secrets_of_vaults_and_pipelines_are_holes(tmp_path: Path) -> None:
    given = {
        "$schema": PARAMETERS,
        "parameters": {
            "a": {"reference": {"keyVault": {"id": "x"}, "secretName": "y"}},
            "b": {"expression": "[externalInputs('x')]"},
            "c": "bare",
            "d": {},
        },
    }
    declared: dict[str, Any] = {name: {"type": "string"} for name in "abcd"}
    found, _ = values(tmp_path, declared, given)
    assert [type(found[name]) for name in "abc"] == [Unknown, Unknown, str]
    assert found["a"].reason == "secret of a key vault"
    assert found["d"] is None


def test_names_that_the_template_does_not_have_are_said(tmp_path: Path) -> None:
    found, reading = values(tmp_path, {"p": {"type": "string"}}, parameters(p="x", other=1))
    assert found == {"p": "x"}
    (note,) = reading.unresolved
    assert note.reason == "the template has no parameter `other`"
    assert note.origin is not None
    assert str(note.origin.file).endswith("main.parameters.json")


def test_values_typed_on_the_command_line_win(tmp_path: Path) -> None:
    declared = {
        "s": {"type": "string"},
        "n": {"type": "int"},
        "b": {"type": "bool"},
        "l": {"type": "array"},
        "bad": {"type": "object"},
    }
    options = ReadOptions(variables={"S": "[1]", "n": "2", "b": "true", "l": "[1]", "bad": "{", "of-others": "x"})
    found, reading = values(tmp_path, declared, parameters(s="file"), options)
    assert {name: found[name] for name in "snbl"} == {"s": "[1]", "n": 2, "b": True, "l": [1]}
    assert isinstance(found["bad"], Unknown)
    assert reasons(reading) == ["the value of the parameter `bad` must be an object, not `{`"]


def test_files_that_the_user_names_take_the_place_of_those_beside(tmp_path: Path) -> None:
    declared: dict[str, Any] = {"p": {"type": "string"}, "q": {"type": "string"}}
    first = write(tmp_path, "vars/first.json", parameters(p="1", q="1"))
    second = write(tmp_path, "vars/second.json", {"q": "2"})
    others = [
        write(tmp_path, "vars/other.json", parameters(z=1)),
        write(tmp_path, "vars/schema.json", {"$schema": "x", "q": 1}),
        write(tmp_path, "vars/list.json", "[]"),
        write(tmp_path, "vars/x.tfvars", "a = 1"),
    ]
    options = ReadOptions(var_files=(first, second, *others))
    found, reading = values(tmp_path, declared, parameters(p="beside", q="beside"), options)
    assert found == {"p": "1", "q": "2"}
    assert [(item.path.rsplit("/", 1)[-1], item.used, item.detail) for item in reading.inputs] == [
        ("main.json", True, None),
        ("first.json", True, "named by the user"),
        ("second.json", True, "named by the user"),
        ("main.parameters.json", False, "another file was named"),
    ]
    broken = write(tmp_path, "vars/broken.json", "{")
    _, reading = values(tmp_path, declared, parameters(p="beside", q="beside"), ReadOptions(var_files=(broken,)))
    assert reading.incomplete
    assert "is not readable as JSON" in reasons(reading)[0]


NAMED: dict[str, Any] = {"n": {"type": "string"}}


def several(folder: Path, *names: str, options: ReadOptions = OPTIONS) -> Any:
    probe = {"type": "A.B/c", "name": "[parameters('n')]"}
    write(folder, "main.json", template((probe,), parameters=NAMED))
    for name in names:
        write(
            folder,
            name,
            parameters(n=name.split("/")[-1].removesuffix(".json").replace(".parameters", "").replace("main.", "")),
        )
    reading = read(folder / "main.json" if all("/" not in name for name in names) else folder, options)
    used = [item.path.rsplit("/", 1)[-1] for item in reading.inputs if item.role == "parameters" and item.used]
    return [resource.name for resource in reading.resources], used, reading


def test_every_parameter_file_is_a_deployment_of_its_own(tmp_path: Path) -> None:
    names, used, reading = several(
        tmp_path, "main.parameters.dev.json", "main.parameters.prod.json", options=ReadOptions(subscription="s")
    )
    # Production comes first: where two deployments claim one id, its version is the one that is judged.
    assert names == ["prod", "dev"]
    assert set(used) == {"main.parameters.prod.json", "main.parameters.dev.json"}
    groups = [resource.resource_group for resource in reading.resources]
    assert groups == ["{resource-group prod}", "{resource-group dev}"]
    assert not reading.unresolved


@pytest.mark.parametrize("name", ["prod", "PROD"])
def test_an_environment_picks_its_file(name: str, tmp_path: Path) -> None:
    options = ReadOptions(subscription="s", environment=name)
    names, used, reading = several(tmp_path, "main.parameters.dev.json", "main.prod.parameters.json", options=options)
    assert names == ["prod"]
    assert used == ["main.prod.parameters.json"]
    assert reading.resources[0].resource_group == "{resource-group}"
    assert [item.detail for item in reading.inputs if not item.used] == ["another environment"]


def test_an_environment_may_be_a_folder(tmp_path: Path) -> None:
    options = ReadOptions(environment="int")
    write(tmp_path, "int/main.parameters.json", parameters(n="a"))
    write(tmp_path, "prod/main.parameters.json", parameters(n="b"))
    write(tmp_path, "main.json", template(({"type": "A.B/c", "name": "[parameters('n')]"},), parameters=NAMED))
    assert [resource.name for resource in read(tmp_path, options).resources] == ["a"]


def test_an_environment_without_a_file_falls_back_and_says_so(tmp_path: Path) -> None:
    options = ReadOptions(environment="e2e", resource_group="rg", subscription="s")
    _, used, reading = several(tmp_path, "main.parameters.dev.json", "main.parameters.json", options=options)
    assert used == ["main.parameters.json"]
    assert reasons(reading) == ["no parameter file is named after the environment `e2e`"]
    (tmp_path / "main.parameters.json").unlink()
    _, used, _ = several(tmp_path, "main.parameters.dev.json", options=options)
    assert used == ["main.parameters.dev.json"]


@pytest.mark.parametrize(
    ("template_name", "file"),
    [
        ("main.json", "main.parameters.json"),
        ("main.json", "main.parameters.prod.json"),
        ("main.json", "main.prod.parameters.json"),
        ("main.json", "main-parameters.json"),
        ("azuredeploy.json", "azuredeploy.parameters.us.json"),
        ("azuredeploy.json", "azuredeploy.params.json"),
        ("template.json", "parameters.json"),
        ("template.json", "parameters.prod.json"),
        ("main.json", "parameters/main.prod.json"),
        ("main.json", "linked.json"),
        ("main.jsonc", "main.parameters.jsonc"),
    ],
)
def test_parameter_files_find_their_template(template_name: str, file: str, tmp_path: Path) -> None:
    probe = template(({"type": "A.B/c", "name": "[parameters('n')]"},), parameters=NAMED)
    write(tmp_path, template_name, probe)
    write(tmp_path, "second.json", template())
    content = parameters(n="x")
    if file == "linked.json":
        content["metadata"] = {"template": template_name}
    write(tmp_path, file, content)
    from everward.sources.template import TemplateSource
    from everward.sources.tree import Tree

    found = {item.path.name: [path.name for path in item.files] for item in TemplateSource().find(Tree(tmp_path))}
    assert found == {template_name: [Path(file).name], "second.json": []}


def test_a_lone_template_takes_files_of_any_name_that_know_its_parameters(tmp_path: Path) -> None:
    write(tmp_path, "main.json", template(({"type": "A.B/c", "name": "[parameters('n')]"},), parameters=NAMED))
    write(tmp_path, "waf.parameters.json", parameters(n="waf"))
    write(tmp_path, "none.parameters.json", parameters())
    write(tmp_path, "foreign.parameters.json", parameters(z="foreign"))
    write(tmp_path, "deep/more/main.parameters.json", parameters(n="far"))
    reading = read(tmp_path)
    assert sorted(item.path.rsplit("/", 1)[-1] for item in reading.inputs if item.role == "parameters") == [
        "none.parameters.json",
        "waf.parameters.json",
    ]


def test_a_parameter_file_can_be_named_itself(tmp_path: Path) -> None:
    write(tmp_path, "main.json", template(({"type": "A.B/c", "name": "[parameters('n')]"},), parameters=NAMED))
    write(tmp_path, "main.parameters.dev.json", parameters(n="dev"))
    path = write(tmp_path, "main.parameters.prod.json", parameters(n="prod"))
    reading = read(path)
    assert [resource.name for resource in reading.resources] == ["prod"]
    assert reading.label.endswith("main.parameters.prod.json")
    (tmp_path / "main.json").unlink()
    reading = read(path)
    assert reasons(reading) == ["there is no template beside the parameter file"]
    assert reading.incomplete


def test_problems_of_a_module_are_said_once(tmp_path: Path) -> None:
    bad = template(({"type": "A.B/c", "name": "x", "tags": "[fail('no')]"},))
    looped = {**nested("[string(copyIndex())]", bad), "copy": {"name": "l", "count": 5}}
    assert len(expand(tmp_path, template((looped,))).unresolved) == 1


def test_a_default_that_fails_is_a_hole(tmp_path: Path) -> None:
    found, reading = values(tmp_path, {"p": {"type": "string", "defaultValue": "[fail('no')]"}})
    assert isinstance(found["p"], Unknown)
    assert len(reading.unresolved) == 1
    assert clean(tmp_path, template(parameters={"p": {"defaultValue": "x"}})) == {}


def test_names_of_parameters_and_variables_may_be_computed(tmp_path: Path) -> None:
    sections: dict[str, Any] = {
        "parameters": {"ab": {"type": "int", "defaultValue": 1}},
        "variables": {"AB": 2},
    }
    for call, expected in (("parameters(concat('a', 'b'))", 1), ("variables(toLower('AB'))", 2)):
        assert output(tmp_path, f"[{call}]", **sections) == expected
    assert isinstance(output(tmp_path, "[parameters(createArray())]", **sections), Unknown)


def test_a_parameter_file_that_names_no_file_as_its_template_goes_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, "main.json", template((), parameters={"p": {"type": "int"}}))
    values = {**parameters(p=1), "metadata": {"template": "./a\0b.json"}}
    reading = read(write(tmp_path, "main.parameters.json", values).with_name("main.json"))
    assert not reading.unresolved
    assert [item.used for item in reading.inputs if item.role == "parameters"] == [True]
