"""Answers about rights, as people and machines read them."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.facts.access.made import AUTH, HERE, ME, RG, SUB, YOU, assigned, graph, group, res, rights, role_id

from everward.estate import Resource
from everward.facts.access.escalation import escalations
from everward.facts.access.principals import EVERYONE
from everward.facts.access.radius import Reach
from everward.facts.access.rights import Rights
from everward.reports.access import who_can_json, who_can_svg, who_can_text
from everward.reports.access_what import what_can_json, what_can_svg, what_can_text
from everward.reports.interface import Look

READ = "Microsoft.Storage/storageAccounts/read"
LOOK = Look(width=400, colour=False)


def asked(made: Rights, *, explain: bool = False, operation: str = READ, scope: str = RG) -> str:
    found = list(made.who_may(operation, scope))
    return b"".join(who_can_text(operation, scope, found, made, LOOK, explain=explain)).decode()


def document(made: Rights, operation: str = READ) -> dict[str, Any]:
    found = list(made.who_may(operation, RG))
    [line] = who_can_json(operation, RG, found, made)
    return dict(json.loads(line))


def drawn(svg: bytes) -> list[str]:
    return [text for item in ElementTree.fromstring(svg).iter() if (text := (item.text or "").strip())]


def eligible(role: str = "Owner", **more: Any) -> Resource:
    body = {"principalId": ME, "principalType": "User", "roleDefinitionId": f"/x/{role_id(role)}", "scope": RG}
    return res(f"{AUTH}/roleEligibilityScheduleInstances", "e", {**body, **more})


def policy(*rules: dict[str, Any]) -> Resource:
    body = {"roleDefinitionId": f"/x/{role_id('Owner')}", "scope": RG, "effectiveRules": list(rules)}
    return res(f"{AUTH}/roleManagementPolicyAssignments", "p", body)


APPROVAL = {"id": "Approval_EndUser_Assignment", "setting": {"isApprovalRequired": True}}
NO_APPROVAL = {"id": "Approval_EndUser_Assignment", "setting": {"isApprovalRequired": False}}
FACTOR = {"id": "Enablement_EndUser_Assignment", "enabledRules": ["MultiFactorAuthentication", "Justification"]}
NO_FACTOR = {"id": "Enablement_EndUser_Assignment", "enabledRules": []}
LONGEST = {"id": "Expiration_EndUser_Assignment", "maximumDuration": "PT4H"}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], "what activating it asks for is not known"),
        ([APPROVAL, FACTOR, LONGEST], "asks for approval, a second factor and a justification, for at most PT4H"),
        ([NO_APPROVAL, NO_FACTOR, LONGEST], "activating it asks for nothing, for at most PT4H"),
        ([LONGEST], "what activating it asks for is not known, for at most PT4H"),
    ],
)
def test_what_stands_before_an_activation(rules: list[dict[str, Any]], said: str) -> None:
    assert said in asked(rights(eligible(), policy(*rules)))


def test_activation_rules_in_documents() -> None:
    [answer] = document(rights(eligible(), policy(APPROVAL, LONGEST)))["answers"]
    activation = answer["paths"][0]["activation"]
    assert (answer["verdict"], activation["approval"], activation["longest"]) == ("eligible", True, "PT4H")
    assert "no source has the activation rules" in activation["multiFactor"]
    assert activation["possible"] is True


def test_eligibility_of_programs_is_told() -> None:
    assert "nobody can activate it" in asked(rights(eligible(principalType="ServicePrincipal")))


def test_ends_are_told() -> None:
    assert "until 2999-01-01" in asked(rights(eligible(endDateTime="2999-01-01")))
    made = rights(eligible(endDateTime="2001-01-01"))
    assert "0 principals may, 0 perhaps" in asked(made)
    me = made.grants.principals.of(ME)
    told = b"".join(what_can_text(me, Reach(made, ()), LOOK, explain=False)).decode()
    assert "expired    `Owner` on resource group `rg`; ended 2001-01-01" in told


def test_groups_and_their_members() -> None:
    known = rights(group("ops", ME), graph("users", ME, id=ME, displayName="Me"), assigned("Owner", "ops"))
    assert "members: Me" in asked(known)
    assert document(known)["complete"] is True
    open_ = rights(assigned("Owner", "ops", principalType="Group"))
    assert "members not known: no source has the group" in asked(open_)
    answers = document(open_)
    assert answers["complete"] is False
    assert (answers["answers"][0]["membersKnown"], answers["answers"][0]["members"]) == (False, [])
    assert "group, members not known" in drawn(b"".join(who_can_svg(READ, RG, list(open_.who_may(READ, RG)), open_)))
    assert "no members" in asked(rights(group("ops"), assigned("Owner", "ops")))
    paged = group("ops", ME, **{"members@odata.nextLink": "x"})
    assert f"members: {ME}; others not known" in asked(rights(paged, assigned("Owner", "ops")))


def test_paths_in_short_and_whole() -> None:
    condition = "@Principal[department] StringEquals 'x'"
    made = rights(assigned("Owner"), assigned("Reader", scope=SUB), assigned("Reader", condition=condition))
    short = asked(made)
    assert "role assignment `Owner` by `*` on resource group `rg`" in short
    assert "and by 2 other paths" in short
    whole = asked(made, explain=True)
    assert f"role assignment `Reader` by `*/read` on {SUB}" in whole
    assert f"; if {condition}" in whole
    assert "other paths" not in whole
    assert "; under a condition" in asked(rights(assigned("Reader", condition=condition)))


def test_a_role_that_can_be_read_two_ways_is_told() -> None:
    role = res(
        f"{AUTH}/roleDefinitions", "r",
        {"roleName": "r", "permissions": [{"actions": ["*"], "notActions": [READ]}, {"actions": [READ]}]}, SUB,
    )  # fmt: skip
    assert "another reading of the role would say no" in asked(rights(role, assigned("r")))


def test_deny_assignments_are_told_with_their_holes() -> None:
    body = {
        "permissions": [{"actions": ["*"]}], "principals": [{"id": EVERYONE}], "scope": RG,
        "excludePrincipals": [{"id": YOU}], "isSystemProtected": True, "doNotApplyToChildScopes": True,
        "denyAssignmentName": "stack",
    }  # fmt: skip
    made = rights(assigned("Owner"), res(f"{AUTH}/denyAssignments", "d", body))
    said = "deny assignment `stack` on resource group `rg`, at its own scope only, made and kept by Azure; excluded: "
    assert f"{said}{YOU}" in asked(made)
    [answer] = document(made)["answers"]
    assert (answer["verdict"], answer["systemProtected"]) == ("denied", True)
    assert "stack" in drawn(b"".join(who_can_svg(READ, RG, list(made.who_may(READ, RG)), made)))


PIPELINE = Resource(
    "pipelines:x", "Pipelines/connections", "prod",
    {"properties": {"platform": "github", "pipeline": "w/ship.yml", "pipelineName": "ship.yml", "client": "c",
                    "connection": None, "scheme": "secret", "guards": [], "unguarded": True}},
    HERE,
)  # fmt: skip
APP = res("Microsoft.ManagedIdentity/userAssignedIdentities", "ship", {"principalId": YOU, "clientId": "C"})


def test_pipelines_are_paths() -> None:
    made = rights(APP, assigned("Reader", YOU), elsewhere=[PIPELINE])
    assert "as pipeline `ship.yml` through login `prod`, signed in by a secret" in asked(made)
    [answer] = document(made)["answers"]
    [pipeline] = answer["pipelines"]
    assert (pipeline["connection"], pipeline["joinedBy"], pipeline["approval"]) == ("prod", "client id", False)
    assert "ship.yml" in drawn(b"".join(who_can_svg(READ, RG, list(made.who_may(READ, RG)), made)))


def what(made: Rights, who: str, *, explain: bool = False) -> str:
    reach = Reach(made, escalations(made))
    [principal] = made.grants.principals.find(who)
    return b"".join(what_can_text(principal, reach, LOOK, explain=explain)).decode()


def test_what_somebody_can_do_and_become() -> None:
    made = rights(
        APP, assigned("Contributor", YOU), assigned("Managed Identity Operator", ME, APP.id), elsewhere=[PIPELINE]
    )
    told = what(made, ME)
    assert "becomes    ship by Microsoft.ManagedIdentity/userAssignedIdentities/assign/action on `ship`" in told
    assert "reaches    1 can be changed, 1 deleted, of 1 resource" in told
    assert "step" not in told
    assert f"step       attachIdentity: Microsoft.ManagedIdentity/userAssignedIdentities/assign/action on {APP.id}" in (
        what(made, ME, explain=True)
    )
    assert "used by    pipeline `ship.yml`" in what(made, "ship")
    assert "becomes    ship by login `prod`" in what(made, "ship.yml")


def test_what_somebody_can_as_a_document_and_a_drawing() -> None:
    made = rights(APP, assigned("Contributor", YOU), elsewhere=[PIPELINE])
    reach = Reach(made, escalations(made))
    [pipeline] = made.grants.principals.find("ship.yml")
    [line] = what_can_json([pipeline], reach)
    told = json.loads(line)
    assert (told["writes"], told["resources"], told["becomes"][0]["edge"]) == (1, 1, "pipeline")
    assert [step["gains"] for step in told["steps"]] == [["ship"]]
    texts = drawn(b"".join(what_can_svg([pipeline], reach)))
    assert texts.count("ship.yml") == 1
    assert {"login", "prod", "ship", "Contributor", "rg"} <= set(texts)
    both = made.grants.principals.find("ship")
    assert len(json.loads(b"".join(what_can_json([pipeline, *both], reach)))["principals"]) == 2
    alone = rights(APP)
    assert "nothing" in drawn(b"".join(what_can_svg(alone.grants.principals.find("ship"), Reach(alone, ()))))


def test_conditions_and_doubts_of_what_somebody_holds() -> None:
    made = rights(assigned("Reader", condition="1 NumericEquals 1"), assigned("Owner", scope=SUB))
    assert "; under a condition" in what(made, ME)
    assert "; if 1 NumericEquals 1" in what(made, ME, explain=True)


def test_drawings_of_many_rows_say_that_they_are_cut() -> None:
    many = rights(*(assigned("Reader", f"aaaaaaaa-0000-0000-0000-{number:012d}") for number in range(70)))
    texts = drawn(b"".join(who_can_svg(READ, RG, list(many.who_may(READ, RG)), many)))
    assert any("the first 60 of 70" in text for text in texts)
    wide = rights(*(assigned("Reader", scope=f"{SUB}/resourceGroups/g{number}") for number in range(50)))
    texts = drawn(b"".join(what_can_svg(wide.grants.principals.find(ME), Reach(wide, ()))))
    assert any("the first 40 of 50" in text for text in texts)


def test_identities_of_one_name_are_told_apart() -> None:
    ids = [
        res(
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            "app",
            {"principalId": who},
            f"{SUB}/resourceGroups/{at}",
        )
        for who, at in ((ME, "eu"), (YOU, "us"))
    ]
    told = asked(rights(*ids, assigned("Reader"), assigned("Reader", YOU)))
    assert "app in eu (managed identity)" in told
    assert "app in us (managed identity)" in told
