"""The main job: states, findings, what is open, and the numbers, each apart."""

from typing import Any

import pytest
from tests.assessment.sample import GROUP, VAULT, about, criterion, estate, judged, purge, unset, vault

from everward.assessment import Evidence
from everward.estate import Disposed, Disposition, Estate, Reading, ReadInput, Resource, Unresolved
from everward.policy import State
from everward.values import Origin, UsageError

GOOD = {"properties": {"enablePurgeProtection": True}}
OPEN = {"properties": {"enablePurgeProtection": unset("var.purge")}}


def test_every_state_is_counted_apart_and_only_what_is_wrong_is_explained() -> None:
    read = estate(vault("good", body=GOOD), vault("bad"), vault("open", body=OPEN))
    given = judged(read, purge(), purge("other", severity="low"))
    summary = given.summary
    assert (summary.verified, summary.violated, summary.unknown, summary.waived) == (2, 2, 2, 0)
    assert (summary.resources, summary.criteria, summary.complete) == (4, 2, True)
    assert summary.findings == {"critical": 0, "high": 1, "medium": 0, "low": 1, "info": 0}
    by_name = {(item.criterion, (item.resource or "").rsplit("/", 1)[-1]): item for item in given.verdicts}
    good, bad, unknown = (by_name["vault-purge", name] for name in ("good", "bad", "open"))
    assert (good.state, good.severity, good.reasons) == (State.COMPLIANT, None, ())
    assert (bad.state, bad.severity, len(bad.reasons)) == (State.NON_COMPLIANT, "high", 1)
    assert (unknown.unknown, unknown.decided_by) == ("variable without value", ("var.purge",))


def test_evidence_completes_what_was_not_explained() -> None:
    read = estate(vault("good", body=GOOD), vault("open", body=OPEN))
    rule = purge()
    given = judged(read, rule)
    good, unknown = given.verdicts
    evidence = Evidence(read, [rule])
    assert evidence.complete(good) is good
    assert not unknown.reasons
    complete = evidence.complete(unknown)
    assert complete.reasons[0].actual == {"$unknown": {"reason": "variable without value", "decidedBy": ["var.purge"]}}
    assert evidence.complete(complete) is complete
    assert Evidence(estate(), [rule]).complete(unknown) is unknown


def test_a_hole_in_existence_is_said_and_does_not_hide_the_fault() -> None:
    read = estate(vault("maybe", condition=unset("var.on"), cardinality=unset("var.stamps", "var.on")))
    given = judged(read, purge())
    assert given.verdicts[0].given == ("var.on", "var.stamps")
    assert given.findings[0].given == ("var.on", "var.stamps")
    nameless = vault("maybe", condition=unset())
    assert judged(estate(nameless), purge()).findings[0].given == ("variable without value",)


def test_manual_and_inherited_criteria_are_recorded_not_judged() -> None:
    manual = criterion("drill", manual={"question": "Was it?", "evidence": ["report"], "validForDays": 90})
    inherited = criterion(
        "links",
        inherited={
            "statement": "It does.",
            "provider": "Azure",
            "scope": "all",
            "source": "https://a.example/b",
            "read": "2026-11-01",
        },
    )
    given = judged(estate(vault("a")), manual, inherited)
    assert [(item.criterion, item.state) for item in given.verdicts] == [("drill", State.MANUAL)]
    assert given.attestations[0].question == "Was it?"
    assert given.attestations[0].evidence == ("report",)
    assert given.inherited[0].statement == "It does."
    assert (given.summary.manual, given.summary.inherited, given.summary.without_subject) == (1, 1, ())
    assert not given.findings


def test_a_criterion_without_a_subject_is_named() -> None:
    nowhere = criterion("nowhere", about("Microsoft.Foo/bars", {"field": "name", "equals": "x"}))
    assert judged(estate(vault("a")), nowhere).summary.without_subject == ("nowhere",)


def test_what_does_not_apply_is_counted_not_listed() -> None:
    rule = {
        "allOf": [
            {"field": "type", "equals": VAULT},
            {"field": "kind", "equals": "special"},
            {"field": "Microsoft.KeyVault/vaults/enablePurgeProtection", "notEquals": True},
        ]
    }
    given = judged(estate(vault("a")), criterion("special", rule))
    assert given.verdicts == ()
    assert given.summary.not_applicable == 1
    assert given.summary.without_subject == ("special",)


def test_a_criterion_about_every_type_judges_every_resource() -> None:
    rule = criterion("tagged", {"field": "tags.owner", "exists": False})
    given = judged(estate(vault("a"), vault("b", body={"tags": {"owner": "me"}})), rule)
    assert {item.state for item in given.verdicts if item.resource and VAULT in item.resource} == {
        State.COMPLIANT,
        State.NON_COMPLIANT,
    }


def test_a_definition_that_fails_is_an_error_and_never_a_pass() -> None:
    failing = criterion("failing", about(VAULT, {"value": "[int('x')]", "equals": 1}))
    given = judged(estate(vault("a")), failing, purge())
    (error,) = [item for item in given.verdicts if item.state is State.ERROR]
    assert error.criterion == "failing"
    assert error.error
    assert given.summary.error == 1
    assert not given.summary.complete


def test_a_definition_that_is_broken_is_an_error_on_the_criterion() -> None:
    broken = criterion("broken", {"field": "type"})
    given = judged(estate(vault("a")), broken)
    (error,) = given.verdicts
    assert (error.state, error.resource) == (State.ERROR, None)
    assert "broken/definition.json" in (error.error or "")
    assert not given.summary.complete
    assert given.summary.without_subject == ()


def test_an_opaque_resource_is_unknown_not_wrong() -> None:
    given = judged(estate(vault("a", body={}, opaque=True)), purge())
    assert given.summary.unknown == 1
    assert not given.findings
    assert not any(need.given for need in given.needs)


def test_secrets_do_not_get_into_verdicts() -> None:
    rule = criterion(
        "no-secret",
        about("Microsoft.Web/sites", {"field": "Microsoft.Web/sites/siteConfig.publishingPassword", "exists": True}),
    )
    site = Resource(
        f"{GROUP}/providers/Microsoft.Web/sites/a",
        "Microsoft.Web/sites",
        "a",
        {"properties": {"siteConfig": {"publishingPassword": "hunter2"}}},
        Origin("terraform", "a.tf", 1),
    )
    given = judged(estate(site), rule)
    assert "hunter2" not in repr(given)


def test_criteria_can_be_chosen_by_id_and_edition() -> None:
    both = (purge("aaa"), purge("bbb", editions=["2022"]))
    assert judged(estate(), *both).summary.criteria == 1
    assert judged(estate(), *both, edition="2022").summary.criteria == 2
    assert judged(estate(), *both, criteria=("aaa",)).summary.without_subject == ("aaa",)
    with pytest.raises(UsageError, match="not part of edition 2026"):
        judged(estate(), *both, criteria=("bbb",))
    with pytest.raises(UsageError, match="there is no criterion `aab`") as caught:
        judged(estate(), *both, criteria=("aab",))
    assert "`aaa`" in (caught.value.help or "")


def test_inputs_are_described_in_numbers() -> None:
    reading = Reading(
        "terraform",
        "infra",
        [vault("a")],
        [Disposed("a", Disposition.RESOURCE), Disposed("b", Disposition.NONE), Disposed("c", Disposition.NONE)],
        [Unresolved("module.x", "not here", incomplete=True)],
        [ReadInput("infra", "root module")],
    )
    given = judged(Estate([reading]), purge(), paths=("infra",), environment="prod", subscription="s")
    (item,) = given.inputs
    assert (item.resources, item.addresses, item.incomplete) == (1, {"none": 2, "resource": 1}, True)
    assert item.files == (ReadInput("infra", "root module"),)
    assert (given.subject.paths, given.subject.subscription, given.environment) == (("infra",), "s", "prod")
    assert given.unresolved == tuple(reading.unresolved)
    assert not given.summary.complete


def test_two_readings_of_one_resource_are_judged_once() -> None:
    readings: list[Any] = [Reading(name, name, [vault("a")]) for name in ("terraform", "plan")]
    given = judged(Estate(readings), purge())
    assert given.summary.violated == 1
