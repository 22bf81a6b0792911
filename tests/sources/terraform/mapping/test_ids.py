"""ARM ids, known and symbolic."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.terraform.mapping.make import GROUP, SUBSCRIPTION, hole, instance

from everward.sources.terraform.mapping import ids
from everward.sources.terraform.mapping.table import TypeMapping
from everward.values import Unknown, parse_id, placeholder

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"


def built(mapping: TypeMapping, /, find: ids.Finder | None = None, **attributes: Any) -> str:
    return ids.build(mapping, instance("azurerm_x", "a", **attributes), SUBSCRIPTION, find)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("kv-1", "kv-1"),
        (12, "12"),
        (True, "true"),
        ("a/b", "a%2Fb"),
        ("{x}", "%7Bx%7D"),
        (None, "{here}"),
        ("", "{here}"),
        ([], "{here}"),
        (hole("{var.x}-kv"), "{var.x}-kv"),
        (hole("{a/b}"), "{a|b}"),
        (hole("text"), "{text}"),
        (hole(), "{var.x}"),
        (Unknown(reason="no name"), "{here}"),
    ],
)
def test_parts(value: Any, part: str) -> None:
    assert ids.name_part(value, "here") == part


@given(st.one_of(st.text(), st.builds(lambda text: hole(text), st.text(min_size=1)), st.integers(), st.none()))
def test_a_part_never_splits_an_id(value: Any) -> None:
    part = ids.name_part(value, "azurerm_x.a")
    assert part
    assert "/" not in part


def test_id_in_a_resource_group() -> None:
    mapping = TypeMapping(arm="Microsoft.KeyVault/vaults")
    assert built(mapping, name="kv") == VAULT
    assert built(mapping, name=hole("{var.p}-kv")) == f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{var.p}}-kv"
    assert "/resourceGroups/{azurerm_x.a.resource_group_name}/" in built(mapping, resource_group_name=None)


def test_resource_group_itself() -> None:
    mapping = TypeMapping(arm="Microsoft.Resources/subscriptions/resourceGroups", scope="subscription")
    assert built(mapping, name="rg") == GROUP


def test_names_below_names() -> None:
    mapping = TypeMapping(arm="Microsoft.EventHub/namespaces/eventhubs", names=["{ns}", "{name}"])
    assert built(mapping, ns="n").endswith("/Microsoft.EventHub/namespaces/n/eventhubs/a")


def test_parent_by_id() -> None:
    mapping = TypeMapping(arm="Microsoft.KeyVault/vaults/secrets", parent="key_vault_id")
    assert built(mapping, key_vault_id=f"{VAULT}/") == f"{VAULT}/secrets/a"
    reference = hole(present=True, reference=VAULT.replace(SUBSCRIPTION, "{subscription}"))
    assert built(mapping, key_vault_id=reference).startswith("/subscriptions/{subscription}/resourceGroups/rg/")
    open_id = built(mapping, key_vault_id=hole(by="var.vault"))
    assert open_id == "{var.vault}/providers/Microsoft.KeyVault/vaults/{var.vault}/secrets/a"
    assert parse_id(open_id).type == "Microsoft.KeyVault/vaults/secrets"
    assert built(mapping, key_vault_id="nonsense").startswith("nonsense/providers/")


def test_parent_by_names_when_no_id_is_given() -> None:
    mapping = TypeMapping(arm="A.B/cs/ds", parent="c_id", above=["{c_name}"])
    assert built(mapping, c_name="one") == f"{GROUP}/providers/A.B/cs/one/ds/a"
    assert built(mapping, c_id=f"{GROUP}/providers/A.B/cs/two") == f"{GROUP}/providers/A.B/cs/two/ds/a"


def test_parent_found_by_name() -> None:
    mapping = TypeMapping(
        arm="Microsoft.Storage/storageAccounts/blobServices/containers",
        find={"type": "azurerm_storage_account", "by": "account"},
        names=["default", "{name}"],
    )
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    asked = []

    def find(kind: str, name: Any) -> str | None:
        asked.append((kind, name))
        return account if name == "st" else None

    assert built(mapping, find, account="st") == f"{account}/blobServices/default/containers/a"
    lost = built(mapping, find, account="other")
    group = placeholder("resource group of other")
    assert lost == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Storage"
        "/storageAccounts/other/blobServices/default/containers/a"
    )
    assert built(mapping, account="st").startswith(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{{resource group")
    assert asked == [("azurerm_storage_account", "st"), ("azurerm_storage_account", "other")]


@pytest.mark.parametrize(
    ("scope", "given", "head"),
    [
        ("target", VAULT, VAULT),
        ("target", hole(by="var.t"), "{var.t}"),
        ("target", None, "{azurerm_x.a.target}"),
        ("target", "/", ""),
        ("subscription", None, f"/subscriptions/{SUBSCRIPTION}"),
        ("tenant", None, ""),
        ("target|subscription", None, f"/subscriptions/{SUBSCRIPTION}"),
        ("target|subscription", VAULT, VAULT),
    ],
)
def test_extensions(scope: str, given: Any, head: str) -> None:
    mapping = TypeMapping(arm="Microsoft.Authorization/locks", scope=scope)
    assert built(mapping, target=given) == f"{head}/providers/Microsoft.Authorization/locks/a"


def test_name_that_the_provider_makes_is_named_after_the_address() -> None:
    mapping = TypeMapping(arm="Microsoft.Authorization/roleAssignments", scope="scope")
    assert built(mapping, name=None, scope=VAULT).endswith("/roleAssignments/{azurerm_x.a}")


def test_id_that_is_known_already_wins() -> None:
    mapping = TypeMapping(arm="Microsoft.KeyVault/vaults")
    known = VAULT.replace("/rg/", "/other/")
    assert built(mapping, id=known) == known
    assert built(mapping, id="https://kv.vault.azure.net/", name="kv") == VAULT
    assert built(mapping, id=f"{GROUP}/providers/A.B/c/d", name="kv") == VAULT


def test_formats() -> None:
    attributes: dict[str, Any] = {"location": "West Europe", "other": hole("{var.l}")}
    assert ids.fill("{location:region}-{other:region}-x", attributes, "f") == "westeurope-{var.l}-x"


def test_what_a_name_says_without_a_value() -> None:
    assert ids.fill("{kind:=X}", {}, "f") == "X"
    assert ids.fill("{kind:=X}", {"kind": "k"}, "f") == "k"
    assert ids.fill("{kind:?X:Y}", {}, "f") == "Y"
    assert ids.fill("{kind:?X:Y}", {"kind": hole()}, "f") == "X"


def test_a_parent_may_stand_above_the_resource_that_is_named() -> None:
    mapping = TypeMapping(arm="Microsoft.Sql/servers/checks", parent="policy_id", lift=1, names=["default"])
    server = f"{GROUP}/providers/Microsoft.Sql/servers/sql"
    assert built(mapping, policy_id=f"{server}/securityAlertPolicies/Default") == f"{server}/checks/default"
    symbolic = hole(reference=f"{server}/securityAlertPolicies/Default", present=True)
    assert built(mapping, policy_id=symbolic) == f"{server}/checks/default"


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("/subscriptions/abc", "abc"),
        ("/applications/abc", "abc"),
        ("abc", "abc"),
        (
            hole("{azuread_application.a}", reference="/providers/M.G/applications/{azuread_application.a}"),
            "{azuread_application.a}",
        ),
        (hole("{azuread_application.a}"), "{azuread_application.a}"),
        (None, "{here}"),
        (7, "7"),
    ],
)
def test_the_last_part_of_an_id(value: Any, part: str) -> None:
    assert ids.fill("{of:last}", {"of": value}, "here") == part


def test_the_first_name_that_is_set() -> None:
    assert ids.fill("{a|b}-{c}", {"a": None, "b": "x", "c": "y"}, "here") == "x-y"
    assert TypeMapping(arm="A.B/c", names=["{a|b:last}"]).identifying >= {"a", "b"}


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (VAULT, "rg"),
        (hole("{data.x.y.id}", reference="/subscriptions/{s}/resourceGroups/{g}/providers/A.B/c/n"), "{g}"),
        ("/subscriptions/s/providers/A.B/c/n", "n"),
        ("/subscriptions/s/resourceGroups", "resourceGroups"),
        (hole("{var.id}"), "{var.id}"),
        (None, "{here}"),
    ],
)
def test_the_group_in_an_id(value: Any, part: str) -> None:
    assert ids.fill("{of:group}", {"of": value}, "here") == part


def test_the_id_of_something_else_is_no_parent() -> None:
    mapping = TypeMapping(arm="Microsoft.KeyVault/vaults/secrets", parent="key_vault_id")
    made = built(mapping, key_vault_id=GROUP)
    assert parse_id(made).type == "Microsoft.KeyVault/vaults/secrets"
    assert parse_id(made).parent == f"{GROUP.replace('/', '%2F')}/providers/Microsoft.KeyVault/vaults/" + GROUP.replace(
        "/", "%2F"
    )
