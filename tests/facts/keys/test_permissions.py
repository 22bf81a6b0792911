"""Rights that a vault or a module keeps itself."""

from typing import Any

import pytest
from tests.facts.keys.test_keys import HOLE, facts, made, vault

from everward.estate import Resource
from everward.values import Unknown

MODULE = "Microsoft.KeyVault/managedHSMs"
CRYPTO_USER = (
    "/Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/21dbd100-6940-42c2-9190-5d6cb909625b"
)
OFFICER = "515eb02d-2335-4d2d-92f2-b1cbdf9c3778"


def told(*resources: Resource) -> list[dict[str, Any]]:
    return [dict(item.properties) for item in facts(*resources).of_type("Everward.Keys/permissions")]  # type: ignore[arg-type]


def policy(**permissions: Any) -> dict[str, Any]:
    return {"objectId": "app", "permissions": permissions}


def test_access_policies_are_listed() -> None:
    [one, two] = told(
        vault(accessPolicies=[policy(secrets=["Get", "List"]), policy(keys=["Purge"], secrets=["Backup"])])
    )
    assert (one["secrets"], one["keys"], one["purges"], one["backsUp"]) == (["get", "list"], [], False, False)
    assert (two["keys"], two["purges"], two["backsUp"], two["effective"]) == (["purge"], True, True, True)
    assert one["summary"] == "`app` may by an access policy of vault `kv`: secrets get, list"
    assert (one["kind"], one["role"], one["vault"]) == ("access policy", None, vault().id)


def test_policies_that_a_template_adds() -> None:
    added = made("Microsoft.KeyVault/vaults/accessPolicies", "kv/add", {"accessPolicies": [policy(secrets=["Purge"])]})
    [one] = told(vault(accessPolicies=[]), added)
    assert (one["principal"], one["purges"], one["vault"]) == ("app", True, vault().id)


def test_policies_of_a_vault_that_uses_roles_do_not_count() -> None:
    [one] = told(vault(accessPolicies=[policy(secrets=["get"])], enableRbacAuthorization=True))
    assert one["effective"] is False
    assert "without effect" in one["summary"]
    [hidden] = told(vault(accessPolicies=[policy()], enableRbacAuthorization=HOLE))
    assert isinstance(hidden["effective"], Unknown)
    assert hidden["summary"].endswith(": nothing")


@pytest.mark.parametrize("strange", [None, HOLE, [HOLE], 7, "x", {}])
def test_policies_that_are_not_readable_are_left_out(strange: Any) -> None:
    assert told(vault(accessPolicies=strange)) == []


@pytest.mark.parametrize("strange", [[7], ["x"], [{}], [{"permissions": 7}], [{"permissions": {"keys": 7}}]])
def test_policies_that_say_little(strange: Any) -> None:
    [one] = told(vault(accessPolicies=strange))
    assert (one["principal"], one["purges"]) == (None, False)
    assert one["summary"].startswith("somebody who is not known yet may")


def test_permissions_that_are_not_known() -> None:
    [one] = told(vault(accessPolicies=[policy(secrets=HOLE, keys=["get"])]))
    assert isinstance(one["purges"], Unknown)
    [sure] = told(vault(accessPolicies=[policy(secrets=HOLE, keys=["purge"])]))
    assert sure["purges"] is True


def local(role: Any, name: str = "a", **more: Any) -> Resource:
    return made(f"{MODULE}/roleAssignments", f"hsm/{name}", {"principalId": "app", "roleDefinitionId": role, **more})


def test_roles_of_a_module() -> None:
    module = made(MODULE, "hsm", {"initialAdminObjectIds": ["boss", HOLE]})
    found = told(module, local(CRYPTO_USER, scope="/keys/k"), local(OFFICER, "b"))
    assert [(one["principal"], one["role"], one["scope"], one["purges"], one["backsUp"]) for one in found] == [
        ("boss", "Managed HSM Administrator", "/", False, True),
        (HOLE, "Managed HSM Administrator", "/", False, True),
        ("app", "Managed HSM Crypto User", "/keys/k", False, True),
        ("app", "Managed HSM Crypto Officer", "/", True, False),
    ]
    assert found[2]["summary"] == "`app` holds `Managed HSM Crypto User` at `/keys/k` of module `hsm`"


def test_roles_of_a_modules_own() -> None:
    module = made(MODULE, "hsm", {})
    actions = [
        "Microsoft.KeyVault/managedHsm/keys/deletedKeys/purge/action",
        "Microsoft.KeyVault/managedHsm/backup/start/action",
    ]
    own = made(f"{MODULE}/roleDefinitions", "hsm/mine", {"roleName": "Mine", "permissions": [{"dataActions": actions}]})
    [one] = told(module, own, local("/x/MINE"))
    assert (one["role"], one["manages"], one["purges"]) == ("Mine", ["purge", "backup", "keys"], True)
    open_ = own.with_body({"properties": {"roleName": "Mine", "permissions": [{"dataActions": [HOLE]}]}})
    [hidden] = told(module, open_, local("/x/mine"))
    assert isinstance(hidden["manages"], Unknown)
    [lost] = told(module, local("/x/nothing"))
    assert (lost["role"], isinstance(lost["purges"], Unknown)) == ("/x/nothing", True)
    [hole] = told(module, local(HOLE))
    assert isinstance(hole["backsUp"], Unknown)
    assert "a role that is not known yet" in hole["summary"]
