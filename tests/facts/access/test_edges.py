"""Every step by which rights grow: that it is one, what is gained by it, and when it is none."""

from typing import Any

import pytest
from tests.facts.access.made import AUTH, HOLE, ME, RG, SUB, YOU, assigned, graph, group, res, rights

from everward.estate import Resource
from everward.facts.access.edges import ELEVATE, OPERATIONS, Edge, Operation
from everward.facts.access.escalation import Escalation, escalations, key_readers
from everward.facts.access.rights import Rights
from everward.facts.access.roles import operations
from everward.values import Unknown

IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
OPENED = {
    "enabledForTemplateDeployment": True,
    "adminUserEnabled": True,
}
"""Switches that make a step one, wherever a type has them."""


def only(*names: str, data: bool = False, **more: Any) -> Resource:
    """A custom role that grants these operations and no other."""
    permission = {("dataActions" if data else "actions"): list(names), **more}
    return res(f"{AUTH}/roleDefinitions", "only", {"roleName": "only", "permissions": [permission]}, SUB)


def spelled(operation: Operation) -> str:
    """The type of an operation, in the case that it has in the operation's name."""
    [type_] = operation.types
    return operation.name[: len(type_)] if operation.name.lower().startswith(type_) else type_


def target(operation: Operation) -> Resource:
    identity = {"type": "UserAssigned", "userAssignedIdentities": {f"{RG}/providers/{IDENTITY}/app": {}}}
    type_ = spelled(operation)
    name = "app" if operation.edge is Edge.ATTACH else "thing"
    # Rights of the data plane count where a vault takes roles.
    return res(type_, name, {**OPENED, "enableRbacAuthorization": operation.data}, body={"identity": identity})


def taken(made: Rights) -> list[Escalation]:
    return [step for step in escalations(made) if step.principal.key == ME]


def kinds(*resources: Resource) -> set[Edge]:
    return {step.edge for step in taken(rights(*resources))}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.edge}-{one.name}-{one.types}")
def test_each_operation_is_a_step_of_its_kind(operation: Operation) -> None:
    control, data = operations()
    assert operation.name.lower() in (data if operation.data else control)
    scope = "/" if operation.name == ELEVATE else RG
    held = assigned("only", scope=scope)
    resources = [target(operation)] if operation.types else []
    if operation.edge is not Edge.ATTACH:
        resources.append(res(IDENTITY, "app", {}))
    made = rights(only(operation.name, data=operation.data), held, *resources)
    steps = [step for step in taken(made) if (step.operation, step.edge) == (operation.name, operation.edge)]
    assert [(step.edge, step.certain, step.standing) for step in steps] == [(operation.edge, True, True)]
    gained = [one.name for one in steps[0].gains]
    if operation.edge in (Edge.RUN_AS, Edge.POLICY, Edge.ATTACH):
        assert gained == ["app"]
    elif operation.edge is not Edge.KEYS:
        assert gained == []


@pytest.mark.parametrize("edge", [Edge.RUN_AS, Edge.POLICY])
def test_without_an_identity_nothing_is_gained(edge: Edge) -> None:
    for operation in (one for one in OPERATIONS if one.edge is edge):
        bare = res(spelled(operation), "thing", {})
        assert edge not in kinds(only("*"), assigned("only"), bare)
        assert edge not in kinds(only(operation.name, data=operation.data), assigned("only"), bare)


def test_every_kind_is_there() -> None:
    by_operation = {operation.edge for operation in OPERATIONS}
    assert set(Edge) - by_operation == {Edge.DIRECTORY, Edge.PIPELINE, Edge.FEDERATED}


WRITE, POLICY = "Microsoft.KeyVault/vaults/write", "Microsoft.KeyVault/vaults/accessPolicies/write"
GRANT = f"{AUTH}/roleAssignments/write"


def vault(by_role: Any) -> Resource:
    return res("Microsoft.KeyVault/vaults", "kv", {"enableRbacAuthorization": by_role})


def test_a_vault_is_made_to_take_policies_by_those_who_assign_roles() -> None:
    held = assigned("only")
    assert Edge.VAULT in kinds(only(WRITE), held, vault(False))
    assert Edge.VAULT not in kinds(only(WRITE), held, vault(True))
    assert Edge.VAULT in kinds(only(WRITE, GRANT), held, vault(True))
    assert Edge.VAULT not in kinds(only(WRITE, GRANT, condition="1 NumericEquals 1"), held, vault(True))
    [step] = [one for one in taken(rights(only(WRITE), held, vault(HOLE))) if one.edge is Edge.VAULT]
    assert isinstance(step.certain, Unknown)


def test_policies_of_a_vault_that_takes_roles_are_nothing() -> None:
    assert Edge.VAULT in kinds(only(POLICY), assigned("only"), vault(False))
    assert Edge.VAULT not in kinds(only(POLICY), assigned("only"), vault(True))


def test_a_vault_hands_secrets_to_deployments_where_it_is_told_to() -> None:
    deploy = only("Microsoft.KeyVault/vaults/deploy/action")
    for told, step in ((True, True), (False, False)):
        opened = res("Microsoft.KeyVault/vaults", "kv", {"enabledForTemplateDeployment": told})
        assert (Edge.VAULT in kinds(deploy, assigned("only"), opened)) is step


def test_disks_that_are_handed_out_to_nobody() -> None:
    role = only("Microsoft.Compute/disks/beginGetAccess/action")
    for policy, step in (("AllowAll", True), ("DenyAll", False)):
        disk = res("Microsoft.Compute/disks", "d", {"networkAccessPolicy": policy})
        assert (Edge.KEYS in kinds(role, assigned("only"), disk)) is step


def test_whoever_lists_keys_has_them() -> None:
    account = res("Microsoft.Storage/storageAccounts", "st", {})
    made = rights(only("Microsoft.Storage/storageAccounts/listKeys/action"), assigned("only"), account)
    [step] = taken(made)
    assert [one.kind for one in step.gains] == ["key"]
    assert [one.key for one in key_readers(made, account)] == [ME]
    rule = res("Microsoft.EventHub/namespaces/authorizationRules", "ns/r", {"rights": ["Send"]})
    space = res("Microsoft.EventHub/namespaces", "ns", {})
    lists = only("Microsoft.EventHub/namespaces/authorizationRules/listKeys/action")
    assert [one.key for one in key_readers(rights(lists, assigned("only"), rule, space), rule)] == [ME]


def gains(*resources: Resource, who: str = ME) -> list[tuple[str, str]]:
    steps = (step for step in escalations(rights(*resources)) if step.principal.key == who)
    return [(step.operation, one.name) for step in steps if step.edge is Edge.DIRECTORY for one in step.gains]


def holding(kind: str = "sp", **more: Any) -> list[Resource]:
    """A service principal, and a group, that hold rights."""
    service = graph("servicePrincipals", "sp", id="sp", appId="c", displayName="app")
    return [service, assigned("Contributor", "sp"), group("ops", **more), assigned("Reader", "ops")]


def test_owners_become_what_they_own() -> None:
    registration = graph("applications", "reg", id="reg", appId="c", displayName="app", owners=[{"id": ME}])
    alone = graph("applications", "alone", id="alone", appId="d", owners=[{"id": ME}])
    assert gains(*holding(), registration, alone) == [("owner of `app`", "app")]
    assert gains(*holding(owners=[{"id": ME}])) == [("owner of `ops`", "ops")]
    inside = graph("groups", "inner", id="inner", displayName="inner", owners=[{"id": YOU}])
    outer = group("outer", "inner")
    assert gains(inside, outer, assigned("Owner", "outer"), who=YOU) == [("owner of `inner`", "inner")]
    assert gains(inside, who=YOU) == []


def directory_role(role: str, who: str = ME) -> Resource:
    return graph("roleAssignments", "r", principalId=who, roleDefinitionId=role)


APPLICATIONS = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"


def permission(role: str) -> Resource:
    return graph("appRoleAssignedTo", "r", principalId=ME, appRoleId=role)


@pytest.mark.parametrize(
    ("held", "reached"),
    [
        (directory_role(APPLICATIONS), ["app"]),
        (directory_role("158c047a-c907-4556-b7ef-446551a6b5f7"), ["app"]),
        (directory_role("fdd7a751-b60b-444a-984c-02652fe8fa1c"), ["ops"]),
        (permission("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"), ["app"]),
        (permission("dbaae8cf-10b5-4b86-a4a1-f871c94c6695"), ["ops"]),
        (permission("00000000-0000-4000-8000-000000000000"), []),
        (
            graph("directoryRoles", "r", roleTemplateId="9B895D92-2cd3-44c7-9d02-a6ac2d5ea5c3", members=[{"id": ME}]),
            ["app"],
        ),
    ],
)
def test_roles_of_the_directory(held: Resource, reached: list[str]) -> None:
    assert [name for _, name in gains(*holding(), held)] == reached


def test_groups_for_roles_of_the_directory_are_kept_from_most() -> None:
    groups, everything = "fdd7a751-b60b-444a-984c-02652fe8fa1c", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"
    assert gains(*holding(isAssignableToRole=True), directory_role(groups)) == []
    names = {name for _, name in gains(*holding(isAssignableToRole=True), permission(everything))}
    assert names == {"app", "ops"}


def test_whoever_manages_all_roles_can_elevate_themselves() -> None:
    made = rights(directory_role("62e90394-69f5-4237-9190-012177145e10"))
    assert [(step.edge, step.operation) for step in taken(made)] == [(Edge.GRANT, ELEVATE)]


def test_tokens_that_an_identity_trusts() -> None:
    credential = res(
        f"{IDENTITY}/federatedIdentityCredentials", "app/c",
        {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:a/b:ref:refs/heads/main"},
    )  # fmt: skip
    made = rights(res(IDENTITY, "app", {}), credential)
    [step] = escalations(made)
    assert (step.edge, step.principal.kind, step.operation) == (Edge.FEDERATED, "token", "token of github")
    assert [one.name for one in step.gains] == ["app"]
