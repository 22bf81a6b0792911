"""Access policies of vaults, wherever they are written."""

from typing import Any

from everward.estate import Estate, Reading, Resource
from everward.facts.vaultlists import access_policies
from everward.values import Origin, Unknown

VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
HOLE = Unknown(reason="variable without value", decided_by=("var.x",))


def made(id_: str, type_: str, listed: Any) -> Resource:
    given = {"accessPolicies": listed}
    return Resource(
        id_, type_, id_.rpartition("/")[2], {"properties": given}, Origin(source="template", file="main.json", line=1)
    )


def test_policies_in_a_vault_and_beside_it() -> None:
    vault = made(VAULT, "Microsoft.KeyVault/vaults", [{"objectId": "a"}, HOLE])
    beside = [
        made(f"{VAULT}/accessPolicies/{name}", "Microsoft.KeyVault/vaults/accessPolicies", [{"objectId": name}])
        for name in ("add", "Remove", "replace")
    ]
    found = list(access_policies(Estate([Reading("template", "test", [vault, *beside])]), vault))
    assert [(one.entry, one.holder.name, one.path) for one in found] == [
        ({"objectId": "a"}, "kv", "properties.accessPolicies[0]"),
        (HOLE, "kv", "properties.accessPolicies[1]"),
        ({"objectId": "add"}, "add", "properties.accessPolicies[0]"),
        ({"objectId": "replace"}, "replace", "properties.accessPolicies[0]"),
    ]
