"""What hangs on which key."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from everward.cli import main
from everward.estate import Estate, Reading, Resource
from everward.facts.interface import with_facts
from everward.facts.keys.effects import Event, Timing
from everward.facts.keys.facts import KeysAnalysis
from everward.facts.keys.impact import Impact, impact_of
from everward.facts.keys.keyring import Keys
from everward.facts.keys.pods import rotation_interval
from everward.facts.keys.times import seconds
from everward.facts.keys.uses import Delivery, Use
from everward.values import Origin, Unknown, UsageError

RG = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"
HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
VAULT = "Microsoft.KeyVault/vaults"
VERSION = "0123456789abcdef0123456789abcdef"


def made(type_: str, name: str, properties: Any, declared: str | None = None, **more: Any) -> Resource:
    namespace, *types = type_.split("/")
    parts = "".join(f"/{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
    origin = Origin(source="terraform", file="main.tf", line=1, address=declared)
    id_ = f"{RG}/providers/{namespace}{parts}"
    return Resource(id_, type_, name.rpartition("/")[2], {"properties": properties, **more}, origin)


def vault(name: str = "kv", **more: Any) -> Resource:
    body = {"sku": {"name": "standard"}, **more}
    return made(VAULT, name, body, f"azurerm_key_vault.{name}", location="westeurope")


def key(name: str, **body: Any) -> Resource:
    return made(f"{VAULT}/keys", f"kv/{name}", body, f"azurerm_key_vault_key.{name}")


def keys(*resources: Resource) -> Keys:
    return Keys(Estate([Reading("terraform", "test", list(resources))]))


def impact(text: str, *resources: Resource) -> Impact:
    return impact_of(keys(*resources), text)


def used(*resources: Resource) -> list[tuple[str, str, str | None, str, Any, bool]]:
    found = keys(*resources).uses
    return [
        (use.consumer.name, use.vault.rpartition("/")[2], use.item, use.kind, use.pinned, use.encrypts) for use in found
    ]


def test_of_what_is_seen_to_use_a_vault_no_right_is_told() -> None:
    app, other = made("Microsoft.Web/sites", "w", {}), made("Microsoft.Web/sites", "w2", {})
    settings = made(
        "Microsoft.Web/sites/config", "w/appsettings", {"S": "@Microsoft.KeyVault(VaultName=kv;SecretName=s)"}
    )
    rights = [Use(one, "may", vault().key, kind="secret", delivery=Delivery.RIGHT) for one in (app, other)]
    found = Keys(Estate([Reading("terraform", "test", [vault(), app, other, settings])]), rights).of_vault(vault().key)
    assert [(use.consumer.name, use.delivery) for use in found] == [
        ("appsettings", Delivery.REFERENCE),
        ("w2", Delivery.RIGHT),
    ]


STORE = "Microsoft.Storage/storageAccounts"


def encrypted(uri: Any, **more: Any) -> Resource:
    return made(STORE, "st", {"encryption": {"keyVaultProperties": {"keyUri": uri}}}, **more)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("https://kv.vault.azure.net/keys/cmk", ("st", "kv", "cmk", "key", False, True)),
        (f"https://KV.vault.azure.net/keys/cmk/{VERSION}", ("st", "kv", "cmk", "key", True, True)),
        ("https://other.vault.azure.net/", ("st", "other", None, "", False, False)),
        ("https://kv.vault.azure.net/secrets/s", ("st", "kv", "s", "secret", False, False)),
        ("@Microsoft.KeyVault(VaultName=kv;SecretName=s)", ("st", "kv", "s", "secret", False, False)),
        (
            "@Microsoft.KeyVault(VaultName=else;SecretName=s;SecretVersion=1)",
            ("st", "else", "s", "secret", True, False),
        ),
        (key("cmk").id, ("st", "kv", "cmk", "key", False, True)),
        (vault().id.upper(), ("st", "kv", None, "", False, False)),
        (
            Unknown(reason="known after apply", decided_by=("azurerm_key_vault_key.cmk.id",)),
            ("st", "kv", "cmk", "key", True, True),
        ),
        (
            Unknown(reason="known after apply", decided_by=("azurerm_key_vault_key.cmk.versionless_id",)),
            ("st", "kv", "cmk", "key", False, True),
        ),
        (
            Unknown(reason="known after apply", decided_by=("azurerm_key_vault.kv.vault_uri",)),
            ("st", "kv", None, "", False, False),
        ),
    ],
)
def test_ways_to_use_what_a_vault_holds(value: Any, found: Any) -> None:
    assert used(vault(), key("cmk"), encrypted(value)) == [found]


def test_what_uses_nothing() -> None:
    assert used(vault(), key("cmk"), encrypted(HOLE), made(STORE, "x", {"a": "@Microsoft.KeyVault(nonsense)"})) == []
    two = Unknown(reason="x", decided_by=("a.b", "c.d"))
    assert used(vault(), encrypted(two)) == []
    assert used(vault(), encrypted(Unknown(reason="x", decided_by=("azurerm_key_vault.kv.name",)))) == []


def secret_class(name: Any = "kv") -> Resource:
    body: dict[str, Any] = {"spec": {"parameters": {"keyvaultName": name}}}
    type_ = "Kubernetes/SecretProviderClasses"
    return Resource(f"{RG}/providers/{type_}/web", type_, "web", body, Origin(source="manifests"))


def cluster(**config: Any) -> Resource:
    addon = {"azureKeyvaultSecretsProvider": {"enabled": True, "config": config}}
    return made("Microsoft.ContainerService/managedClusters", "aks", {"addonProfiles": addon})


def test_secrets_that_clusters_mount() -> None:
    assert used(vault(), secret_class()) == [("web", "kv", None, "secret", False, False)]
    assert used(secret_class("gone")) == [("web", "gone", None, "secret", False, False)]
    assert used(secret_class(HOLE)) == [("web", "", None, "secret", False, False)]
    assert used(secret_class(7)) == []
    rotating = cluster(enableSecretRotation="true", rotationPollInterval="5m")
    assert rotation_interval(rotating) == 300
    assert rotation_interval(cluster(enableSecretRotation="true")) == 120
    assert rotation_interval(cluster(enableSecretRotation="false")) is None
    assert rotation_interval(cluster(enableSecretRotation="true", rotationPollInterval=HOLE)) is None
    assert rotation_interval(made("Microsoft.ContainerService/managedClusters", "aks", {})) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("5m", 300), ("1h30m", 5400), ("90s", 90), ("1.5m", 90), ("", None), ("5", None), ("5x", None), ("m", None)],
)
def test_durations(text: str, found: float | None) -> None:
    assert seconds(text) == found


def test_what_stops_when_a_key_is_gone() -> None:
    found = impact("cmk", vault(), key("cmk"), encrypted("https://kv.vault.azure.net/keys/cmk"))
    assert found.item is not None
    assert [(effect.event, effect.consumer.name, effect.timing) for effect in found.effects] == [
        (Event.DISABLED, "st", Timing.AT_ONCE),
        (Event.UNREACHABLE, "st", Timing.AT_ONCE),
        (Event.READ_ONLY, "st", Timing.CONTINUES),
        (Event.READ_ONLY, "cmk", Timing.RENEWAL),
        (Event.THROTTLED, "st", Timing.LATER),
    ]
    assert found.effects[0].what == "data cannot be read or written until the key is back"


def test_what_stops_when_a_vault_is_gone() -> None:
    listener = {"sslCertificates": [{"keyVaultSecretId": "https://kv.vault.azure.net/certificates/tls"}]}
    found = impact(vault().id, vault(), made("Microsoft.Network/applicationGateways", "agw", listener), secret_class())
    timings = {
        event: [(one.consumer.name, str(one.timing)) for one in found.effects if one.event is event] for event in Event
    }
    assert timings == {
        Event.DISABLED: [("agw", "later"), ("web", "restart")],
        Event.UNREACHABLE: [("agw", "renewal"), ("web", "restart")],
        Event.READ_ONLY: [("agw", "renewal"), ("web", "continues")],
        Event.THROTTLED: [("agw", "continues"), ("web", "restart")],
    }
    assert len(found.dependants) == 2
    assert found.effects[0].minutes == 240
    assert [one.stops for one in found.effects if one.event is Event.READ_ONLY] == [True, False]


def test_a_vault_that_no_source_has_can_be_asked_for() -> None:
    found = impact("far", encrypted("https://far.vault.azure.net/keys/cmk"))
    assert (found.vault, len(found.dependants)) == (None, 1)
    with pytest.raises(UsageError, match="no vault and no key is called `nothing`") as caught:
        impact("nothing", vault())
    assert caught.value.help == "there is `kv`"
    twice = keys(vault(), vault("other"), key("cmk"), made(f"{VAULT}/keys", "other/cmk", {}))
    with pytest.raises(UsageError, match="`cmk` are 2 things") as several:
        impact_of(twice, "cmk")
    assert "other/keys/cmk" in str(several.value.help)
    for named in (f"{RG}/providers/{VAULT}/other/keys/cmk", "OTHER/cmk"):
        item = impact_of(twice, named).item
        assert item is not None
        assert item.vault.endswith("/other")
    with pytest.raises(UsageError) as caught:
        impact("nothing", *(vault(f"kv{number}") for number in range(10)))
    assert str(caught.value.help).endswith("and 2 more")
    with pytest.raises(UsageError) as caught:
        impact("nothing")
    assert caught.value.help == "no source has a vault"
    with pytest.raises(UsageError):
        impact(" ", secret_class(HOLE))


def facts(*resources: Resource) -> Estate:
    return with_facts(Estate([Reading("terraform", "test", list(resources))]), [KeysAnalysis()])


@pytest.mark.parametrize(
    ("body", "rotates", "hardware"),
    [
        ({}, False, False),
        ({"rotationPolicy": {"lifetimeActions": [{"action": {"type": "Rotate"}}]}, "kty": "RSA-HSM"}, True, True),
        ({"rotationPolicy": {"lifetimeActions": [{"action": {"type": "Notify"}}]}, "kty": "RSA"}, False, False),
        ({"rotationPolicy": {"lifetimeActions": [{"action": HOLE}]}, "kty": HOLE}, None, None),
        ({"rotationPolicy": {"lifetimeActions": HOLE}}, None, False),
        ({"rotationPolicy": {"lifetimeActions": [{"action": {"type": HOLE}}]}}, None, False),
    ],
)
def test_keys_as_facts(body: dict[str, Any], rotates: bool | None, hardware: bool | None) -> None:
    [item] = facts(vault(), key("k", **body)).of_type("Everward.Keys/items")
    for name, wanted in (("rotates", rotates), ("hardware", hardware)):
        found = item.get(f"properties.{name}")
        assert (None if isinstance(found, Unknown) else found) is wanted


def test_secrets_and_certificates_as_facts() -> None:
    renewing = {"policy": {"issuerParameters": {"name": "DigiCert"}, "lifetimeActions": [{"action": "AutoRenew"}]}}
    found = facts(
        vault(sku={"name": HOLE}, enablePurgeProtection=True),
        made(f"{VAULT}/secrets", "kv/s", {"attributes": {"exp": 1893456000}}),
        made(f"{VAULT}/certificates", "kv/c", renewing),
        made(f"{VAULT}/certificates", "kv/own", {"policy": {"issuerParameters": {"name": "Unknown"}}}),
        encrypted(f"https://kv.vault.azure.net/secrets/s/{VERSION}", location="West Europe"),
        made(STORE, "far", {"a": "https://kv.vault.azure.net"}, location="northeurope"),
        made(STORE, "lost", {"a": "https://gone.vault.azure.net"}),
    )
    items = {item.get("properties.name"): item for item in found.of_type("Everward.Keys/items")}
    secret = items["s"]
    assert (secret.get("properties.hasExpiry"), secret.get("properties.rotationFollowed")) == (True, False)
    assert [items[name].get("properties.rotates") for name in ("s", "c", "own")] == [False, True, False]
    near = {
        item.get("properties.consumer"): item.get("properties.sameRegion")
        for item in found.of_type("Everward.Keys/uses")
    }
    assert sorted(near.values(), key=str) == [False, None, True]
    [about] = found.of_type("Everward.Keys/vaults")
    assert (about.get("properties.items"), about.get("properties.dependants")) == (3, 2)
    assert about.get("properties.crossRegion") == 1
    assert isinstance(about.get("properties.premium"), Unknown)
    assert about.get("properties.purgeProtected") is True


def test_hardware_modules_are_vaults_too() -> None:
    module = made("Microsoft.KeyVault/managedHSMs", "hsm", {})
    [about] = facts(module).of_type("Everward.Keys/vaults")
    assert (about.get("properties.managedHsm"), about.get("properties.premium")) == (True, True)


INVENTORY = [
    {"id": vault().id, "type": VAULT, "name": "kv", "location": "westeurope", "properties": {}},
    {
        "id": encrypted("").id,
        "type": STORE,
        "name": "st",
        "properties": {"encryption": {"keyVaultProperties": {"keyUri": "https://kv.vault.azure.net/keys/cmk"}}},
    },
]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "inventory.json").write_text(json.dumps(INVENTORY))
    assert main(["keys", "impact", "kv", "inventory.json"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "vault `kv` in westeurope: 1 resource hangs on it\n  path        from the Internet: public open\n"
    )
    assert "disabled, deleted or expired\n  at once     st (storageAccounts): data cannot be read or written" in out
    assert "--explain" not in out
    assert main(["keys", "impact", "kv", "inventory.json", "-o", "json", "-o", "svg=keys.svg"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(effect["event"], effect["when"]) for effect in told["effects"]] == [
        ("disabled", "atOnce"), ("unreachable", "atOnce"), ("readOnly", "continues"), ("throttled", "later"),
    ]  # fmt: skip
    assert told["paths"] == [
        {"source": "internet", "ways": [{"way": "public", "holds": True, "unknown": None}], "reconnectMinutes": None}
    ]
    assert ElementTree.fromstring((tmp_path / "keys.svg").read_text()) is not None
    assert main(["keys", "impact", "st", "inventory.json"]) == 2
    assert "no vault and no key is called `st`" in capsys.readouterr().err
    (tmp_path / "alone.json").write_text(json.dumps(INVENTORY[:1]))
    assert main(["keys", "impact", "kv", "alone.json"]) == 0
    assert "no source shows who uses it" in capsys.readouterr().out
