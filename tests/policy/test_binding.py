"""What an assignment brings to bear: policies with their parameters, effects and versions; roles for repairs."""

from typing import Any

import pytest
from tests.policy.governing import (
    PREFIX,
    SUBSCRIPTION,
    definition_document,
    initiative,
    initiative_document,
    reference,
    shelf,
)
from tests.policy.make import estate, resource

from everward.policy import EvaluationContext, State
from everward.policy.binding import bind, bind_initiative, fixed_effect, missing_parameters, needed_roles
from everward.policy.problem import DefinitionError
from everward.policy.shelf import DanglingError, Shelf, Shelves
from everward.values import Unknown

EFFECT = {"effect": {"type": "String", "defaultValue": "Audit", "allowedValues": ["Audit", "Deny", "Disabled"]}}
D1 = definition_document("d1", effect="[parameters('effect')]", parameters=EFFECT, version="1.2.0")
BAD = resource(name="bad1")


def test_an_initiative_passes_its_parameters() -> None:
    made = initiative(
        "i",
        reference("d1", "r1", parameters={"effect": {"value": "[parameters('how')]"}}, groupNames=["g"]),
        reference("d1", "r2"),
        parameters={"how": {"type": "String", "defaultValue": "Disabled"}},
        policyDefinitionGroups=[{"name": "g"}],
    )
    bound = bind_initiative(shelf(D1), made, {"HOW": "Deny"})
    first, second = bound.members
    assert (fixed_effect(first.policy()), fixed_effect(second.policy())) == ("deny", "audit")
    assert (first.name, first.groups, list(bound.groups)) == ("r1", ("g",), ["g"])
    assert fixed_effect(bind_initiative(shelf(D1), made).members[0].policy()) == "disabled"
    assert first.policy() is first.policy()


def test_what_a_policy_learns_of_its_assignment() -> None:
    condition = {"value": "[concat(policy().setDefinitionId, policy().definitionReferenceId)]", "like": "*/ir1"}
    held = shelf(definition_document("d", condition=condition))
    made = initiative("i", reference("d", "r1"))
    bound = bind_initiative(held, made, context=EvaluationContext(assignment_id="/a"))
    assert bound.members[0].policy().evaluate(BAD, estate(BAD)).state is State.NON_COMPLIANT
    assert bound.members[0].context.assignment_id == "/a"


def test_references_that_lead_nowhere_are_told_and_the_others_judge() -> None:
    made = initiative(
        "i", reference("gone", "r1"), reference("d1", "r2", definitionVersion="2.*.*"), reference("d1", "r3")
    )
    bound = bind_initiative(shelf(D1), made)
    assert [member.reference_id for member in bound.members] == ["r3"]
    assert [problem.reason for problem in bound.problems] == [
        f"there is no definition `{PREFIX}/policyDefinitions/gone`",
        "there is no version `2.*.*` of the definition `Title of d1`: held is 1.2.0",
    ]
    assert all(problem.incomplete for problem in bound.problems)
    assert bound.problems[0].subject == "reference `r1` of the initiative `Title of i`"


def test_an_expression_that_fails_is_a_problem_of_its_reference() -> None:
    made = initiative(
        "i",
        reference("d1", "r1", parameters={"effect": {"value": "[string(div(1, parameters('n')))]"}}),
        parameters={"n": {"type": "Integer", "defaultValue": 0}},
    )
    bound = bind_initiative(shelf(D1), made)
    assert not bound.members
    assert bound.problems[0].reason.startswith("what is passed to the parameter `effect` fails")


def test_values_are_checked() -> None:
    made = initiative(
        "i", reference("d1"), parameters={"n": {"type": "Integer", "allowedValues": [1, 2]}, "s": {"type": "String"}}
    )
    for given, message in (
        ({"m": 1}, "the initiative has no parameter `m`"),
        ({"n": "1"}, "the value of the parameter `n` is no integer"),
        ({"n": 3}, "the value of the parameter `n` is `3`"),
    ):
        with pytest.raises(DefinitionError, match=message):
            bind_initiative(shelf(D1), made, given)
    assert [parameter.name for parameter in missing_parameters(made.parameters, {"N": 1})] == ["s"]
    values = bind_initiative(shelf(D1), made, {"n": 1}).values
    assert values["n"] == 1
    assert isinstance(values["s"], Unknown)
    with pytest.raises(DefinitionError) as caught:
        bind_initiative(shelf(D1), initiative("i", reference("d1")), {"x": 1})
    assert caught.value.help == "it has no parameters"


@pytest.mark.parametrize(
    ("passed", "message"),
    [
        ({}, "the parameter `must` of `Title of d` has no value"),
        ({"must": {"value": 1}}, "the value of the parameter `must` is no string"),
        ({"must": {"value": "x"}, "other": {"value": 1}}, "the policy has no parameter `other`"),
    ],
)
def test_a_policy_that_does_not_get_what_it_needs(passed: Any, message: str) -> None:
    held = shelf(definition_document("d", parameters={"must": {"type": "String"}}))
    member = bind_initiative(held, initiative("i", reference("d", "r", parameters=passed))).members[0]
    with pytest.raises(DefinitionError, match=message):
        member.policy()


def test_one_definition_is_assigned_by_id_or_by_name() -> None:
    held = shelf(D1, initiative_document("i", reference("d1", "r")))
    for target in (f"{PREFIX}/policyDefinitions/D1", "d1"):
        bound = bind(held, target, {"effect": "Deny"})
        assert bound.initiative is None
        assert not bound.groups
        assert fixed_effect(bound.members[0].policy()) == "deny"
        assert bound.members[0].name == "d1"
    assert bind(held, "i").initiative is not None
    with pytest.raises(DanglingError):
        bind(held, "neither")


def test_another_effect_and_another_version() -> None:
    newer = definition_document("d1", condition={"field": "name", "like": "*"}, version="2.0.0")
    member = bind(shelf(D1, newer), "d1", version="1.*.*").members[0]
    other = resource(name="fine")
    assert member.policy().evaluate(other, estate(other)).state is State.COMPLIANT
    assert member.policy("disabled").evaluate(BAD, estate(BAD)).effect == "disabled"
    assert member.policy("", "2.*.*").evaluate(other, estate(other)).state is State.NON_COMPLIANT
    with pytest.raises(DanglingError, match="there is no version"):
        member.policy("", "3.*.*")


def test_an_effect_that_depends_or_fails_is_not_fixed() -> None:
    depends = definition_document("d", effect="[if(equals(field('name'),'bad1'),'deny','audit')]")
    fails = definition_document("e", effect="[string(div(1,0))]")
    odd = definition_document("f", effect="[concat('den','ied')]")
    for document in (depends, fails, odd):
        assert fixed_effect(bind(shelf(document), document["name"]).members[0].policy()) == ""


def test_roles_that_repairs_need() -> None:
    details = {"roleDefinitionIds": ["/roles/A", "/roles/b"], "operations": []}
    parameters = {
        "workspace": {"type": "String", "metadata": {"assignPermissions": True}},
        "other": {"type": "String", "defaultValue": "/elsewhere"},
    }
    held = shelf(
        definition_document("m1", effect="modify", details=details, parameters=parameters),
        definition_document("m2", effect="modify", details={"roleDefinitionIds": ["/roles/a"], "operations": []}),
        definition_document("none"),
    )
    made = initiative(
        "i",
        reference("m1", "r1", parameters={"workspace": {"value": "/subscriptions/s9/w"}}),
        reference("m2", "r2"),
        reference("none", "r3"),
    )
    needs = needed_roles(bind_initiative(held, made).members, SUBSCRIPTION)
    assert [(need.role_id, need.scope, need.reference_ids) for need in needs] == [
        ("/roles/A", SUBSCRIPTION, ("r1", "r2")),
        ("/roles/b", SUBSCRIPTION, ("r1",)),
        ("/roles/A", "/subscriptions/s9/w", ("r1",)),
        ("/roles/b", "/subscriptions/s9/w", ("r1",)),
    ]


def test_what_has_no_id_of_its_own_is_found_by_the_name_in_a_reference() -> None:
    own = definition_document("own", id="")
    foreign = definition_document(
        "foreign", id="/subscriptions/s1/providers/Microsoft.Authorization/policyDefinitions/foreign"
    )
    held = shelf(own, foreign)
    placeholder = (
        "/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/policyDefinitions"
    )
    assert held.definition(f"{placeholder}/own").name == "own"
    assert held.definition("foreign").name == "foreign"
    # What has an id is only found by it.
    with pytest.raises(DanglingError):
        held.definition(f"{placeholder}/foreign")
    assert len(held.definitions) == 2


def test_several_shelves_are_asked_in_turn() -> None:
    one, two = shelf(D1), shelf(definition_document("d2"), initiative_document("i", reference("d1")))
    both = Shelves([one, two])
    assert both.definition("d2").name == "d2"
    assert both.initiative("i").title == "Title of i"
    with pytest.raises(DanglingError, match="no version `3"):
        Shelves([one, two]).definition("d1", "3.*.*")
    with pytest.raises(DanglingError, match="no version `3"):
        Shelves([two, one]).definition("d1", "3.*.*")
    with pytest.raises(DanglingError, match="nothing is held"):
        Shelves([]).initiative("i")
    assert not len(Shelf().initiatives)
