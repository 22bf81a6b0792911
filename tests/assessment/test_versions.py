"""What readings say differently of one resource: the worst counts, in whatever order they are named."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import msgspec
import pytest
from tests.assessment.sample import GROUP, VAULT, about, criterion, judged, purge, unset, vault

from everward.assessment import AssessOptions, Evidence, assess
from everward.criteria import Catalogue
from everward.estate import Estate, Reading, Resource
from everward.policy import State
from everward.values import Origin

GOOD: dict[str, Any] = {"enablePurgeProtection": True}
BAD: dict[str, Any] = {"enablePurgeProtection": False}
OPEN: dict[str, Any] = {"enablePurgeProtection": unset("var.purge")}


def reading(name: str, *resources: Resource) -> Reading:
    return Reading("terraform", name, list(resources))


def version(name: str, properties: dict[str, Any]) -> Reading:
    origin = Origin("terraform", f"{name}/main.tf", 3, 9, "azurerm_key_vault.v")
    return reading(name, vault("v", origin, body={"properties": properties}))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (GOOD, BAD, State.NON_COMPLIANT),
        (OPEN, BAD, State.NON_COMPLIANT),
        (GOOD, OPEN, State.UNKNOWN),
        (GOOD, {**GOOD, "enableSoftDelete": True}, State.COMPLIANT),
    ],
)
def test_the_worst_version_is_the_verdict(one: dict[str, Any], two: dict[str, Any], expected: State) -> None:
    for order in permutations([version("a", one), version("b", two)]):
        assessment = judged(Estate(order), purge())
        assert [verdict.state for verdict in assessment.verdicts] == [expected]
        assert [item.subject for item in assessment.unresolved] == ["1 resource"]
        assert "a, b" in assessment.unresolved[0].reason
        assert assessment.summary.complete
        assert len(assessment.verdicts) == 1


def test_an_error_is_worse_than_what_is_not_known() -> None:
    rule = about(VAULT, {"value": "[int(field('Microsoft.KeyVault/vaults/createMode'))]", "equals": 5})
    for order in permutations([version("a", {"createMode": "x"}), version("b", {"createMode": unset("var.m")})]):
        (verdict,) = judged(Estate(order), criterion("odd", rule)).verdicts
        assert verdict.state is State.ERROR


def test_reasons_and_place_are_those_of_the_version_that_decides() -> None:
    for order in permutations([version("a", GOOD), version("b", BAD)]):
        estate, catalogue = Estate(order), Catalogue([purge()])
        assessment = assess(estate, catalogue, AssessOptions())
        (finding,) = assessment.findings
        assert finding.origin.file == "b/main.tf"
        assert [reason.actual for reason in finding.reasons] == [False]
    for order in permutations([version("a", GOOD), version("b", OPEN)]):
        estate = Estate(order)
        (verdict,) = assess(estate, catalogue, AssessOptions()).verdicts
        (reason,) = Evidence(estate, catalogue).complete(verdict).reasons
        assert reason.origin is not None
        assert reason.origin.file == "b/main.tf"


def test_a_related_resource_that_differs_decides_in_each_of_its_versions() -> None:
    lock = "Microsoft.Authorization/locks"
    locked = criterion("locked", about(VAULT))
    assert locked.definition is not None
    then = {
        "effect": "auditIfNotExists",
        "details": {
            "type": lock,
            "existenceCondition": {"field": f"{lock}/level", "equals": "CanNotDelete"},
        },
    }
    locked.definition["properties"]["policyRule"]["then"] = then

    def with_lock(name: str, level: str) -> Reading:
        origin = Origin("terraform", f"{name}/main.tf", 12)
        body: dict[str, Any] = {"properties": {"level": level}}
        identifier = f"{GROUP}/providers/{VAULT}/v/providers/{lock}/l"
        return reading(name, vault("v"), Resource(identifier, lock, "l", body, origin=origin))

    for order in permutations([with_lock("a", "CanNotDelete"), with_lock("b", "NotSpecified")]):
        (verdict,) = judged(Estate(order), locked).verdicts
        assert verdict.state is State.NON_COMPLIANT


def test_a_verdict_that_no_version_gives_has_no_subject() -> None:
    estate, catalogue = Estate([version("a", GOOD), version("b", BAD)]), Catalogue([purge()])
    (verdict,) = assess(estate, catalogue, AssessOptions()).verdicts
    evidence = Evidence(estate, catalogue)
    bare = msgspec.structs.replace(verdict, reasons=())
    for changes in ({"resource": None}, {"resource": f"{verdict.resource}x"}, {"state": State.ERROR}):
        other = msgspec.structs.replace(bare, **changes)
        assert evidence.subject(other) is None
        assert evidence.complete(other) is other
    alone = Evidence(Estate([version("a", BAD)]), catalogue)
    assert alone.subject(msgspec.structs.replace(bare, resource=f"{verdict.resource}x")) is None
