"""What is worked out, or told, once for many scopes is the same as for each."""

from typing import Any

import pytest
from tests.facts.access.made import AUTH, HOLE, ME, RG, SUB, YOU, assigned, res, rights

from everward.estate import Estate, Reading, Resource
from everward.facts.access.facts import AccessAnalysis
from everward.facts.interface import with_facts

OWNER = "Owner"
SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"


def denied(principals: Any) -> Resource:
    body = {"permissions": [{"actions": ["*"], "dataActions": ["*"]}], "principals": principals, "scope": RG}
    return res(f"{AUTH}/denyAssignments", "d", body, RG)


def test_what_one_grant_gives_in_the_same_way_on_several_things_is_one_fact_of_its_scope() -> None:
    machines = [
        res(
            "Microsoft.Compute/virtualMachines",
            name,
            {},
            body={"identity": {"type": "SystemAssigned", "principalId": name * 8}},
        )
        for name in ("a", "b", "c")
    ]
    stores = [res("Microsoft.Storage/storageAccounts", name, {}) for name in ("st1", "st2")]
    lone = res("Microsoft.ContainerRegistry/registries", "cr", {"adminUserEnabled": True})
    resources = [*machines, *stores, lone, assigned(OWNER, scope=SUB), assigned("Virtual Machine Contributor", YOU, RG)]
    found = with_facts(Estate([Reading("terraform", "test", resources)]), [AccessAnalysis()])
    facts = {
        (item.get("properties.principalName"), item.get("properties.edge"), item.get("properties.target")): item
        for item in found.of_type("Everward.Access/escalations")
    }
    for who, scope in ((ME, SUB), (YOU, RG)):
        runs = facts[who, "runAsIdentity", scope]
        assert runs.get("properties.targets") == [machine.id for machine in machines]
        assert runs.get("properties.gains") == [machine.name for machine in machines]
    assert facts[ME, "listKeys", SUB].get("properties.targets") == [store.id for store in stores]
    alone = [item for item in facts.values() if item.get("properties.targets") == [lone.id]]
    assert {item.get("properties.target") for item in alone} == {lone.id}


@pytest.mark.parametrize("more", [(), (denied([{"id": YOU}]),), (assigned("Reader", ME, "{var.scope}"),)])
def test_answers_about_one_scope_are_those_of_nobody_who_asked_about_another_before(more: tuple[Resource, ...]) -> None:
    policies = [{"objectId": ME, "permissions": {"secrets": ["get"]}}]
    vaults = [
        res("Microsoft.KeyVault/vaults", "roles", {"enableRbacAuthorization": True, "accessPolicies": []}),
        res("Microsoft.KeyVault/vaults", "policies", {"enableRbacAuthorization": False, "accessPolicies": policies}),
        res("Microsoft.KeyVault/vaults", "open", {"enableRbacAuthorization": HOLE, "accessPolicies": []}),
    ]
    away = res("Microsoft.Storage/storageAccounts", "far", {}, f"{SUB}/resourceGroups/other")
    stores = [res("Microsoft.Storage/storageAccounts", name, {}) for name in ("st1", "st2")]
    held = [assigned(OWNER, scope=SUB), assigned("Key Vault Secrets User", YOU), assigned(OWNER, YOU, stores[1].id)]
    resources = [*vaults, *stores, away, *held, *more]
    together = rights(*resources)
    asked = ((SECRET, True), ("Microsoft.Storage/storageAccounts/listKeys/action", False))
    for operation, data in asked:
        for item in (*vaults, *stores, away, *vaults):
            told = [(who.key, answer.verdict) for who, answer in together.who_may(operation, item.id, data=data)]
            alone = rights(*resources).who_may(operation, item.id, data=data)
            assert told == [(who.key, answer.verdict) for who, answer in alone]
