"""What each event does, and when it is felt."""

from itertools import product
from typing import Any

import pytest
from tests.facts.keys.objects import deployment, pods, provider_class, rotating, secret
from tests.facts.keys.test_keys import VAULT, impact, key, made, vault

from everward.estate import Resource
from everward.facts.keys.effects import Effect, Event, Timing, effects_of
from everward.facts.keys.uses import Delivery, Use

KEY = "https://kv.vault.azure.net/keys/cmk"
SECRET = "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/s)"


def effects(*resources: Resource) -> dict[Event, Effect]:
    return {one.event: one for one in impact("kv", vault(), *resources).effects if one.consumer.type != VAULT}


def test_every_event_says_something_of_every_delivery() -> None:
    consumer = made("Microsoft.Web/sites", "web", {})
    for delivery, event in product(Delivery, Event):
        found = [one for one in effects_of([Use(consumer, "", "kv", delivery=delivery)]) if one.event is event]
        assert len(found) == 1
        assert found[0].what
        assert not found[0].what.endswith(".")


@pytest.mark.parametrize(
    ("resource", "timing", "minutes", "says"),
    [
        (made("Microsoft.Storage/storageAccounts", "x", {"encryption": {"a": KEY}}), Timing.AT_ONCE, 0,
         "cannot be read"),
        (made("Microsoft.Sql/servers/encryptionProtector", "sql/current", {"uri": KEY}), Timing.LATER, 10,
         "after 30 minutes without it"),
        (made("Microsoft.AppConfiguration/configurationStores", "x",
              {"encryption": {"keyVaultProperties": {"keyIdentifier": KEY}}}), Timing.LATER, 60, "within 60 minutes"),
        (made("Microsoft.EventHub/namespaces", "x", {"encryption": {"a": KEY}}), Timing.LATER, None,
         "asks for the key"),
        (made("Microsoft.Compute/diskEncryptionSets", "x", {"activeKey": {"keyUrl": KEY}}), Timing.LATER, 60,
         "machines shut down"),
        (made("Microsoft.ContainerService/managedClusters", "x",
              {"securityProfile": {"azureKeyVaultKms": {"keyId": KEY}}}), Timing.LATER, None, "secrets of the cluster"),
        (made("Microsoft.Web/sites", "x", {"a": SECRET}), Timing.RESTART, None, "the reference instead of the value"),
        (made("Microsoft.Cdn/profiles/secrets", "fd/x",
              {"parameters": {"secretSource": {"id": f"{vault().id}/secrets/t"}}}),
         Timing.RENEWAL, None, "connections fail when that one ends"),
        (made("Contoso.App/things", "x", {"a": "https://kv.vault.azure.net"}), Timing.AT_ONCE, None, "requests fail"),
        (made("Microsoft.Web/sites", "x", {"a": "https://kv.vault.azure.net"}), Timing.AT_ONCE, None, "requests fail"),
    ],
)  # fmt: skip
def test_without_the_vault(resource: Resource, timing: Timing, minutes: float | None, says: str) -> None:
    found = effects(resource)[Event.DISABLED]
    assert (found.timing, found.minutes) == (timing, minutes)
    assert says in found.what
    assert found.stops


def test_pods_run_on_and_none_starts() -> None:
    found = effects(rotating(), provider_class(), pods(), deployment())
    assert {event: one.timing for event, one in found.items()} == {
        Event.DISABLED: Timing.RESTART,
        Event.UNREACHABLE: Timing.RESTART,
        Event.READ_ONLY: Timing.CONTINUES,
        Event.THROTTLED: Timing.RESTART,
    }
    assert "nothing scales out" in found[Event.UNREACHABLE].what


def test_a_failover_stops_deployments_that_write() -> None:
    declared = impact("kv", vault(), secret("a"), secret("b"))
    [one] = declared.effects
    assert (one.event, one.consumer.name, one.timing) == (Event.READ_ONLY, "kv", Timing.RENEWAL)
    assert "writes its 2 items" in one.what
    [single] = impact("kv/a", vault(), secret("a"), secret("b")).effects
    assert "writes it fails" in single.what


def test_disks_hang_on_the_key_of_their_set() -> None:
    des = made("Microsoft.Compute/diskEncryptionSets", "des", {"activeKey": {"keyUrl": KEY}})
    disk = made("Microsoft.Compute/disks", "disk", {"encryption": {"diskEncryptionSetId": des.id}})
    found = impact("cmk", vault(), key("cmk"), des, disk)
    assert [one.name for one in found.dependants] == ["des", "disk"]
    assert {one.consumer.name for one in found.effects if one.timing is Timing.LATER} == {"des", "disk"}


@pytest.mark.parametrize("strange", [None, 7, "x", [], {}, {"a": [[[{}]]]}, ["https://kv.vault.azure.net" * 50]])
def test_strange_bodies_have_no_effects_or_some(strange: Any) -> None:
    assert isinstance(impact("kv", vault(), made("Contoso.App/things", "x", strange)).effects, list)


def test_a_module_and_a_vault_without_a_replica_are_never_only_read() -> None:
    address = "https://hsm.managedhsm.azure.net/keys/k"
    module = made("Microsoft.KeyVault/managedHSMs", "hsm", {}, location="westeurope")
    user = made("Microsoft.Storage/storageAccounts", "x", {"encryption": {"a": address}})
    assert {one.event for one in impact("hsm", module, user).effects} == set(Event) - {Event.READ_ONLY}
    alone = made(VAULT, "kv", {}, location="polandcentral")
    assert {one.event for one in impact("kv/a", alone, secret("a")).effects} == set()
    assert {one.event for one in impact("kv/a", vault(), secret("a")).effects} == {Event.READ_ONLY}
