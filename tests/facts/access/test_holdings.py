"""What single grants mean: who can give rights, purge, escalate, read a whole vault, write documents."""

from typing import Any

import pytest
from tests.facts.access.test_rights import (
    AUTH,
    CONTRIBUTOR,
    HOLE,
    ME,
    OWNER,
    READER,
    RG,
    SECRET,
    SUB,
    YOU,
    after,
    assigned,
    defined,
    denied,
    identity,
    policy,
    res,
    role_id,
    schedule,
    vault,
)

from everward.estate import Estate, Reading, Resource
from everward.facts.access.facts import AccessAnalysis
from everward.facts.access.powers import level
from everward.facts.interface import with_facts
from everward.values import Unknown

THEM = "aaaaaaaa-0000-0000-0000-000000000003"
PURGE = "Microsoft.KeyVault/vaults/secrets/purge/action"
ROLE_WRITE = f"{AUTH}/roleAssignments/write"
REQUEST = f"@Request[{AUTH}/roleAssignments"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
ACCOUNT = f"{RG}/providers/{COSMOS}/db"
DEPLOYER = Unknown(reason="known after apply", decided_by=("data.azurerm_client_config.current.object_id",))


def facts(kind: str, *resources: Resource) -> list[Resource]:
    estate = with_facts(Estate([Reading("terraform", "test", list(resources))]), [AccessAnalysis()])
    return list(estate.of_type(f"Everward.Access/{kind}"))


def grant(name: str, *resources: Resource) -> Any:
    """A property of the only grant."""
    [found] = facts("grants", *resources)
    return found.get(f"properties.{name}")


def limited(test: str) -> str:
    return f"((!(ActionMatches{{'{ROLE_WRITE}'}})) OR ({test}))"


@pytest.mark.parametrize(
    ("role", "gives"),
    [(OWNER, True), ("User Access Administrator", True), (CONTRIBUTOR, False), (READER, False)],
)
def test_who_can_give_rights(role: str, gives: bool) -> None:
    assert grant("grantsRights", assigned(role)) is gives


@pytest.mark.parametrize(
    ("condition", "gives"),
    [
        (limited(f"{REQUEST}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{role_id('AcrPull')}}}"), False),
        (limited(f"{REQUEST}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{role_id(OWNER)}}}"), True),
        (
            limited(
                f"{REQUEST}:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals "
                f"{{{role_id(OWNER)}, {role_id('User Access Administrator')}, {role_id(CONTRIBUTOR)}, "
                f"{role_id('Role Based Access Control Administrator')}}}"
            ),
            False,
        ),
        (limited(f"{REQUEST}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'Group'}}"), True),
        (limited(f"{REQUEST}:PrincipalId] ForAnyOfAnyValues:GuidEquals {{{YOU}}}"), True),
        (f"(!(ActionMatches{{'{ROLE_WRITE}'}}))", False),
    ],
)
def test_a_condition_can_leave_harmless_roles_only(condition: str, gives: bool) -> None:
    assert grant("grantsRights", assigned("Role Based Access Control Administrator", condition=condition)) is gives


def test_a_condition_inside_the_role_counts() -> None:
    assert grant("grantsRights", assigned("Key Vault Data Access Administrator")) is False


def test_a_condition_that_cannot_be_read_is_open() -> None:
    assert isinstance(grant("grantsRights", assigned(OWNER, condition="what?")), Unknown)


def test_a_deny_assignment_takes_the_power_away() -> None:
    deny = denied([{"id": ME}], permissions=[{"actions": ["*"]}])
    assert grant("grantsRights", assigned(OWNER), deny) is False


def test_a_custom_role_that_can_do_all_but_give_rights() -> None:
    role = defined("all", {"actions": ["*"], "notActions": [f"{AUTH}/*/write"]})
    assert grant("grantsRights", role, assigned("all")) is False
    assert grant("changesEverything", role, assigned("all")) is True
    assert grant("changesEverything", role, assigned(READER)) is False


def test_who_purges_vaults() -> None:
    assert grant("purges", vault(None, policy(secrets=["Get", "Purge"]))) is True
    assert grant("purges", vault(None, policy(secrets=["all"]))) is False
    assert isinstance(grant("purges", vault(None, policy(secrets=HOLE))), Unknown)
    assert grant("purges", assigned("Key Vault Administrator")) is True
    assert grant("purges", assigned("Key Vault Purge Operator", scope=SUB)) is True
    assert grant("purges", assigned("Key Vault Purge Operator", scope="/")) is True
    assert grant("purges", assigned("Key Vault Purge Operator", scope=RG)) is False, "deleted vaults are in no group"
    assert grant("purges", assigned(CONTRIBUTOR, scope=SUB)) is False
    assert grant("deletes", assigned("Key Vault Administrator")) is True


def test_a_role_purges_nothing_where_every_vault_takes_policies() -> None:
    assert grant("purges", assigned("Key Vault Administrator"), vault(False)) is False
    assert grant("purges", assigned("Key Vault Administrator"), vault(True)) is True
    assert isinstance(grant("purges", assigned("Key Vault Administrator"), vault(HOLE)), Unknown)


def test_an_assignment_whose_role_nobody_knows_is_a_grant_that_is_open() -> None:
    for said in (HOLE, f"{SUB}/providers/{AUTH}/roleDefinitions/gone"):
        body = {"principalId": ME, "principalType": "User", "roleDefinitionId": said}
        [found] = facts("grants", res(f"{AUTH}/roleAssignments", "a", body, RG))
        assert (found.get("properties.person"), found.get("properties.scopeKind")) == (True, "resourceGroup")
        for name in ("grantsRights", "purges", "escalates", "privileged"):
            hole = found.get(f"properties.{name}")
            assert isinstance(hole, Unknown)
            assert hole.decided_by


def test_access_policies_that_nobody_knows_are_a_grant_that_is_open() -> None:
    [found] = facts("grants", res("Microsoft.KeyVault/vaults", "kv", {"accessPolicies": HOLE}))
    assert (found.get("properties.kind"), found.get("properties.scopeType")) == (
        "access policy",
        "Microsoft.KeyVault/vaults",
    )
    assert isinstance(found.get("properties.purges"), Unknown)


def test_an_eligible_role_that_nobody_knows_is_no_grant() -> None:
    assert facts("grants", schedule("roleEligibilityScheduleInstances", "gone")) == []


def test_who_holds_it_may_be_open() -> None:
    assert grant("person", assigned(READER, principalType="User")) is True
    assert grant("person", assigned(READER, principalType="ForeignGroup")) is True
    assert grant("person", assigned(READER, principalType="ServicePrincipal")) is False
    assert isinstance(grant("person", assigned(READER)), Unknown)
    found = facts("grants", assigned(READER), assigned(OWNER, principalType="User"))
    assert [item.get("properties.person") for item in found] == [True, True]


def test_what_activation_asks_for_may_be_open() -> None:
    assert isinstance(grant("approval", schedule("roleEligibilityScheduleInstances")), Unknown)
    assert grant("approval", assigned(OWNER)) is None


def machine() -> Resource:
    carried = {"type": "UserAssigned", "userAssignedIdentities": {identity("vm").id: {}}}
    return res("Microsoft.Compute/virtualMachines", "m", {}, identity=carried)


def holding(name: str, role: str, *resources: Resource) -> Resource:
    """The grant of an identity."""
    given = assigned(role, after(f"azurerm_user_assigned_identity.{name}.principal_id"))
    found = facts("grants", identity(name), given, *resources)
    return next(item for item in found if item.get("properties.principalName") == name)


def test_code_acts_as_some_identities() -> None:
    assert holding("vm", READER, machine()).get("properties.runsCode") is True
    assert holding("lone", READER).get("properties.runsCode") is True
    cluster = res(
        "Microsoft.ContainerService/managedClusters",
        "aks",
        {},
        identity={"userAssignedIdentities": {identity("cp").id: {}}},
    )
    assert holding("cp", READER, cluster).get("properties.runsCode") is False
    trusted = res(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", "cp/pods", {"subject": "s"}
    )
    assert holding("cp", READER, cluster, trusted).get("properties.runsCode") is True
    assert grant("runsCode", assigned(READER)) is False


def test_steps_that_lead_to_more_are_told() -> None:
    found = holding("vm", "Virtual Machine Contributor", machine())
    assert found.get("properties.escalates") is False, "it can only become itself"
    other = identity("admin")
    attached = res("Microsoft.Compute/virtualMachines", "n", {}, identity={"userAssignedIdentities": {other.id: {}}})
    found = holding("vm", "Virtual Machine Contributor", machine(), other, attached)
    assert found.get("properties.escalates") is True
    steps: Any = found.get("properties.steps")
    assert {step["edge"] for step in steps} == {"runAsIdentity"}
    assert {gained for step in steps for gained in step["gains"]} == {"admin"}


def test_purging_is_told_apart_from_steps() -> None:
    held = policy(ME, secrets=["Get", "Backup", "Purge"])
    [found] = facts(
        "grants", res("Microsoft.ManagedIdentity/userAssignedIdentities", "app", {"principalId": ME}), vault(None, held)
    )
    assert found.get("properties.proof") == [
        "purges by Microsoft.KeyVault/vaults/secrets/purge/action on vault `kv`",
        "gains by Microsoft.KeyVault/vaults/secrets/backup/action on vault `kv`",
    ]


def test_guards_are_told_apart() -> None:
    group = res("Microsoft.Network/networkSecurityGroups", "nsg", {})
    found = holding("vm", "Network Contributor", group, machine())
    assert (found.get("properties.escalates"), found.get("properties.removesGuards")) == (False, True)


def secret(name: str, **more: Any) -> Resource:
    made = res("Microsoft.KeyVault/vaults/secrets", f"kv/{name}", {})
    return made if not more else Resource(made.id, made.type, made.name, made.body, made.origin, **more)


def reading(*resources: Resource) -> dict[str, tuple[Any, Any, Any]]:
    found = facts("readers", *resources)
    names = ("whole", "shared", "secrets")
    return {
        str(item.get("properties.principalName")): tuple(item.get(f"properties.{name}") for name in names)  # type: ignore[misc]
        for item in found
    }


def test_readers_of_a_vault_share_it() -> None:
    policies = [policy(ME, secrets=["Get"]), policy(YOU, secrets=["all"]), policy(DEPLOYER, secrets=["Get", "Set"])]
    found = reading(vault(None, *policies), secret("a"), secret("b"))
    assert found == {ME: (True, 2, 2), YOU: (True, 2, 2), "who deploys": (True, 2, 2)}


def test_how_many_secrets_there_are_may_be_open() -> None:
    assert isinstance(reading(vault(None, policy(secrets=["Get"])))[ME][2], Unknown)
    many = secret("a", cardinality=HOLE)
    assert reading(vault(None, policy(secrets=["Get"])), many)[ME][2] == HOLE
    assert reading(vault(None, policy(secrets=["Get"])), many, secret("b"))[ME][2] == 2


def test_a_role_at_one_secret_reads_that_one() -> None:
    [item] = facts(
        "readers",
        vault(True),
        secret("a"),
        secret("b"),
        assigned("Key Vault Secrets User", scope=f"{vault().id}/secrets/a"),
        assigned("Key Vault Reader", YOU, scope=f"{vault().id}/secrets/a"),
    )
    assert (item.get("properties.whole"), item.get("properties.shared"), item.get("properties.secrets")) == (
        False,
        0,
        1,
    )


def test_who_else_reads_may_be_open() -> None:
    role = defined("odd", {"dataActions": HOLE})
    found = reading(vault(True), secret("a"), role, assigned("odd"), assigned("Key Vault Secrets User", YOU))
    assert isinstance(found[YOU][1], Unknown)
    sure = [assigned("Key Vault Secrets User", who) for who in (YOU, THEM)]
    assert reading(vault(True), secret("a"), role, assigned("odd"), *sure)[YOU][1] == 2


def test_those_who_are_denied_or_must_activate_share_nothing() -> None:
    deny = denied([{"id": YOU}], permissions=[{"dataActions": [SECRET]}])
    held = [assigned("Key Vault Secrets User", who) for who in (ME, YOU)]
    assert reading(vault(True), secret("a"), deny, *held) == {ME: (True, 1, 1)}
    waiting = schedule("roleEligibilityScheduleInstances", "Key Vault Secrets User")
    assert reading(vault(True), secret("a"), waiting)[ME] == (True, 0, 1)


def data_role(scope: Any, role: str = "00000000-0000-0000-0000-000000000002", **more: Any) -> Resource:
    body = {"principalId": ME, "roleDefinitionId": f"{ACCOUNT}/sqlRoleDefinitions/{role}", "scope": scope}
    return res(f"{COSMOS}/sqlRoleAssignments", "db/a", body, **more)


def test_writers_of_documents() -> None:
    [item] = facts("documentRoles", data_role(ACCOUNT))
    assert (item.get("properties.level"), item.get("properties.writes")) == ("account", True)
    [item] = facts("documentRoles", data_role(f"{ACCOUNT}/dbs/orders", "00000000-0000-0000-0000-000000000001"))
    assert (item.get("properties.level"), item.get("properties.writes")) == ("database", False)
    [item] = facts("documentRoles", data_role(HOLE))
    assert item.get("properties.level") == HOLE
    own = res(
        f"{COSMOS}/sqlRoleDefinitions",
        "db/own",
        {"roleName": "Writer", "permissions": [{"dataActions": [f"{COSMOS}/sqlDatabases/containers/items/*"]}]},
    )
    [item] = facts("documentRoles", own, data_role(f"{ACCOUNT}/dbs/o/colls/c", "own"))
    assert (item.get("properties.level"), item.get("properties.writes")) == ("container", True)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (None, "account"),
        ("/", "account"),
        ("{data.azurerm_cosmosdb_account.global.id}/dbs/main", "database"),
        (f"{ACCOUNT}/sqlDatabases/o/containers/c", "container"),
        (f"{ACCOUNT.replace('/db', '/{var.name}')}", "account"),
    ],
)
def test_how_much_of_an_account_a_scope_covers(scope: str | None, expected: str) -> None:
    assert level(scope) == expected


def test_a_scope_that_is_not_known_covers_who_knows_what() -> None:
    assert isinstance(level("{var.scope}"), Unknown)
    assert level(HOLE) == HOLE


def at_run_time(text: str) -> Unknown:
    return Unknown(reason="known only at run time", text=text)


OWNERS = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (f"[concat('{SUB}', '/providers/{AUTH}/roleDefinitions/', '{OWNERS}')]", True),
        (f"[concat('/subscriptions/', subscription().id, '/providers/{AUTH}/roleDefinitions/', '{OWNERS}')]", True),
        (f"[concat('/providers/{AUTH}/roleDefinitions/', variables('a'), '{OWNERS}', '{OWNERS}')]", False),
        (f"[concat('/providers/{AUTH}/roleDefinitions/', parameters('role'))]", False),
    ],
)
def test_templates_join_the_id_of_a_role(text: str, known: bool) -> None:
    made = res(f"{AUTH}/roleAssignments", "a", {"principalId": ME, "roleDefinitionId": at_run_time(text)})
    [found] = facts("grants", made)
    assert (found.get("properties.role") == OWNER) is known


def test_templates_join_the_scope_of_a_data_role() -> None:
    for text, expected in (
        (f"[concat('{ACCOUNT}', '/dbs/one')]", "database"),
        ("[concat('nowhere', '/dbs/one')]", Unknown),
        (f"[concat('{ACCOUNT}' '/dbs/one')]", Unknown),
    ):
        [item] = facts("documentRoles", data_role(at_run_time(text)))
        found = item.get("properties.level")
        assert isinstance(found, Unknown) if expected is Unknown else found == expected


def test_policies_that_a_template_adds() -> None:
    given = {"accessPolicies": [policy(ME, secrets=["Get", "Purge"])]}
    for name, purges in (("add", [True]), ("replace", [True]), ("remove", [])):
        added = res("Microsoft.KeyVault/vaults/accessPolicies", f"kv/{name}", given)
        assert [item.get("properties.purges") for item in facts("grants", vault(None), added)] == purges


def test_templates_ask_for_the_identity_of_a_resource() -> None:
    own = at_run_time(f"[reference('{identity('app').id}', '2023-01-31').principalId]")
    [found] = facts("grants", identity("app"), assigned(READER, own))
    assert (found.get("properties.principalName"), found.get("properties.principalKind")) == ("app", "managed identity")
    cluster = res("Microsoft.ContainerService/managedClusters", "aks", {}, identity={"type": "SystemAssigned"})
    nodes = at_run_time(f"[reference('{cluster.id}').identityProfile.kubeletidentity.objectId]")
    whole = at_run_time(f"[reference('{cluster.id}', '2024-01-01', 'Full').identity.principalId]")
    found_two = facts("grants", cluster, assigned(READER, nodes), assigned(READER, whole))
    kinds = [item.get("properties.principalKind") for item in found_two]
    assert kinds == ["kubelet identity", "system identity"]


def test_what_a_template_will_know_is_told_apart_by_what_it_asks() -> None:
    texts = [f"[reference('/subscriptions/x/deployments/{name}').outputs.id.value]" for name in "ab"]
    policies = [policy(at_run_time(text), secrets=["Get"]) for text in texts]
    found = reading(vault(None, *policies), secret("s"), secret("t"))
    assert set(found) == set(texts)
    assert all(isinstance(shared, Unknown) for _, shared, _ in found.values()), "both may be the same one"
    assert reading(vault(None, policies[0]), secret("s"))[texts[0]] == (True, 0, 1)


def test_rules_of_activation_are_tied_to_a_role() -> None:
    rules = [{"id": "Enablement_EndUser_Assignment", "enabledRules": ["MultiFactorAuthentication"]}]
    policies = res(f"{AUTH}/roleManagementPolicies", "p", {"rules": rules, "scope": RG}, RG)
    role = f"{SUB}/providers/{AUTH}/roleDefinitions/{role_id(OWNER)}"
    tie = res(f"{AUTH}/roleManagementPolicyAssignments", "t", {"roleDefinitionId": role, "policyId": policies.id}, RG)
    waiting = schedule("roleEligibilityScheduleInstances")
    assert grant("multiFactor", waiting, policies, tie) is True
    assert isinstance(grant("multiFactor", waiting, policies), Unknown)
    address = "azurerm_role_management_policy.p"
    written = [
        res(f"{AUTH}/roleManagementPolicies", "q", {"rules": rules}, RG, declared=address),
        res(f"{AUTH}/roleManagementPolicyAssignments", "u", {"roleDefinitionId": role}, RG, declared=address),
    ]
    assert grant("multiFactor", waiting, *written) is True
