"""How far somebody gets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.access.made import AUTH, HOLE, ME, RG, SUB, YOU, assigned, facts, graph, group, res, rights, role_id

from everward.estate import Resource
from everward.facts.access.escalation import escalations
from everward.facts.access.radius import Radius, Reach
from everward.facts.access.rights import Rights, Verdict
from everward.values import Origin, Unknown

TYPES = ("Microsoft.Storage/storageAccounts", "Microsoft.Network/virtualNetworks", "Microsoft.Compute/disks")
ROLES = ("Owner", "Reader", "Storage Account Contributor", "Network Contributor", "Contributor")
GROUPS = (f"{SUB}/resourceGroups/a", f"{SUB}/resourceGroups/ab", f"{SUB}/resourceGroups/b")


def account(name: str, scope: str = RG, **more: Any) -> Resource:
    return res("Microsoft.Storage/storageAccounts", name, {"allowSharedKeyAccess": False}, scope, **more)


def reached(*resources: Resource, who: str = ME, activated: bool = False) -> tuple[Reach, Radius]:
    made = rights(*resources)
    reach = Reach(made, escalations(made))
    return reach, reach.of(made.grants.principals.of(who), activated=activated)


def names(reach: Reach, mask: int) -> list[str]:
    return sorted(item.name for index, item in enumerate(reach.resources) if mask >> index & 1)


@given(
    st.lists(st.tuples(st.sampled_from(TYPES), st.sampled_from(GROUPS), st.integers(0, 3)), unique=True, max_size=8),
    st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from((*GROUPS, SUB, "/", f"{SUB}/x"))), max_size=4),
    st.sampled_from(("write", "delete")),
)
def test_it_is_what_asking_for_each_resource_says(
    items: list[tuple[str, str, int]], held: list[tuple[str, str]], verb: str
) -> None:
    """Differential: sets of bits against the evaluator of rights, resource by resource."""
    made = [res(type_, f"n{number}", {}, scope) for type_, scope, number in items]
    answers: Rights = rights(*made, *(assigned(role, scope=scope) for role, scope in held))
    reach = Reach(answers, ())
    me = answers.grants.principals.of(ME)
    mask = reach.of(me).writes if verb == "write" else reach.of(me).deletes
    for index, item in enumerate(reach.resources):
        allowed = answers.may(me, f"{item.type}/{verb}", item.id, data=False).verdict is Verdict.ALLOWED
        assert bool(mask >> index & 1) is allowed


def test_parts_and_neighbours() -> None:
    child = res("Microsoft.Storage/storageAccounts/blobServices", "st/default", {})
    reach, radius = reached(account("st"), child, account("st2"), assigned("Contributor", scope=account("st").id))
    assert names(reach, radius.writes) == ["default", "st"]


def test_management_groups_reach_their_subscriptions() -> None:
    above = "/providers/Microsoft.Management/managementGroups/corp"
    member = Resource(
        f"{above}{SUB}", "Microsoft.Management/managementGroups/subscriptions", SUB[15:], {}, Origin(source="x")
    )
    reach, radius = reached(account("st"), member, assigned("Owner", scope=above))
    assert names(reach, radius.writes) == ["st"]
    assert not reached(account("st"), assigned("Owner", scope=above))[1].writes


@pytest.mark.parametrize(
    ("level", "role", "writes", "deletes"),
    [
        ("CanNotDelete", "Contributor", 1, 0),
        ("ReadOnly", "Contributor", 0, 0),
        ("CanNotDelete", "Owner", 1, 1),
        ("ReadOnly", "Owner", 1, 1),
    ],
)
def test_locks_stop_those_who_cannot_take_them_away(level: str, role: str, writes: int, deletes: int) -> None:
    lock = res(f"{AUTH}/locks", "l", {"level": level})
    _, radius = reached(account("st"), lock, assigned(role))
    assert (radius.writes.bit_count(), radius.deletes.bit_count()) == (writes, deletes)


def test_deny_assignments_stop_too() -> None:
    body = {"permissions": [{"actions": ["*/delete"]}], "principals": [{"id": ME}], "scope": RG}
    _, radius = reached(account("st"), res(f"{AUTH}/denyAssignments", "d", body), assigned("Owner"))
    assert (radius.writes.bit_count(), radius.deletes.bit_count()) == (1, 0)
    other = {**body, "principals": [{"id": YOU}]}
    _, radius = reached(account("st"), res(f"{AUTH}/denyAssignments", "d", other), assigned("Owner"))
    assert radius.deletes.bit_count() == 1


def test_conditions_and_what_is_not_certain_do_not_count() -> None:
    assert not reached(account("st"), assigned("Owner", condition="1 NumericEquals 1"))[1].writes
    assert not reached(account("st"), assigned("Owner", scope=RG, roleDefinitionId=HOLE))[1].writes


def test_what_others_can_counts() -> None:
    app = res("Microsoft.ManagedIdentity/userAssignedIdentities", "app", {"principalId": YOU})
    vault = res("Microsoft.KeyVault/vaults", "kv", {"enableRbacAuthorization": True})
    reads = assigned("Key Vault Secrets User", YOU, vault.id)
    writes = assigned("Storage Blob Data Contributor", YOU, account("st").id)
    becomes = assigned("Managed Identity Operator", ME, app.id)
    _, radius = reached(app, vault, account("st"), reads, writes, becomes)
    assert [one.name for one in radius.becomes] == ["app"]
    assert ([item.name for item in radius.secrets], [item.name for item in radius.stores]) == (["kv"], ["st"])
    assert not radius.unlimited


def test_groups_count() -> None:
    user = graph("users", ME, id=ME)
    _, radius = reached(user, group("g", ME), account("st"), assigned("Owner", "g"))
    assert (radius.writes.bit_count(), radius.unlimited) == (1, True)


def eligible(role: str) -> Resource:
    body = {"principalId": ME, "roleDefinitionId": f"/x/{role_id(role)}", "scope": RG}
    return res(f"{AUTH}/roleEligibilityScheduleInstances", "e", body)


def test_what_must_be_activated_counts_apart() -> None:
    _, now = reached(account("st"), eligible("Contributor"))
    _, later = reached(account("st"), eligible("Contributor"), activated=True)
    assert (now.writes.bit_count(), later.writes.bit_count()) == (0, 1)
    [fact] = facts(account("st"), eligible("Contributor"), kind="blastRadius")
    assert (fact["writes"], fact["afterActivation"]) == (0, {"writes": 1, "deletes": 1})


def test_whoever_deploys_can_change_what_is_declared() -> None:
    declared = account("st", origin=Origin(source="terraform", file="main.tf", line=1))
    hole = Unknown(reason="read", decided_by=("data.azurerm_client_config.me.object_id",))
    [fact] = [
        one
        for one in facts(declared, account("other"), assigned("Reader", hole), kind="blastRadius")
        if one["principalKind"] == "deployer"
    ]
    assert (fact["writes"], fact["resources"], fact["writeShare"]) == (1, 2, 0.5)


def cluster(stamp: str) -> Resource:
    origin = Origin(source="terraform", file="m.tf", line=1, address=f'module.stamp["{stamp}"].azurerm_aks.a')
    return res("Microsoft.ContainerService/managedClusters", stamp, {}, origin=origin)


def test_facts_tell_how_far() -> None:
    made = facts(cluster("eu"), cluster("us"), account("st"), assigned("Contributor"), kind="blastRadius")
    [fact] = made
    assert (fact["stamps"], fact["allStamps"], fact["unlimited"]) == (2, True, False)
    assert fact["summary"] == f"`{ME}` (principal) changes 3 and deletes 3 of 3 resources"
    [fact] = facts(cluster("eu"), cluster("us"), assigned("Contributor", scope=cluster("eu").id), kind="blastRadius")
    assert (fact["stamps"], fact["allStamps"]) == (1, False)
    [owner] = facts(account("st"), assigned("Owner"), kind="blastRadius")
    assert owner["summary"].endswith("and can give rights to anybody")
