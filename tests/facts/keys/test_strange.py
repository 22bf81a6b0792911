"""Whatever stands at any place of what keys are read from: something is said or nothing, and nothing fails."""

import random
from typing import Any

from tests.facts.keys.objects import deployment, kube, pods, provider_class, rotating, scaler, secret
from tests.facts.keys.test_backups import run
from tests.facts.keys.test_keys import VAULT, encrypted, key, made, vault
from tests.facts.test_hostile import STRANGE, changed, places

from everward.estate import Estate, Reading, Resource
from everward.facts.keys.facts import KeysAnalysis
from everward.facts.keys.impact import impact_of
from everward.facts.keys.keyring import Keys
from everward.reports.interface import Look
from everward.reports.keys import Answer, impact_json, impact_text
from everward.reports.keys_drawing import impact_svg

KEY = "https://kv.vault.azure.net/keys/cmk"


def seeds() -> list[Resource]:
    auto = scaler(minReplicas=1, maxReplicas=9)
    des = made("Microsoft.Compute/diskEncryptionSets", "des", {
        "activeKey": {"keyUrl": KEY}, "rotationToLatestKeyVersionEnabled": True})  # fmt: skip
    policy = {"issuer": {"name": "Self"}, "lifetimeActions": [{"action": {"type": "AutoRenew"}}],
              "x509Properties": {"validityInMonths": 12}, "keyProperties": {"kty": "RSA", "keySize": 2048}}  # fmt: skip
    environment = [{"name": "VAULT", "value": "https://kv.vault.azure.net"}, {"name": "REFRESH", "value": "5m"},
                   {"valueFrom": {"secretKeyRef": {"name": "made"}}}]  # fmt: skip
    containers = [{"env": environment, "envFrom": [{"configMapRef": {"name": "map"}}]}]
    return [
        vault(accessPolicies=[{"objectId": "a", "permissions": {"keys": ["get"]}}]),
        key("cmk", attributes={"exp": 1798761600}, kty="RSA-HSM", keySize=4096, rotationPolicy={
            "attributes": {"expiryTime": "P90D"}, "lifetimeActions": [{"action": {"type": "Rotate"}}]}),
        made(f"{VAULT}/certificates", "kv/tls", {"policy": policy}),
        secret("a"),
        encrypted(KEY, tags={"regulation": "x", "lastBackup": "2026-01-01"}),
        made("Microsoft.EventHub/namespaces", "ns", {"encryption": {"keyVaultProperties": [
            {"keyName": "cmk", "keyVaultUri": "https://kv.vault.azure.net", "keyVersion": "1"}]}}),
        des,
        made("Microsoft.Compute/disks", "disk", {"encryption": {"diskEncryptionSetId": des.id}}),
        made("Microsoft.Sql/servers", "sql", {}),
        made("Microsoft.Sql/servers/encryptionProtector", "sql/current", {
            "uri": KEY, "serverKeyType": "AzureKeyVault", "autoRotationEnabled": True}),
        made("Microsoft.Cdn/profiles/secrets", "fd/tls", {"parameters": {
            "useLatestVersion": True, "secretSource": {"id": f"{vault().id}/secrets/tls"}}}),
        made("Microsoft.KeyVault/managedHSMs", "hsm", {"initialAdminObjectIds": ["a"]}),
        made("Microsoft.KeyVault/managedHSMs/roleAssignments", "hsm/r", {
            "roleDefinitionId": "/x/y", "principalId": "a"}),
        made("Microsoft.KeyVault/managedHSMs/roleDefinitions", "hsm/y", {
            "permissions": [{"dataActions": ["a/purge"]}]}),
        rotating(),
        provider_class(secretObjects=[{"secretName": "made"}]),
        deployment(),
        pods(replicas=2, autoscalers=[auto.id], containers=containers),
        auto,
        kube("ConfigMap", "map", data={"POLL": "5"}),
        kube("SecretStore", "kv", "external-secrets.io",
             spec={"provider": {"azurekv": {"vaultUrl": "https://kv.vault.azure.net"}}}),
        kube("ExternalSecret", "one", "external-secrets.io",
             spec={"refreshInterval": "1h", "secretStoreRef": {"name": "kv"}, "data": [{}]}),
    ]  # fmt: skip


def analysed(resources: list[Resource], runs: list[Resource]) -> None:
    estate = Estate([Reading("terraform", "test", resources, elsewhere=runs)])
    assert KeysAnalysis().derive(estate).facts is not None
    world = Keys(estate)
    for name in list(world.vaults.all)[:2]:
        answer = Answer(world, impact_of(world, name))
        assert b"".join(impact_text(answer, Look(width=80), explain=True))
        assert b"".join(impact_json(answer))
        assert b"".join(impact_svg(answer.impact))


def test_strange_values_one_by_one() -> None:
    originals, chance = seeds(), random.Random(3)
    runs = [run("az keyvault secret backup", schedules=["0 3 * * *"])]
    for original in (*originals, *runs):
        for path in places(original.body):
            mine = original.with_body(changed(original.body, path, chance.choice(STRANGE)))
            listed = [mine if item is original else item for item in originals]
            analysed(listed, [mine if item is original else item for item in runs])


def test_strange_values_at_many_places_at_once() -> None:
    chance = random.Random(7)
    for _ in range(60):
        made_: list[Resource] = []
        for item in seeds():
            body: Any = item.body
            for path in chance.sample(places(body), min(3, len(places(body)))):
                try:
                    body = changed(body, path, chance.choice(STRANGE))
                except (KeyError, TypeError, IndexError, AttributeError):
                    continue
            made_.append(item.with_body(body))
        analysed(made_, [])


def test_disks_that_hold_each_others_keys_end() -> None:
    one = made("Microsoft.Compute/diskEncryptionSets", "a", {"encryption": {"diskEncryptionSetId": "b"}})
    disk = made("Microsoft.Compute/disks", "d", {"encryption": {"diskEncryptionSetId": ""}})
    own = made("Microsoft.Compute/disks", "e", {})
    loop = own.with_body({"properties": {"encryption": {"diskEncryptionSetId": own.id}}})
    analysed([vault(), one, disk, loop], [])


def test_many_resources_take_no_longer_than_they_should() -> None:
    stores = [
        made("Microsoft.Storage/storageAccounts", f"s{number}", {"encryption": {"a": KEY}}) for number in range(3000)
    ]
    world = Keys(Estate([Reading("terraform", "test", [vault(), key("cmk"), *stores])]))
    assert len(impact_of(world, "cmk").dependants) == 3000
    assert len(KeysAnalysis().derive(world.estate).facts) > 6000
