"""No document breaks the readers of initiatives, assignments, exemptions and attestations."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.make import hole

from everward.policy.assignment import load_assignment
from everward.policy.attestation import load_attestation
from everward.policy.exemption import load_enrollment, load_exemption
from everward.policy.initiative import load_initiative
from everward.policy.problem import DefinitionError

KEYS = [
    "id",
    "name",
    "type",
    "properties",
    "policyDefinitions",
    "policyDefinitionId",
    "policyDefinitionReferenceId",
    "parameters",
    "value",
    "groupNames",
    "policyDefinitionGroups",
    "definitionVersion",
    "scope",
    "notScopes",
    "resourceSelectors",
    "selectors",
    "kind",
    "in",
    "notIn",
    "overrides",
    "enforcementMode",
    "nonComplianceMessages",
    "message",
    "identity",
    "metadata",
    "policyAssignmentId",
    "exemptionCategory",
    "expiresOn",
    "assignmentScopeValidation",
    "policyDefinitionReferenceIds",
    "complianceState",
    "evidence",
    "displayName",
]
WORDS = st.sampled_from(
    [
        "policyEffect",
        "resourceLocation",
        "deny",
        "1.*.*",
        "[parameters('x')]",
        "[",
        "[]",
        "[[a]",
        "2026-01-01",
        "",
        "/a/b",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | WORDS | st.just(hole())
NODES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)
LOADERS = (load_initiative, load_assignment, load_exemption, load_enrollment, load_attestation)


@pytest.mark.parametrize("load", LOADERS, ids=lambda load: str(load.__name__))
@given(node=NODES)
def test_a_document_is_read_or_told_to_be_wrong(load: Callable[[Any], object], node: Any) -> None:
    try:
        load(node)
    except DefinitionError as problem:
        said = problem.message
    else:
        said = "it is as it must be"
    assert said


@pytest.mark.parametrize("depth", [200, 100_000])
def test_values_that_nest_too_deeply_are_told(depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    document = {"policyDefinitions": [{"policyDefinitionId": "/d", "parameters": {"p": {"value": value}}}]}
    with pytest.raises(DefinitionError, match="nested deeper"):
        load_initiative(document)
