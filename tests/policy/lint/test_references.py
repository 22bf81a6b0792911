"""Deprecated definitions, copies of known ones, and initiatives."""

from typing import Any

from tests.policy.lint.linting import IS_STORAGE, OLD_TLS, definition, lint, said

from everward.policy.lint import Known, fingerprint, is_deprecated

GUID = "11111111-1111-1111-1111-111111111111"
ID = f"/providers/Microsoft.Authorization/policyDefinitions/{GUID}"
BUILT_IN = {
    "name": GUID,
    "properties": {
        "displayName": "[Deprecated]: Storage uses TLS",
        "metadata": {"deprecated": True, "supersededBy": "other", "version": "2.1.0"},
        "parameters": {"level": {}, "Effect": {}},
        "policyRule": {
            "IF": {"ALLOF": [{"Field": OLD_TLS["field"].upper(), "NotEquals": "tls1_2"}, IS_STORAGE]},
            "then": {"effect": "Audit"},
        },
    },
}


def test_a_copy_is_found_whatever_its_case_order_and_spacing() -> None:
    known = Known([BUILT_IN, {"no": "definition"}, {"properties": {"policyRule": {}}}])
    assert len(known) == 1
    (message,) = said(definition(), "duplicate-of-builtin", known=known)
    assert GUID in message
    assert (
        said(
            definition({"allOf": [IS_STORAGE, {**OLD_TLS, "notEquals": "TLS1_1"}]}), "duplicate-of-builtin", known=known
        )
        == []
    )
    assert said({**definition(), "name": GUID}, "duplicate-of-builtin", known=known) == []


def test_rules_that_many_share_are_no_copies() -> None:
    plain = definition(IS_STORAGE)
    assert said({**plain, "name": "other"}, "duplicate-of-builtin", known=Known([plain])) == []
    manual = definition(effect="manual", details={})
    assert said({**manual, "name": "other"}, "duplicate-of-builtin", known=Known([manual])) == []


def test_what_rules_say_is_compared_without_what_does_not_matter() -> None:
    def rule(**condition: Any) -> str | None:
        return fingerprint({"if": condition, "then": {"effect": "audit"}})

    assert rule(value="[concat( 'a','b' )]", equals=1) == rule(value="[CONCAT('a', 'b')]", Equals=1)
    assert rule(field="kind", match="Ab") != rule(field="kind", match="aB")
    assert rule(**{"field": "kind", "in": ["a", "b"]}) == rule(**{"field": "KIND", "in": ["B", "A"]})
    assert rule(value="[oops(]", equals=1) is not None
    deep: Any = {}
    for _ in range(2000):
        deep = {"not": deep}
    assert fingerprint(deep) is None
    known = Known([{"name": "deep", "properties": {"policyRule": deep}}])
    assert known.same_rule(deep) == []


def test_what_says_that_it_is_deprecated_is_told() -> None:
    assert said(definition(displayName="[Deprecated]: x"), "deprecated") == ["it says of itself that it is deprecated"]
    assert is_deprecated("x", {"deprecated": "true"})
    assert not is_deprecated("Deprecated APIs are not used", {})


def initiative(*references: Any, **properties: Any) -> dict[str, Any]:
    return {
        "name": "set",
        "properties": {
            "displayName": "Ours",
            "description": "All of ours.",
            "metadata": {"category": "a", "version": "1"},
            "policyDefinitions": list(references),
            **properties,
        },
    }


def reference(name: str = "one", **more: Any) -> dict[str, Any]:
    return {"policyDefinitionReferenceId": name, "policyDefinitionId": ID, **more}


def test_a_sound_initiative_has_no_remarks() -> None:
    groups = [{"name": "G1"}]
    made = initiative(
        reference(
            groupNames=["g1"], definitionVersion="2.*.*", parameters={"LEVEL": {"value": "[parameters('level')]"}}
        ),
        reference("two", definitionVersion="1.0.*-preview"),
        policyDefinitionGroups=groups,
        parameters={"level": {"type": "String", "metadata": {"displayName": "a", "description": "b"}}},
    )
    assert lint(made) == []


def test_references_to_what_is_deprecated_are_told() -> None:
    (remark,) = lint(initiative(reference()), known=Known([BUILT_IN]))
    assert (remark.rule, remark.help) == ("deprecated", "use `other`")
    assert remark.message == "`[Deprecated]: Storage uses TLS` is deprecated"
    assert remark.path == "properties.policyDefinitions[0].policyDefinitionId"


def test_what_azure_rejects_of_an_initiative_is_told() -> None:
    made = initiative(
        reference(),
        reference("ONE"),
        reference("three", groupNames=["G2", "Z"], definitionVersion="latest", parameters={"a": 1}),
        {"policyDefinitionReferenceId": "four"},
        reference("five", policyDefinitionId="TLS"),
        7,
        policyDefinitionGroups=[{"name": "G1"}],
    )
    assert sorted(said(made, "initiative")) == [
        "`TLS` is not the id of a definition",
        "`latest` is no version",
        "a policy of the initiative has no `policyDefinitionId`",
        "a policy of the initiative is not an object",
        "the group `G2` is not declared",
        "the group `Z` is not declared",
        "the parameter `a` has no `value`",
        "the reference id `ONE` stands twice",
    ]
    assert said(initiative(reference(groupNames=["G"])), "initiative") == ["the group `G` is not declared"]
    assert said({"properties": {"policyDefinitions": {}}}, "initiative") == ["`policyDefinitions` is not an array"]


def test_parameters_that_a_known_policy_lacks_are_told() -> None:
    known = Known([BUILT_IN])
    passed = {"levl": {"value": "x"}, "effect": {"value": "Audit"}}
    made = initiative(reference(parameters=passed, definitionVersion="2.*.*"))
    (message,) = said(made, "initiative", known=known)
    assert message == "`[Deprecated]: Storage uses TLS` has no parameter `levl`"
    older = initiative(reference(parameters=passed, definitionVersion="1.*.*"))
    assert said(older, "initiative", known=known) == []


def test_a_definition_of_the_own_folder_is_named_by_its_name() -> None:
    made = {"properties": {"displayName": "Ours", "policyDefinitions": [{"policyDefinitionName": GUID}]}}
    assert said(made, "initiative") == []
    (message,) = said(made, "deprecated", known=Known([BUILT_IN]))
    assert "is deprecated" in message
    made["properties"]["policyDefinitions"] = [{"policyDefinitionId": GUID}, {}]
    assert len(said(made, "initiative")) == 2
