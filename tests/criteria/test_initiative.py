"""Policies of an initiative in the place of criteria."""

from datetime import date

import pytest
from tests.policy.governing import definition_document, initiative, reference, shelf
from tests.policy.make import THING, estate, resource

from everward.criteria.initiative import Assigned, assign, severity_of
from everward.policy import State
from everward.values import UsageError

VAULT = "Microsoft.KeyVault/vaults"


def assigned(*documents: dict[str, object], **given: object) -> Assigned:
    made = initiative("i", *[reference(str(document["name"]), f"r{index}") for index, document in enumerate(documents)])
    return assign(shelf(*documents), made, given)


def related(type_: str) -> dict[str, object]:
    return definition_document("d", effect="auditIfNotExists", of=VAULT, details={"type": type_})


def verdict(document: dict[str, object], *others: object) -> State:
    (criterion,) = assigned(document).catalogue
    subject = resource(VAULT, "bad1")
    return criterion.policy().evaluate(subject, estate(subject, *others)).state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "type_", ["Microsoft.Security/assessments", "Microsoft.GuestConfiguration/guestConfigurationAssignments"]
)
def test_what_only_azure_writes_is_not_missed_in_code(type_: str) -> None:
    assert verdict(related(type_)) is State.UNKNOWN
    # Once some were read, an absence says something.
    elsewhere = resource(type_, "x", scope="/subscriptions/s1/resourceGroups/other")
    assert verdict(related(type_), elsewhere) is State.NON_COMPLIANT


def test_the_other_side_of_a_private_endpoint_is_azures() -> None:
    connections = related("Microsoft.KeyVault/vaults/privateEndpointConnections")
    assert verdict(connections) is State.NON_COMPLIANT
    vault = resource(VAULT, "bad1")
    endpoint = resource(
        "Microsoft.Network/privateEndpoints",
        "pe",
        {"privateLinkServiceConnections": [{"properties": {"privateLinkServiceId": vault.id}}]},
    )
    assert verdict(connections, endpoint) is State.UNKNOWN
    assert verdict(related("Microsoft.KeyVault/vaults/keys")) is State.NON_COMPLIANT


def test_a_policy_that_does_not_get_what_it_needs_is_an_error_of_its_own() -> None:
    needy = definition_document("needy", parameters={"must": {"type": "String"}})
    fine = definition_document("fine", condition={"field": "name", "like": "*"})
    found = assigned(needy, fine)
    from everward.assessment import AssessOptions, assess

    subject = resource(THING, "bad1")
    assessment = assess(estate(subject), found.catalogue, AssessOptions(initiative="i"))
    assert {item.criterion: str(item.state) for item in assessment.verdicts} == {
        "needy": "error",
        "fine": "nonCompliant",
    }


def test_a_definition_that_cannot_be_read_is_an_error_of_its_own() -> None:
    from everward.policy.definition import load_definition
    from everward.policy.shelf import Held, Shelf

    broken = definition_document("broken")
    broken["properties"]["policyRule"] = {}
    held = Shelf()
    held.definitions.add(Held(str(broken["id"]), "broken", lambda: load_definition(broken), "Broken"))
    (criterion,) = assign(held, initiative("i", reference("broken", "r")), {}).catalogue
    assert criterion.title == "Broken"
    assert criterion.impact == {}


def test_references_to_one_definition_go_by_their_own_ids() -> None:
    made = initiative("i", reference("d1", "first"), reference("d1", "second"))
    found = assign(shelf(definition_document("d1")), made, {})
    assert [criterion.id for criterion in found.catalogue] == ["first", "second"]


def test_several_parameters_without_a_value_are_named_together() -> None:
    made = initiative("i", reference("d1"), parameters={"a": {"type": "String"}, "b": {"type": "String"}})
    with pytest.raises(UsageError, match="the parameters `a`, `b` of `Title of i` have no value"):
        assign(shelf(definition_document("d1")), made, {})


def test_severity_is_medium_unless_metadata_say_more() -> None:
    assert severity_of({}) == "medium"
    assert severity_of({"severity": "Critical"}) == "critical"
    assert severity_of({"severity": "enormous"}) == "medium"
    assert severity_of({"severity": 5}) == "medium"


def test_what_the_platform_holds_is_inherited_with_its_source() -> None:
    held = definition_document(
        "held", policyType="Static", metadata={"additionalMetadataId": "/m"}, description="They do."
    )
    (criterion,) = assigned(held).catalogue
    assert criterion.inherited is not None
    assert (criterion.inherited.statement, criterion.inherited.source) == ("They do.", "/m")
    assert criterion.inherited.read == date.min
