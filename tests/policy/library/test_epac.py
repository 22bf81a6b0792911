"""Assignments and exemptions as Enterprise Policy as Code keeps them."""

from typing import Any

import pytest

from everward.policy.assignment import load_assignment
from everward.policy.exemption import load_exemption
from everward.policy.library.epac import Made, assignments_in, exemptions_in, target_of
from everward.values import ProblemError

CORP = "/providers/Microsoft.Management/managementGroups/corp"
SUB = "/subscriptions/s1"
TREE: dict[str, Any] = {
    "nodeName": "/Root/",
    "scope": {"prod": [CORP, CORP], "test": [SUB]},
    "notScopes": {"*": ["/subscriptions/all"], "prod": ["/subscriptions/p"]},
    "parameters": {"effect": "Audit", "tag": "x"},
    "metadata": {"owner": "me"},
    "nonComplianceMessages": [{"message": "general"}],
    "assignment": {"name": "pre-", "displayName": "Pre ", "description": ""},
    "managedIdentityLocations": {"prod": "westeurope"},
    "children": [
        {
            "nodeName": "Set/",
            "definitionEntry": {"policySetName": "my-set", "definitionVersion": "1.*.*"},
            "assignment": {"name": "set", "displayName": "Set"},
            "parameters": {"effect": "Deny"},
            "enforcementMode": "DoNotEnforce",
            "overrides": [
                {"policySetName": "my-set", "effect": "Disabled", "policyDefinitionReferences": ["r1"]},
                {"effect": "Audit", "selectors": [{"kind": "resourceLocation", "in": ["a"]}]},
                {"kind": "policyEffect", "value": "Deny"},
            ],
        },
        {
            "nodeName": "List",
            "parameterFile": "table.csv",
            "definitionEntryList": [
                {"policyId": "/p1", "assignment": {"name": "-one", "displayName": "One", "append": True}},
                {"policyName": "two", "assignment": {"name": "two-", "displayName": "Two ", "append": False}},
                {"policySetId": "/s1"},
                7,
            ],
        },
        {"nodeName": "Off", "ignoreBranch": True, "definitionEntry": {"policyId": "/x"}},
        {"nodeName": "Empty"},
    ],
}


def of_node(node: str) -> list[Made]:
    return [made for made in assignments_in(TREE) if made.node == node]


def test_what_a_node_says_holds_below_it() -> None:
    prod, test = (load_assignment(made.document) for made in of_node("/Root/Set/"))
    assert (prod.scope, test.scope) == (CORP, SUB)
    assert prod.id == f"{CORP}/providers/Microsoft.Authorization/policyAssignments/pre-set"
    assert (prod.name, prod.display_name) == ("pre-set", "Pre Set")
    assert prod.definition_id == "/providers/Microsoft.Authorization/policySetDefinitions/my-set"
    assert prod.version == "1.*.*"
    assert prod.parameters == {"effect": "Deny", "tag": "x"}
    assert prod.not_scopes == ("/subscriptions/all", "/subscriptions/p")
    assert test.not_scopes == ("/subscriptions/all",)
    assert (prod.mode, prod.message(), prod.metadata) == ("DoNotEnforce", "general", {"owner": "me"})
    assert (prod.identity, prod.location, test.identity) == ("systemassigned", "westeurope", "none")
    assert [(item.kind, item.value, len(item.selectors)) for item in prod.overrides] == [
        ("policyEffect", "disabled", 1),
        ("policyEffect", "audit", 1),
        ("policyEffect", "deny", 0),
    ]


def test_a_list_of_definitions_gives_an_assignment_each() -> None:
    *whole, broken = of_node("/Root/List")
    made = [item for item in whole if item.document["properties"]["scope"] == SUB]
    assert [item.document["name"] for item in made] == ["pre--one", "two-pre-", "pre-"]
    assert [item.document["properties"]["policyDefinitionId"] for item in made] == [
        "/p1",
        "/providers/Microsoft.Authorization/policyDefinitions/two",
        "/s1",
    ]
    assert (broken.document, broken.lost) == ({}, "an element of its `definitionEntryList` is not an object")
    said = [item.lost for item in whole]
    assert said == ["its parameters stand in `table.csv`, a table that is not read", ""] * 3


def test_branches_that_are_switched_off_or_assign_nothing_give_nothing() -> None:
    assert of_node("/Root/Off") == of_node("/Root/Empty") == []
    assert list(assignments_in({"nodeName": "x", "definitionEntry": {"policyId": "/p"}})) == []
    assert target_of({}) == "/providers/Microsoft.Authorization/policyDefinitions/"


def test_a_deep_tree_ends() -> None:
    node: dict[str, Any] = {"nodeName": "end", "definitionEntry": {"policyId": "/p"}, "scope": {"a": [SUB]}}
    for _ in range(300):
        node = {"nodeName": "n", "children": [node]}
    ((_, document, lost),) = assignments_in(node)
    assert document == {}
    assert lost == "its nodes are more than 64 deep"


@pytest.mark.parametrize(
    ("children", "lost"),
    [
        (True, "its `children` are not an array"),
        (False, "its `children` are not an array"),
        ({}, "its `children` are not an array"),
        ([{"nodeName": "/a"}, 7], "one of its `children` is not an object"),
    ],
)
def test_branches_that_cannot_be_read_are_told(children: Any, lost: str) -> None:
    assert list(assignments_in({"nodeName": "root", "children": children})) == [Made("root", {}, lost)]


@pytest.mark.parametrize(
    ("overrides", "told"), [(True, "`overrides` is not an array"), ([5], "an element of `overrides` is not an object")]
)
def test_overrides_that_are_wrong_are_left_to_who_reads_the_assignment(overrides: Any, told: str) -> None:
    tree = {"nodeName": "r", "definitionEntry": {"policyId": "/p"}, "scope": {"d": [SUB]}, "overrides": overrides}
    (made,) = assignments_in({**tree, "assignment": {"name": "n"}})
    with pytest.raises(ProblemError, match=told):
        load_assignment(made.document)


def test_an_exemption_stands_for_each_of_its_scopes() -> None:
    document = {
        "exemptions": [
            {
                "name": "e1",
                "exemptionCategory": "Mitigated",
                "scopes": ["/subscriptions/s1", "other:/subscriptions/s2", 5],
                "policyDefinitionName": "d1",
                "expiresOn": "",
            },
            {"name": "e2", "exemptionCategory": "Waiver", "scope": SUB, "policyAssignmentId": "/a"},
            {"name": "e3"},
            7,
        ]
    }
    found = list(exemptions_in(document))
    # Whom nobody exempts is told: an exemption that is read as none would only be missed.
    assert [(item.node, item.lost) for item in found if item.lost] == [
        ("exemptions[0]", "it names no scope, or one that is no text"),
        ("exemptions[2]", "it names no scope, or one that is no text"),
        ("exemptions[3]", "it is not an object"),
    ]
    made = [load_exemption(item.document) for item in found if not item.lost]
    assert [(item.name, item.scope, item.category) for item in made] == [
        ("e1", "/subscriptions/s1", "Mitigated"),
        ("e1", "/subscriptions/s2", "Mitigated"),
        ("e2", SUB, "Waiver"),
    ]
    assert made[0].definition_id == "d1"
    assert made[0].expires_on is None
