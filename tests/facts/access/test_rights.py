"""Effective rights: roles, scopes, deny assignments, conditions, policies of vaults, data roles, schedules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.estate import Estate, Reading, Resource
from everward.facts.access.conditions import Context
from everward.facts.access.dataroles import keys_count
from everward.facts.access.edges import Edge
from everward.facts.access.escalation import escalations
from everward.facts.access.facts import KEYS, AccessAnalysis, scope_kind
from everward.facts.access.grants import Standing
from everward.facts.access.patterns import covers, includes
from everward.facts.access.principals import EVERYONE
from everward.facts.access.radius import blast_radius
from everward.facts.access.rights import Answer, Rights, Verdict
from everward.facts.access.roles import Permission, Roles, built_in_roles, custom_role, is_data_operation, operations
from everward.facts.access.vaults import policy_permission
from everward.facts.interface import with_facts
from everward.values import Origin, Unknown

SUB = "/subscriptions/11111111-1111-1111-1111-111111111111"
RG = f"{SUB}/resourceGroups/rg"
HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
OWNER, READER, CONTRIBUTOR = "Owner", "Reader", "Contributor"
AUTH = "Microsoft.Authorization"
ME, YOU = "aaaaaaaa-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002"
WRITE, READ = "Microsoft.Storage/storageAccounts/write", "Microsoft.Storage/storageAccounts/read"
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
PURGE = "Microsoft.KeyVault/vaults/secrets/purge/action"


def role_id(name: str) -> str:
    return next((item.id for item in built_in_roles().values() if item.name == name), name)


def res(type_: str, name: str, properties: Any, scope: str = RG, declared: str | None = None, **more: Any) -> Resource:
    namespace, *types = type_.split("/")
    parts = "".join(f"/{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
    origin = Origin(source="terraform", file="main.tf", line=3, address=declared)
    id_ = f"{scope}/providers/{namespace}{parts}"
    return Resource(id_, type_, name.rpartition("/")[2], {"properties": properties, **more}, origin)


NUMBER = iter(range(10_000))
HERE = Origin(source="inventory")


def assigned(role: str, principal: Any = ME, scope: str = RG, **more: Any) -> Resource:
    body = {
        "principalId": principal,
        "roleDefinitionId": f"{SUB}/providers/{AUTH}/roleDefinitions/{role_id(role)}",
        **more,
    }
    return res(f"{AUTH}/roleAssignments", f"a{next(NUMBER)}", body, scope)


def defined(name: str, *permissions: dict[str, Any]) -> Resource:
    return res(f"{AUTH}/roleDefinitions", name, {"roleName": name, "permissions": list(permissions)}, SUB)


def denied(principals: Any, scope: str = RG, **more: Any) -> Resource:
    body = {"permissions": [{"actions": ["*"], "dataActions": ["*"]}], "principals": principals, "scope": scope, **more}
    return res(f"{AUTH}/denyAssignments", f"d{next(NUMBER)}", body, scope)


def rights(*resources: Resource) -> Rights:
    return Rights(Estate([Reading("inventory", "test", list(resources))]))


def may(made: Rights, operation: str = WRITE, scope: str = RG, who: str = ME, **more: Any) -> Answer:
    return made.may(made.grants.principals.of(who), operation, scope, **more)


@given(st.text("ab/*", max_size=6), st.text("ab/", max_size=6))
def test_patterns_are_what_their_definition_says(pattern: str, text: str) -> None:
    def slow(left: str, right: str) -> bool:
        if not left:
            return not right
        if left[0] == "*":
            return any(slow(left[1:], right[index:]) for index in range(len(right) + 1))
        return bool(right) and left[0] == right[0] and slow(left[1:], right[1:])

    assert covers(pattern, text) is slow(pattern, text)


def test_a_pattern_that_would_cover_nothing_is_meant_for_something() -> None:
    assign = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
    [operator] = [role for role in built_in_roles().values() if role.name == "Managed Identity Operator"]
    assert [pattern for _, pattern in operator.grants(assign)] == [
        "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"
    ]
    assert not any(operator.grants("Microsoft.ManagedIdentity/userAssignedIdentities/delete"))
    # By the letter this one covers parts of networks, so it is meant for these.
    parts = custom_role("r", Permission(actions=("Microsoft.Network/virtualNetworks/*/read",)))
    assert not any(parts.grants("Microsoft.Network/virtualNetworks/read"))


def test_patterns_within_patterns() -> None:
    assert includes("Microsoft.Compute/*", "microsoft.compute/virtualMachines/*/read")
    assert not includes("*/read", "Microsoft.Compute/*")
    assert includes("*", "*")
    assert not includes("Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/*")


def test_rights_reach_down_and_not_up() -> None:
    made = rights(assigned(CONTRIBUTOR))
    assert may(made, scope=f"{RG}/providers/Microsoft.Storage/storageAccounts/st").verdict is Verdict.ALLOWED
    assert may(made, scope=RG.upper()).verdict is Verdict.ALLOWED
    assert may(made, scope=SUB).verdict is Verdict.NOT_GRANTED
    assert may(made, scope=f"{RG}2").verdict is Verdict.NOT_GRANTED
    assert may(made, who=YOU).verdict is Verdict.NOT_GRANTED


def test_what_a_role_leaves_out_is_no_denial() -> None:
    write = "Microsoft.Authorization/roleAssignments/write"
    assert may(rights(assigned(CONTRIBUTOR)), write).verdict is Verdict.NOT_GRANTED
    both = may(rights(assigned(CONTRIBUTOR), assigned(OWNER)), write)
    assert both.verdict is Verdict.ALLOWED
    assert both.proofs[0].grant.role.name == OWNER


def test_the_planes_are_apart() -> None:
    made = rights(assigned(OWNER))
    assert may(made, BLOB).verdict is Verdict.NOT_GRANTED
    assert may(made, BLOB, data=False).verdict is Verdict.ALLOWED
    assert is_data_operation(BLOB.upper())
    assert not is_data_operation(WRITE)
    assert all(len(plane) > 3000 for plane in operations())


def test_management_groups_hold_subscriptions() -> None:
    group = "/providers/Microsoft.Management/managementGroups/corp"
    member = Resource(
        f"{group}{SUB}", "Microsoft.Management/managementGroups/subscriptions", SUB[15:], {}, Origin(source="x")
    )
    assert may(rights(assigned(OWNER, scope=group), member)).verdict is Verdict.ALLOWED
    unknown = may(rights(assigned(OWNER, scope=group)))
    assert unknown.verdict is Verdict.MAYBE
    assert unknown.hole is not None


def test_permission_objects_are_judged_one_by_one() -> None:
    made = rights(defined("r", {"actions": ["*"], "notActions": [WRITE]}, {"actions": [WRITE]}), assigned("r"))
    answer = may(made)
    assert (answer.verdict, answer.proofs[0].ambiguous) == (Verdict.ALLOWED, True)


def test_a_deny_assignment_wins() -> None:
    owner = assigned(OWNER)
    assert may(rights(owner, denied([{"id": ME}]))).verdict is Verdict.DENIED
    assert may(rights(owner, denied([{"id": YOU}]))).verdict is Verdict.ALLOWED
    everyone = [{"id": EVERYONE, "type": "SystemDefined"}]
    assert may(rights(owner, denied(everyone))).verdict is Verdict.DENIED
    assert may(rights(owner, denied(everyone, excludePrincipals=[ME]))).verdict is Verdict.ALLOWED
    here = denied(everyone, scope=SUB, doNotApplyToChildScopes=True)
    assert may(rights(owner, here)).verdict is Verdict.ALLOWED
    open_ = may(rights(owner, denied(everyone, scope=f"{SUB}/resourceGroups/{{var.x}}")))
    assert (open_.verdict, open_.hole is not None) == (Verdict.MAYBE, True)


def test_conditions_decide_where_they_can() -> None:
    text = "(!(ActionMatches{'" + BLOB + "'})) OR @Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'st'"
    made = rights(assigned("Storage Blob Data Reader", condition=text))
    assert may(made, BLOB).verdict is Verdict.MAYBE
    known = Context(BLOB, attributes={"Resource": {"Microsoft.Storage/storageAccounts:name": "st"}})
    assert may(made, BLOB, context=known).verdict is Verdict.ALLOWED
    other = Context(BLOB, attributes={"Resource": {"Microsoft.Storage/storageAccounts:name": "other"}})
    assert may(made, BLOB, context=other).verdict is Verdict.NOT_GRANTED
    broken = may(rights(assigned(OWNER, condition="@Nope[x]")))
    assert broken.verdict is Verdict.MAYBE
    assert broken.hole is not None
    assert "cannot be read" in broken.hole.reason


def test_conditions_inside_roles_count() -> None:
    write = "Microsoft.Authorization/roleAssignments/write"
    assert may(rights(assigned("Key Vault Data Access Administrator")), write).verdict is Verdict.MAYBE


def group(name: str, *members: str) -> Resource:
    body: dict[str, Any] = {"properties": {"id": name, "members": [{"id": member} for member in members]}}
    return Resource(f"/groups/{name}", "Microsoft.Graph/groups", name, body, HERE)


def test_groups_hold_for_their_members_at_any_depth() -> None:
    user = Resource(
        "/users/me", "Microsoft.Graph/users", ME, {"properties": {"id": ME, "displayName": "Me"}}, Origin(source="x")
    )
    made = rights(user, group("outer", "inner", "outer"), group("inner", ME), assigned(OWNER, "outer"))
    answer = may(made)
    assert (answer.verdict, answer.proofs[0].grant.principal.kind) == (Verdict.ALLOWED, "group")
    assert made.grants.principals.find("Me")[0].is_human


def schedule(kind: str, role: str = OWNER, **more: Any) -> Resource:
    body = {"principalId": ME, "roleDefinitionId": f"/x/{role_id(role)}", "scope": RG, **more}
    return res(f"{AUTH}/{kind}", f"s{next(NUMBER)}", body)


def test_what_must_be_activated_is_told_apart() -> None:
    eligible = rights(schedule("roleEligibilityScheduleInstances"))
    assert may(eligible).verdict is Verdict.ELIGIBLE
    assert may(rights(schedule("roleAssignmentScheduleInstances"))).verdict is Verdict.ALLOWED
    kinds: dict[Standing, dict[str, Any]] = {
        Standing.ACTIVATED: {"assignmentType": "Activated"},
        Standing.BOUNDED: {"endDateTime": "2027-01-01"},
        Standing.PERMANENT: {"scheduleInfo": {"expiration": {"type": "NoExpiration"}}},
    }
    for standing, body in kinds.items():
        [grant] = rights(schedule("roleAssignmentSchedules", **body)).grants.all
        assert grant.standing is standing


def test_what_activation_asks_for() -> None:
    rules = [
        {"id": "Approval_EndUser_Assignment", "setting": {"isApprovalRequired": True}},
        {"id": "Enablement_EndUser_Assignment", "enabledRules": ["MultiFactorAuthentication"]},
        {"id": "Other"},
        HOLE,
    ]
    body = {"roleDefinitionId": f"/x/{role_id(OWNER)}", "scope": RG, "effectiveRules": rules}
    policy = res(f"{AUTH}/roleManagementPolicyAssignments", "p", body)
    [grant] = rights(schedule("roleEligibilitySchedules"), policy).grants.all
    assert grant.activation is not None
    assert (grant.activation.approval, grant.activation.multi_factor, grant.activation.weak) == (True, True, False)
    context = [{"id": "AuthenticationContext_EndUser_Assignment", "isEnabled": True}]
    other = res(f"{AUTH}/roleManagementPolicies", "p", {**body, "effectiveRules": context})
    [grant] = rights(schedule("roleEligibilitySchedules"), other).grants.all
    assert grant.activation is not None
    assert isinstance(grant.activation.approval, Unknown)
    assert grant.activation.multi_factor is True


def vault(by_role: Any = None, *policies: dict[str, Any], **more: Any) -> Resource:
    body: dict[str, Any] = {"accessPolicies": list(policies), **more}
    if by_role is not None:
        body["enableRbacAuthorization"] = by_role
    return res("Microsoft.KeyVault/vaults", "kv", body)


def policy(who: Any = ME, **permissions: Any) -> dict[str, Any]:
    return {"objectId": who, "permissions": permissions}


def test_vaults_take_roles_or_policies() -> None:
    reader = assigned("Key Vault Secrets User")
    where = vault().id
    by_policy = vault(None, policy(secrets=["Get"]))
    assert may(rights(by_policy), SECRET, where).verdict is Verdict.ALLOWED
    assert may(rights(vault(True, policy(secrets=["Get"]))), SECRET, where).verdict is Verdict.NOT_GRANTED
    assert may(rights(vault(False), reader), SECRET, where).verdict is Verdict.NOT_GRANTED
    assert may(rights(vault(True), reader), SECRET, where).verdict is Verdict.ALLOWED
    assert may(rights(vault(HOLE), reader), SECRET, where).verdict is Verdict.MAYBE
    assert may(rights(reader), SECRET, where).verdict is Verdict.ALLOWED
    assert may(rights(vault(True), reader), SECRET, f"{where}/secrets/one").verdict is Verdict.ALLOWED


def test_all_permissions_leave_purge_out() -> None:
    where = vault().id
    assert may(rights(vault(None, policy(secrets=["all"]))), SECRET, where).verdict is Verdict.ALLOWED
    assert may(rights(vault(None, policy(secrets=["all"]))), PURGE, where).verdict is Verdict.NOT_GRANTED
    assert may(rights(vault(None, policy(secrets=["Purge"]))), PURGE, where).verdict is Verdict.ALLOWED
    assert policy_permission({"keys": ["Get", "nonsense"], "certificates": HOLE}).data_actions == (
        "Microsoft.KeyVault/vaults/keys/read",
    )


COSMOS = "Microsoft.DocumentDB/databaseAccounts"
ITEM = f"{COSMOS}/sqlDatabases/containers/items/create"


def test_data_roles_of_cosmos_db() -> None:
    account = res(COSMOS, "db", {})
    own = res(f"{COSMOS}/sqlRoleDefinitions", "db/own", {"roleName": "own", "permissions": [{"dataActions": [ITEM]}]})

    def data(definition: str, **more: Any) -> Resource:
        body = {"principalId": ME, "roleDefinitionId": f"{account.id}/sqlRoleDefinitions/{definition}", **more}
        return res(f"{COSMOS}/sqlRoleAssignments", "db/a", body)

    builtin = "00000000-0000-0000-0000-000000000002"
    assert may(rights(account, data(builtin)), ITEM, account.id, data=True).verdict is Verdict.ALLOWED
    assert (
        may(rights(account, own, data("own", scope=account.id)), ITEM, account.id, data=True).verdict is Verdict.ALLOWED
    )
    lost = rights(account, data("gone"))
    assert may(lost, ITEM, account.id, data=True).verdict is Verdict.NOT_GRANTED
    assert lost.grants.unread


def test_roles_that_nobody_knows_are_told() -> None:
    made = rights(
        assigned("no-such-role"), res(f"{AUTH}/roleAssignments", "x", {"principalId": ME, "roleDefinitionId": HOLE})
    )
    assert [reason for _, reason in made.grants.unread] == [
        f"its role `{SUB}/providers/{AUTH}/roleDefinitions/no-such-role` is in no source",
        "its role (not known yet) is in no source",
    ]


def test_permissions_that_are_not_known_may_grant() -> None:
    assert may(rights(defined("r", {"actions": [HOLE]}), assigned("r"))).verdict is Verdict.MAYBE
    hole = res(f"{AUTH}/roleDefinitions", "r", {"permissions": [HOLE]}, SUB)
    assert may(rights(hole, assigned("r"))).verdict is Verdict.MAYBE


@pytest.mark.parametrize(
    "permission",
    [{"actions": ["*"], "notActions": [HOLE]}, {"actions": ["*"], "condition": HOLE}],
)
def test_what_a_role_withholds_must_be_known(permission: dict[str, Any]) -> None:
    made = rights(defined("r", permission), assigned("r"))
    assert may(made).verdict is Verdict.MAYBE
    assert not blast_radius(made, made.grants.principals.of(ME), escalations(made)).unlimited


def test_a_condition_that_is_not_known_is_no_missing_one() -> None:
    assert may(rights(assigned(OWNER, condition=HOLE))).verdict is Verdict.MAYBE
    assert may(rights(schedule("roleAssignmentScheduleInstances", condition=HOLE))).verdict is Verdict.MAYBE


def test_whoever_holds_a_role_that_is_not_known_is_named() -> None:
    made = rights(defined("r", {"actions": [HOLE]}), assigned("r"), vault(None, policy(YOU, secrets=[HOLE])))
    assert [(who.key, answer.verdict) for who, answer in made.who_may(WRITE, RG)] == [(ME, Verdict.MAYBE)]
    found = {who.key: answer.verdict for who, answer in made.who_may(SECRET, vault().id, data=True)}
    # The vault takes policies: what the role may grant does not count there.
    assert found == {YOU: Verdict.MAYBE}
    odd = rights(vault(accessPolicies=[HOLE, {"objectId": ME, "permissions": HOLE}]))
    assert may(odd, SECRET, vault().id).verdict is Verdict.MAYBE
    assert [reason for _, reason in odd.grants.unread] == ["an access policy of it is not known yet"]
    data = res(f"{COSMOS}/sqlRoleDefinitions", "c/r", {"roleName": "r", "permissions": [HOLE]})
    held = res(f"{COSMOS}/sqlRoleAssignments", "c/a", {"principalId": ME, "roleDefinitionId": data.id})
    item = f"{COSMOS}/sqlDatabases/containers/items/read"
    account = res(COSMOS, "c", {})
    assert may(rights(account, data, held), item, account.id, data=True).verdict is Verdict.MAYBE


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ({"requestType": "AdminRemove"}, Verdict.NOT_GRANTED),
        ({"requestType": "SelfActivate", "status": "Denied"}, Verdict.NOT_GRANTED),
        ({"requestType": "SelfActivate", "status": "PendingApproval"}, Verdict.MAYBE),
        ({"requestType": "SelfActivate", "status": "Provisioned"}, Verdict.ALLOWED),
        ({"requestType": HOLE}, Verdict.MAYBE),
    ],
)
def test_requests_give_what_was_granted(body: dict[str, Any], verdict: Verdict) -> None:
    made = rights(schedule("roleAssignmentScheduleRequests", **body))
    assert may(made).verdict is verdict
    if verdict is Verdict.ALLOWED:
        assert made.grants.all[0].standing is Standing.ACTIVATED


def test_an_assignment_that_pim_made_does_not_last() -> None:
    held = assigned(OWNER)
    made = rights(held, schedule("roleAssignmentScheduleInstances", assignmentType="Activated"))
    assert {grant.standing for grant in made.grants.all} == {Standing.ACTIVATED}


def test_members_take_the_steps_of_their_groups() -> None:
    user = Resource("/users/me", "Microsoft.Graph/users", ME, {"properties": {"id": ME}}, Origin(source="x"))
    made = rights(user, group("outer", ME), assigned(OWNER, "outer"))
    assert blast_radius(made, made.grants.principals.of(ME), escalations(made)).unlimited


def test_access_is_elevated_at_the_tenant_only() -> None:
    def steps(scope: str) -> set[str]:
        made = rights(assigned(OWNER, scope=scope))
        return {step.operation.rpartition("Microsoft.Authorization/")[2] for step in escalations(made)}

    assert "elevateAccess/action" not in steps(SUB)
    assert "elevateAccess/action" in steps("")


@pytest.mark.parametrize("off", [True, False])
def test_a_cluster_without_local_accounts_has_no_credential_to_list(off: bool) -> None:
    kind = "Microsoft.ContainerService/managedClusters"
    cluster = res(kind, "aks", {"disableLocalAccounts": off}, identity={"type": "SystemAssigned"})
    found = [step.operation for step in escalations(rights(cluster, assigned(OWNER)))]
    assert (f"{kind}/listClusterAdminCredential/action" in found) is not off
    assert f"{kind}/runcommand/action" in found


def test_roles_by_name() -> None:
    roles = Roles(Estate([Reading("x", "x", [defined("mine", {"actions": ["*"]})])]))
    assert roles.named("reader") is roles.find(f"/x/{role_id(READER)}")
    assert roles.named("mine") is not None
    assert roles.named("nothing") is None
    assert len(list(roles)) == len(built_in_roles()) + 1
    assert not custom_role("x", Permission(actions=("*",))).is_ambiguous


def identity(name: str) -> Resource:
    declared = f"azurerm_user_assigned_identity.{name}"
    return res("Microsoft.ManagedIdentity/userAssignedIdentities", name, {"principalId": HOLE}, declared=declared)


def after(name: str) -> Unknown:
    return Unknown(reason="known after apply", decided_by=(name,))


def test_identities_are_known_before_they_exist() -> None:
    cluster = res(
        "Microsoft.ContainerService/managedClusters",
        "aks",
        {},
        declared="azurerm_kubernetes_cluster.c",
        identity={"type": "SystemAssigned", "principalId": HOLE},
    )
    made = rights(
        identity("app"),
        cluster,
        assigned(OWNER, after("azurerm_user_assigned_identity.app.principal_id")),
        assigned(READER, after("azurerm_kubernetes_cluster.c.identity[0].principal_id")),
        assigned("AcrPull", after("azurerm_kubernetes_cluster.c.kubelet_identity[0].object_id")),
        assigned(READER, after("module.x.data.azurerm_client_config.current.object_id")),
        assigned(READER, after("azurerm_gone.x.principal_id")),
        assigned(READER, HOLE),
        assigned(READER, None),
    )
    kinds = [grant.principal.kind for grant in made.grants.all]
    assert kinds[:4] == ["managed identity", "system identity", "kubelet identity", "deployer"]
    assert made.grants.all[4].principal.name == "azurerm_gone.x.principal_id"
    assert not made.grants.all[6].principal.known
    assert {item.kind for item in made.grants.principals.attached(cluster)} == {"system identity", "kubelet identity"}
    found = {holder.name: answer.verdict for holder, answer in made.who_may(WRITE, RG)}
    assert found == {"app": Verdict.ALLOWED}


def test_object_ids_lead_to_the_identity() -> None:
    app = res("Microsoft.ManagedIdentity/userAssignedIdentities", "app", {"principalId": ME})
    made = rights(app, assigned(OWNER, ME.upper(), principalType="ServicePrincipal"))
    assert made.grants.all[0].principal.resource is app
    other = rights(assigned(OWNER, YOU, principalType="User"))
    assert other.grants.all[0].principal.kind == "user"


def machine(**identity_: Any) -> Resource:
    return res("Microsoft.Compute/virtualMachines", "vm", {}, identity=identity_)


def steps(made: Rights) -> set[tuple[str, str]]:
    return {(step.principal.name, str(step.edge)) for step in escalations(made)}


def test_steps_of_escalation() -> None:
    app = identity("app")
    store = res("Microsoft.Storage/storageAccounts", "st", {})
    vm = machine(type="UserAssigned", userAssignedIdentities={app.id: {}})
    made = rights(app, store, vm, vault(), assigned(CONTRIBUTOR))
    assert steps(made) == {
        (ME, edge) for edge in ("runAsIdentity", "attachIdentity", "listKeys", "vaultPolicy", "removeGuard")
    }
    [run] = [step for step in escalations(made) if step.operation.endswith("runCommand/action")]
    assert [gained.name for gained in run.gains] == ["app"]
    assert ("grant", ME) in {(str(step.edge), step.principal.name) for step in escalations(rights(assigned(OWNER)))}
    conditioned = list(escalations(rights(assigned("Key Vault Data Access Administrator"))))
    assert all(isinstance(step.certain, Unknown) for step in conditioned)
    assert not any(step.edge is Edge.RUN_AS for step in escalations(rights(machine(), assigned(OWNER))))
    assert list(escalations(rights(store, assigned(OWNER), denied([{"id": ME}])))) == []


def test_keys_that_open_nothing_are_no_step() -> None:
    closed = res("Microsoft.Storage/storageAccounts", "st", {"allowSharedKeyAccess": False})
    assert (ME, "listKeys") not in steps(rights(closed, assigned(CONTRIBUTOR)))
    assert keys_count(res("Microsoft.ContainerRegistry/registries", "cr", {})) is False
    assert keys_count(res("Microsoft.ContainerRegistry/registries", "cr", {"adminUserEnabled": True})) is True
    assert keys_count(res("Microsoft.EventHub/namespaces", "eh", {"disableLocalAuth": HOLE})) is HOLE
    assert keys_count(vault()) is True


def test_who_becomes_whom() -> None:
    one, two = identity("one"), identity("two")
    vm = machine(type="UserAssigned", userAssignedIdentities={one.id: {}})
    made = rights(
        one,
        two,
        vm,
        assigned("Virtual Machine Contributor"),
        assigned("Managed Identity Contributor", after("azurerm_user_assigned_identity.one.principal_id")),
        assigned(OWNER, after("azurerm_user_assigned_identity.two.principal_id"), SUB),
    )
    radius = blast_radius(made, made.grants.principals.of(ME), escalations(made))
    assert [item.name for item in radius.becomes] == ["one", "two"]
    assert radius.unlimited
    assert SUB in radius.targets
    eligible = rights(one, vm, schedule("roleEligibilitySchedules", "Virtual Machine Contributor"))
    assert blast_radius(eligible, eligible.grants.principals.of(ME), escalations(eligible)).becomes == ()


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ("/", "tenant"),
        ("/providers/Microsoft.Management/managementGroups/x", "managementGroup"),
        (SUB, "subscription"),
        (RG, "resourceGroup"),
        (vault().id, "resource"),
        ("{var.scope}", "resource"),
    ],
)
def test_kinds_of_scopes(scope: str, kind: str) -> None:
    assert scope_kind(scope) == kind


def test_the_id_of_what_is_asked_about_tells_its_name() -> None:
    containers = "Microsoft.Storage/storageAccounts/blobServices/containers"
    account = res("Microsoft.Storage/storageAccounts", "st", {})
    condition = f"@Resource[{containers}:name] StringEquals 'c1'"
    made = rights(account, assigned("Storage Blob Data Reader", scope=RG, condition=condition))
    me = made.grants.principals.of(ME)
    read = f"{containers}/blobs/read"
    found = {
        where: made.may(me, read, f"{account.id}{where}", data=True).verdict
        for where in ("", "/blobServices/default/containers/c1", "/blobServices/default/containers/c2")
    }
    assert list(found.values()) == [Verdict.MAYBE, Verdict.ALLOWED, Verdict.NOT_GRANTED]


def test_everything_stands_in_the_estate_as_facts() -> None:
    resources = [
        vault(None, policy(secrets=["Get", "Purge"]), policy(YOU, secrets=["Get"])),
        res("Microsoft.Storage/storageAccounts", "st", {}),
        assigned(OWNER, scope=SUB),
        assigned("Storage Blob Data Contributor", YOU, f"{RG}/providers/Microsoft.Storage/storageAccounts/st"),
        assigned("gone"),
        # It keeps nobody from what access policies give.
        denied([{"id": YOU}], permissions=[{"dataActions": [SECRET]}]),
    ]
    found = with_facts(Estate([Reading("terraform", "test", resources)]), [AccessAnalysis()])
    grants = found.of_type("Everward.Access/grants")
    [owner] = [item for item in grants if item.get("properties.role") == OWNER]
    assert (owner.get("properties.privileged"), owner.get("properties.scopeKind")) == (True, "subscription")
    held = {
        (item.get("properties.right"), item.get("properties.principalName"))
        for item in found.of_type("Everward.Access/rights")
    }
    assert held == {("purgeSecret", ME), ("readSecrets", ME), ("readSecrets", YOU), ("writeBlobs", YOU)}
    [keys] = found.of_type("Everward.Access/keys")
    assert (keys.get("properties.keysWork"), keys.get("properties.identitiesServe")) == (True, True)
    [count] = found.of_type("Everward.Access/assignmentCounts")
    assert count.get("properties.assignments") == 3
    assert found.of_type("Everward.Access/escalations")
    assert any("what it grants is not known" in item.reason for item in found.unresolved)


def test_whoever_holds_a_part_of_a_service_could_do_without_its_keys() -> None:
    def account(name: str) -> Resource:
        return res("Microsoft.Storage/storageAccounts", name, {})

    one, longer = account("st"), account("st2")
    body: dict[str, Any] = {"properties": {"id": YOU, "displayName": "You"}}
    you = Resource("/users/you", "Microsoft.Graph/users", YOU, body, HERE)
    held = [
        assigned("Storage Blob Data Reader", YOU, f"{one.id.upper()}/blobServices/default/containers/c/"),
        assigned(READER, ME, longer.id),
        assigned(READER, ME, RG),
    ]
    made = Estate([Reading("inventory", "test", [one, longer, you, *held])])
    found = {
        item.get("properties.target"): item.get("properties.identities")
        for item in AccessAnalysis().derive(made).facts
        if item.type.endswith(KEYS)
    }
    assert found == {one.id: ["You"], longer.id: [ME]}
