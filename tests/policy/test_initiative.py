"""Initiatives: their shape, and what they pass to their policies."""

from typing import Any

import pytest
from tests.policy.governing import initiative, initiative_document, reference
from tests.policy.make import hole

from everward.policy.initiative import MAX_REFERENCES, Passing, load_initiative
from everward.policy.problem import DefinitionError, EvaluationError
from everward.values import Origin, Unknown

PARAMETERS = {"level": {"type": "String", "defaultValue": "high"}, "many": {"type": "Array"}}


def pass_(parameters: dict[str, Any], **values: Any) -> dict[str, Any]:
    made = initiative("i", reference("d", "r", parameters=parameters), parameters=PARAMETERS)
    return Passing(values).to(made.references[0])


def test_what_an_initiative_says() -> None:
    document = initiative_document(
        "i1",
        reference("d1", "first", groupNames=["G1"], definitionVersion="1.*.*"),
        reference("d1"),
        reference("D1"),
        description="why",
        policyType="Custom",
        metadata={"version": "2.0.0", "category": "X"},
        parameters=PARAMETERS,
        policyDefinitionGroups=[{"name": "g1", "displayName": "Group", "category": "C", "additionalMetadataId": "/m"}],
    )
    made = load_initiative(document)
    assert (made.name, made.title, made.version, made.description) == ("i1", "Title of i1", "2.0.0", "why")
    assert [item.id for item in made.references] == ["first", "d1", "D1-2"]
    assert made.references[0].version == "1.*.*"
    assert made.references[0].groups == ("G1",)
    assert made.groups["g1"].display_name == "Group"
    assert [item.name for item in made.open_parameters] == ["many"]


def test_properties_alone_are_enough_and_names_of_the_same_folders_are_references() -> None:
    made = load_initiative({"policyDefinitions": [{"policyDefinitionName": "own"}]})
    assert made.references[0].definition_id == "own"
    assert made.title == "the initiative"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain", "plain"),
        (5, 5),
        (["a", "[parameters('level')]"], ["a", "low"]),
        ("[parameters('LEVEL')]", "low"),
        ("[[parameters('level')]", "[parameters('level')]"),
        ("[if(equals(parameters('level'),'low'),'Audit','Disabled')]", "Audit"),
        ("[if(contains(parameters('many'),'b'),'yes','no')]", "yes"),
    ],
)
def test_values_are_passed(given: Any, expected: Any) -> None:
    assert pass_({"p": {"value": given}}, level="low", many=["a", "b"]) == {"p": expected}


def test_a_hole_passes_through() -> None:
    passed = pass_({"p": {"value": "[parameters('many')]"}}, level="low", many=hole("parameter many"))["p"]
    assert isinstance(passed, Unknown)
    assert passed.decided_by == ("parameter many",)


def test_an_expression_that_fails_says_for_which_parameter() -> None:
    with pytest.raises(EvaluationError, match="what is passed to the parameter `p` fails"):
        pass_({"p": {"value": "[int(parameters('level'))]"}}, level="low", many=[])
    with pytest.raises(EvaluationError, match="has no parameter `1`"):
        pass_({"p": {"value": "[parameters(1)]"}}, level="low", many=[])


@pytest.mark.parametrize(
    ("document", "message", "path"),
    [
        ([], "an initiative is not an object", ""),
        ({"properties": 1}, "`properties` is not an object", "properties"),
        ({}, "this is no initiative: it has no `policyDefinitions`", ""),
        ({"policyDefinitions": {}}, "`policyDefinitions` is not an array", "policyDefinitions"),
        ({"policyDefinitions": [1]}, "an element of `policyDefinitions` is not an object", "policyDefinitions[0]"),
        ({"policyDefinitions": [{}]}, "`policyDefinitionId` is missing", "policyDefinitions[0]"),
        (
            {"policyDefinitions": [reference("a", "r"), reference("b", "R")]},
            "the reference id `R` stands twice",
            "policyDefinitions[1].policyDefinitionReferenceId",
        ),
        (
            {"policyDefinitions": [reference("a", groupNames=["g"])]},
            "the group `g` is not declared",
            "policyDefinitions[0].groupNames",
        ),
        (
            {"policyDefinitions": [reference("a", definitionVersion="one")]},
            "`one` is no version",
            "policyDefinitions[0].definitionVersion",
        ),
        (
            {"policyDefinitions": [reference("a", parameters={"p": 1})]},
            "the parameter `p` is not an object",
            "policyDefinitions[0].parameters.p",
        ),
        (
            {"policyDefinitions": [reference("a", parameters={"p": {"value": "[nope(]"}})]},
            None,
            "policyDefinitions[0].parameters.p.value",
        ),
        (
            {"policyDefinitions": [reference("a", parameters={"p": {"value": "[parameters('x')]"}})]},
            "the initiative has no parameter `x`",
            "policyDefinitions[0].parameters.p.value",
        ),
        ({"policyDefinitions": [], "policyDefinitionGroups": [{}]}, "`name` is missing", "policyDefinitionGroups[0]"),
        ({"policyDefinitions": [], "parameters": {"p": {}}}, "the parameter `p` has no type", "parameters.p"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: Any, message: str | None, path: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_initiative(document, file="set.json")
    assert caught.value.path == path
    assert caught.value.origin is not None
    assert caught.value.origin.file == "set.json"
    if message is not None:
        assert caught.value.message == message


def test_a_parameter_that_is_misspelt_is_suggested() -> None:
    document = initiative_document(
        "i", reference("a", parameters={"p": {"value": "[parameters('levle')]"}}), parameters=PARAMETERS
    )
    with pytest.raises(DefinitionError) as caught:
        load_initiative(document, origin=Origin(source="terraform", file="main.tf", line=3))
    assert caught.value.help == "did you mean `level`?"
    assert str(caught.value).startswith("main.tf:3")


def test_keys_that_differ_in_case_only_are_one() -> None:
    twice = reference("a", parameters={"p": {"value": 1}, "P": {"value": 2}})
    with pytest.raises(DefinitionError, match="are the same key"):
        load_initiative(initiative_document("i", twice))


def test_there_are_a_thousand_policies_at_most() -> None:
    with pytest.raises(DefinitionError, match="more than 1000"):
        initiative("i", *[reference("d", f"r{number}") for number in range(MAX_REFERENCES + 1)])


def test_what_is_not_known_yet_is_told_with_what_decides() -> None:
    with pytest.raises(DefinitionError) as caught:
        load_initiative({"policyDefinitions": hole("var.policies")})
    assert caught.value.message == "`policyDefinitions` is not known yet: a variable has no value"
    assert caught.value.help == "`var.policies` would decide it"
    with pytest.raises(DefinitionError, match="an element of `policyDefinitions` is not known yet"):
        load_initiative({"policyDefinitions": [hole()]})
