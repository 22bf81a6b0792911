"""Objects of Entra: their types, what refers to them before they have ids, and what is never read."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sources.terraform.mapping.make import GROUP, Mapped, data, hole, instance, provider

from everward.sources.terraform.instance import Instance
from everward.values import Unknown, Value, unknowns_in

GRAPH = "/providers/Microsoft.Graph"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def entra(type_name: str, label: str = "this", /, **attributes: Any) -> Instance:
    """A managed object of the directory, which has neither name nor group."""
    return instance(f"azuread_{type_name}", label, name=None, resource_group_name=None, **attributes)


def of(one: Instance, name: str) -> Value:
    """What another resource sees when it names an attribute."""
    return provider().attribute(one, name)


def text(value: Value) -> str | None:
    """The text of a hole."""
    assert isinstance(value, Unknown)
    return value.text


APPLICATION = entra("application", "app", display_name="Orders", required_resource_access=[])
PRINCIPAL = entra("service_principal", "sp", client_id=of(APPLICATION, "client_id"))


def test_an_application_and_its_principal_meet() -> None:
    mapped = Mapped(APPLICATION, PRINCIPAL)
    application, principal = (
        mapped.only("Microsoft.Graph/applications"),
        mapped.only("Microsoft.Graph/servicePrincipals"),
    )
    assert application.id == f"{GRAPH}/applications/{{azuread_application.app}}"
    assert application.body["properties"]["signInAudience"] == "AzureADMyOrg"
    assert text(application.get("properties.appId")) == text(principal.get("properties.appId"))
    assert principal.get("properties.accountEnabled") is True
    assert mapped.fate("azuread_application.app") == "resource"
    assert mapped.unresolved == []


@pytest.mark.parametrize("name", ["id", "object_id"])
def test_an_assignment_meets_the_principal_whatever_name_it_uses(name: str) -> None:
    assignment = instance(
        "azurerm_role_assignment",
        "r",
        name=None,
        scope=GROUP,
        role_definition_name="Reader",
        principal_id=of(PRINCIPAL, name),
    )
    mapped = Mapped(PRINCIPAL, assignment)
    principal = mapped.only("Microsoft.Graph/servicePrincipals")
    named = mapped.only("Microsoft.Authorization/roleAssignments").get("properties.principalId")
    assert named.reference == principal.id
    assert named.text == text(principal.get("properties.id"))
    assert named.present


def test_an_object_that_exists_has_the_id_of_the_directory() -> None:
    group = entra("group", "ops", object_id="11111111-0000-0000-0000-000000000000", display_name="Ops", id="/groups/x")
    found = Mapped(group).only("Microsoft.Graph/groups")
    assert found.id == f"{GRAPH}/groups/11111111-0000-0000-0000-000000000000"
    assert found.get("properties.id") == "11111111-0000-0000-0000-000000000000"
    without = entra("group", "ops", object_id="11111111-0000-0000-0000-000000000000")
    assert of(without, "id") == "11111111-0000-0000-0000-000000000000"


def test_members_stand_in_their_group_wherever_they_are_written() -> None:
    group = entra("group", "ops", display_name="Ops", security_enabled=True, members=["one"], assignable_to_role=True)
    user = entra("user", "eve", user_principal_name="eve@contoso.com", display_name="Eve", password="hunter2")
    member = entra("group_member", "m", group_object_id=of(group, "object_id"), member_object_id=of(user, "object_id"))
    mapped = Mapped(group, user, member)
    properties = mapped.only("Microsoft.Graph/groups").body["properties"]
    assert properties["isAssignableToRole"] is True
    assert properties["members"][0] == {"id": "one"}
    assert properties["members"][1]["id"].text == "{azuread_user.eve}"
    assert mapped.fate("azuread_group_member.m") == "merged"


def test_members_of_a_group_that_is_elsewhere_are_kept() -> None:
    member = entra("group_member", "m", group_object_id="g", member_object_id="u")
    found = Mapped(member).only("Microsoft.Graph/groups/members")
    assert found.id == f"{GRAPH}/groups/g/members/u"
    assert found.get("properties.id") == "u"
    assert Mapped(member).unresolved == []


def test_credentials_without_what_is_secret() -> None:
    mapped = Mapped(
        APPLICATION,
        PRINCIPAL,
        entra("application_password", "p", application_id=of(APPLICATION, "id"), end_date="2027-01-01T00:00:00Z"),
        entra("service_principal_password", "q", service_principal_id=of(PRINCIPAL, "id"), display_name="ci"),
        entra(
            "application_certificate",
            "c",
            application_id="/applications/other",
            value="SECRET",
            type="AsymmetricX509Cert",
        ),
        entra("user", "eve", user_principal_name="eve@contoso.com", password="SECRET"),
    )
    assert mapped.only("Microsoft.Graph/applications").body["properties"]["passwordCredentials"] == [
        {"endDateTime": "2027-01-01T00:00:00Z"}
    ]
    assert mapped.only("Microsoft.Graph/servicePrincipals").body["properties"]["passwordCredentials"] == [
        {"displayName": "ci"}
    ]
    alone = mapped.only("Microsoft.Graph/applications/keyCredentials")
    assert alone.id.startswith(f"{GRAPH}/applications/other/keyCredentials/")
    assert alone.body == {"properties": {"type": "AsymmetricX509Cert", "usage": "Verify"}}
    assert "SECRET" not in repr([one.body for one in mapped.resources])


def test_federated_credentials_are_children_of_their_application() -> None:
    credential = entra(
        "application_federated_identity_credential",
        "f",
        application_object_id=of(APPLICATION, "object_id"),
        display_name="deploy",
        subject="repo:contoso/orders:environment:prod",
        issuer="https://token.actions.githubusercontent.com",
        audiences=["api://AzureADTokenExchange"],
    )
    mapped = Mapped(APPLICATION, credential)
    found = mapped.only("Microsoft.Graph/applications/federatedIdentityCredentials")
    assert found.id == f"{GRAPH}/applications/{{azuread_application.app}}/federatedIdentityCredentials/deploy"
    assert found.get("properties.subject") == "repo:contoso/orders:environment:prod"
    assert mapped.fate("azuread_application_federated_identity_credential.f") == "child"


def test_rights_in_the_directory() -> None:
    role = entra("directory_role", "admin", display_name="Global Administrator")
    mapped = Mapped(
        role,
        entra("directory_role_assignment", "a", role_id=of(role, "template_id"), principal_object_id="someone"),
        entra("app_role_assignment", "b", app_role_id="role", principal_object_id="app", resource_object_id="graph"),
        entra(
            "service_principal_delegated_permission_grant",
            "c",
            service_principal_object_id="app",
            resource_service_principal_object_id="graph",
            claim_values=["openid", "User.Read.All"],
        ),
    )
    assignment = mapped.only("Microsoft.Graph/roleAssignments")
    assert assignment.get("properties.directoryScopeId") == "/"
    assert assignment.get("properties.roleDefinitionId").present
    assert mapped.only("Microsoft.Graph/appRoleAssignedTo").get("properties.resourceId") == "graph"
    grant = mapped.only("Microsoft.Graph/oauth2PermissionGrants")
    assert grant.get("properties.scope") == "User.Read.All openid"
    assert grant.get("properties.consentType") == "AllPrincipals"


def test_a_conditional_access_policy() -> None:
    strength = entra("authentication_strength_policy", "keys", display_name="Keys", allowed_combinations=["fido2"])
    policy = entra(
        "conditional_access_policy",
        "mfa",
        display_name="MFA",
        state="enabledForReportingButNotEnforced",
        conditions=[
            {
                "client_app_types": ["all"],
                "applications": [{"included_applications": ["All"]}],
                "users": [{"included_users": ["All"], "excluded_groups": [hole()]}],
            }
        ],
        grant_controls=[
            {"operator": "OR", "built_in_controls": ["mfa"], "authentication_strength_policy_id": of(strength, "id")}
        ],
        session_controls=[{"sign_in_frequency": 4, "sign_in_frequency_period": "hours"}],
    )
    mapped = Mapped(policy, strength)
    properties = mapped.only("Microsoft.Graph/conditionalAccessPolicies").body["properties"]
    assert properties["state"] == "enabledForReportingButNotEnforced"
    assert properties["conditions"]["users"]["includeUsers"] == ["All"]
    assert list(unknowns_in(properties["conditions"]["users"]["excludeGroups"]))
    named = properties["grantControls"].pop("authenticationStrength")["id"]
    assert named.reference == mapped.only("Microsoft.Graph/authenticationStrengthPolicies").id
    assert properties["grantControls"] == {"operator": "OR", "builtInControls": ["mfa"]}
    assert properties["sessionControls"]["signInFrequency"] == {
        "value": 4,
        "type": "hours",
        "isEnabled": True,
        "authenticationType": "primaryAndSecondaryAuthentication",
        "frequencyInterval": "timeBased",
    }


def test_what_is_read_from_the_directory_refers_to_one_object() -> None:
    group = data("azuread_group", "ops", display_name="Ops")
    seen = of(group, "object_id")
    assert isinstance(seen, Unknown)
    assert (seen.reason, seen.reference) == (
        "read from Azure when planning",
        f"{GRAPH}/groups/{{data.azuread_group.ops}}",
    )
    assert of(data("azuread_client_config", "me"), "object_id") != seen
    assert (
        text(of(data("azuread_service_principal", "sp"), "application_id"))
        == "{data.azuread_service_principal.sp.client_id}"
    )
    assert text(of(group, "mail_nickname")) is None


def test_attributes_that_are_not_computed_have_their_default() -> None:
    assert of(APPLICATION, "sign_in_audience") == "AzureADMyOrg"
    assert of(APPLICATION, "description") is None


def test_an_object_without_mapping_is_kept_in_the_tenant() -> None:
    mapped = Mapped(entra("access_package_catalog", "c", display_name="Catalogue"))
    found = mapped.only("Terraform/azuread_access_package_catalog")
    assert found.opaque
    assert found.id == "/providers/Terraform/azuread_access_package_catalog/{azuread_access_package_catalog.c}"
    assert mapped.fate("azuread_access_package_catalog.c") == "opaque"
