"""Criteria over facts: derived when they are read, never counted as resources, told by what they are about."""

from __future__ import annotations

import json
from typing import Any

from tests.assessment.sample import about, criterion, estate, judged, purge, unset, vault
from tests.facts.reach.world import GROUP, NETWORK, made, nic, nsg, pip, rule, subnet, vnet

from everward.assessment import Assessment, AssessOptions, Evidence, add_needed_facts, assess
from everward.criteria import Catalogue, Criterion
from everward.estate import Estate, Reading, Resource
from everward.policy import State
from everward.reports import Look, Material, report
from everward.values import Origin

EXPOSURE = "Everward.Reach/exposures"
MANAGEMENT = {"field": f"{EXPOSURE}/management", "equals": True}
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
RULE = f"{NETWORK}/networkSecurityGroups"


def ssh(**changes: Any) -> Criterion:
    return criterion("ssh-closed", about(EXPOSURE, MANAGEMENT), **changes)


def declared(*resources: Resource) -> Estate:
    """Networks as somebody declared them: each block has a line of its own."""
    for number, resource in enumerate(resources):
        address = f"azurerm_{resource.type.rpartition('/')[2].lower()}.{resource.name}"
        resource.origin = Origin("terraform", "network.tf", 10 * number + 1, address=address)
    return estate(*resources)


def open_machine(port: str = "22", **changes: Any) -> list[Resource]:
    group = nsg("g", rule("Open", 100, destinationPortRange=port, **changes))
    return [
        group,
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g")),
        pip("p"),
        nic("n", "v", "s", "10.0.1.4", "p"),
    ]


def text_of(assessment: Assessment, read: Estate, form: str, *criteria: Criterion) -> str:
    found = add_needed_facts(read, criteria)
    material = Material(assessment, found, Look(width=100, full=True), Evidence(found, criteria))
    return b"".join(report(form).render(material)).decode()


def test_a_finding_names_what_is_exposed_and_how_one_gets_there() -> None:
    read = declared(*open_machine())
    assessment = judged(read, ssh())
    (finding,) = assessment.findings
    assert finding.cause == "the Internet can reach interface `n` (one) on tcp/22"
    assert [resource.rpartition("/")[2] for resource in finding.resources] == ["n"]
    assert finding.origin.file == "network.tf"
    assert finding.locations[0].address == "azurerm_networkinterfaces.n"
    (fact,) = finding.facts
    assert fact.what == finding.cause
    assert any(line.startswith("path: ") for line in fact.how)
    assert any("packet tcp 198.51.100.7" in line for line in fact.how)
    (verdict,) = [item for item in assessment.verdicts if item.state is State.NON_COMPLIANT]
    assert verdict.subject == finding.resources[0]
    assert str(verdict.resource).startswith(f"{verdict.subject}/providers/{EXPOSURE}/")
    for form in ("text", "html", "sarif"):
        told = text_of(assessment, read, form, ssh())
        assert "the Internet can reach interface" in told
        assert "198.51.100.7" in told


def test_facts_are_no_resources_of_the_workload() -> None:
    read = declared(*open_machine())
    assessment = judged(read, ssh())
    assert assessment.summary.resources == len(read)
    assert [item.source for item in assessment.inputs] == ["terraform"]
    document = json.loads(text_of(assessment, read, "json", ssh()))
    assert not [item for item in document["resources"] if item["type"].startswith("Everward.")]
    (fact,) = document["facts"]
    assert (fact["type"], fact["id"]) == (EXPOSURE, assessment.verdicts[0].resource)
    assert document["findings"][0]["facts"][0]["what"] == assessment.findings[0].cause


def test_nothing_is_derived_that_no_criterion_reads() -> None:
    read = declared(*open_machine())
    assert add_needed_facts(read, [purge()]) is read
    assert {item.source for item in add_needed_facts(read, [purge(), ssh()]).readings} == {"terraform", "reach"}
    manual = criterion("asked", manual={"question": "Is it?", "evidence": ["a"], "validForDays": 30})
    assert add_needed_facts(read, [manual]) is read
    broken = criterion("broken", {"field": "type", "odd": 1})
    assert add_needed_facts(read, [broken]) is read


def test_a_criterion_that_names_no_type_is_about_no_fact() -> None:
    everything = criterion("named", {"field": "name", "exists": True})
    assessment = judged(declared(*open_machine()), everything, ssh())
    assert not [item for item in assessment.verdicts if item.criterion == "named" and item.subject is not None]


def test_what_an_analysis_is_not_sure_of_is_unknown() -> None:
    resources = open_machine(sourceAddressPrefix=unset("var.source"))
    assessment = judged(declared(*resources), ssh())
    (verdict,) = assessment.verdicts
    assert (verdict.state, verdict.decided_by) == (State.UNKNOWN, ("var.source",))
    assert not assessment.findings


def test_a_fact_joins_the_finding_on_the_rule_that_it_follows_from() -> None:
    resources = [nsg("g"), *open_machine()[1:]]
    own = made(f"{RULE}/securityRules", "g/Open", rule("Open", 100, destinationPortRange="22")["properties"])
    both = criterion(
        "ssh-closed",
        {
            "anyOf": [
                about(f"{RULE}/securityRules", {"field": f"{RULE}/securityRules/destinationPortRange", "equals": "22"}),
                about(EXPOSURE, MANAGEMENT),
            ]
        },
    )
    assessment = judged(declared(*resources, own), both)
    (finding,) = assessment.findings
    assert assessment.summary.violated == 2
    assert [item.rpartition("/")[2] for item in finding.resources] == ["Open", "n"]
    assert "destinationPortRange" in finding.cause
    assert finding.facts[0].what.startswith("the Internet can reach")
    assert "and the Internet can reach" in text_of(assessment, declared(*resources, own), "text", both)


def test_facts_with_one_place_are_one_finding() -> None:
    resources = open_machine()
    second = [pip("p2"), nic("n2", "v", "s", "10.0.1.5", "p2")]
    (finding,) = judged(declared(*resources, *second), ssh()).findings
    assert len(finding.resources) == len(finding.facts) == 2


def test_a_scope_that_nobody_declared_is_named_too() -> None:
    owner = criterion(
        "no-owner", about("Everward.Access/grants", {"field": "Everward.Access/grants/role", "equals": "Owner"})
    )
    scope = "/providers/Microsoft.Management/managementGroups/corp"
    assignment = Resource(
        f"{scope}/providers/Microsoft.Authorization/roleAssignments/a",
        "Microsoft.Authorization/roleAssignments",
        "a",
        {
            "properties": {
                "principalId": "11111111-1111-1111-1111-111111111111",
                "principalType": "User",
                "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{OWNER}",
            }
        },
        Origin("terraform", "roles.tf", 3),
    )
    (finding,) = judged(estate(assignment), owner).findings
    assert finding.resources == (scope,)
    assert str(finding.locations[0]) == "roles.tf:3"
    assert "holds `Owner` on management group `corp`" in finding.cause


def test_the_worst_version_decides_for_facts_too() -> None:
    closed, opened = open_machine(access="Deny"), open_machine()
    read = Estate([Reading("terraform", "one", closed), Reading("terraform", "two", opened)])
    assert len(read.views) > 1
    for inputs in (read.readings, read.readings[::-1]):
        assessment = assess(Estate(inputs), Catalogue([ssh()]), AssessOptions())
        assert len(assessment.findings) == 1


def test_facts_of_an_export_are_one_finding_by_type() -> None:
    for resource in (found := open_machine()):
        resource.origin = Origin("inventory", "resources.json", 1)
    read = Estate([Reading("inventory", "resources.json", [*found, vault("kv")])])
    (finding,) = judged(read, ssh()).findings
    assert finding.cause.startswith("the Internet can reach")
    assert GROUP in finding.resources[0]


def looking_for(related: str, **details: Any) -> Criterion:
    """A criterion that asks networks for something beside them."""
    rule = {
        "if": {"field": "type", "equals": f"{NETWORK}/virtualNetworks"},
        "then": {"effect": "auditIfNotExists", "details": {"type": related, **details}},
    }
    return criterion("looks", None, definition={"name": "looks", "properties": {"mode": "All", "policyRule": rule}})


def kinds(read: Estate, *criteria: Criterion) -> set[str]:
    return {
        item.type.rpartition("/")[2] for item in add_needed_facts(read, criteria) if item.type.startswith("Everward")
    }


def test_facts_that_nobody_can_judge_are_not_kept() -> None:
    read = declared(*open_machine(), vault("kv"))
    assert kinds(read, ssh()) == {"exposures"}
    apps = criterion("apps", about(EXPOSURE, {"field": "kind", "equals": "app scm"}, MANAGEMENT))
    assert kinds(read, apps) == set()
    assert kinds(read, criterion("way", about("Everward.Reach/egress"))) == {"egress"}


def test_facts_that_are_looked_for_are_kept_whatever_their_kind() -> None:
    read = declared(*open_machine())
    assert kinds(read, looking_for("Everward.Reach/segments")) == {"segments"}
    some = looking_for("[concat('Everward.Reach/', 'segments')]")
    assert kinds(read, some, ssh()) >= {"segments", "exposures", "egress"}
    every = criterion("like", {"field": "type", "like": "Everward.Reach/*"})
    assert kinds(read, every) >= {"segments", "exposures", "egress", "publicAddresses"}
