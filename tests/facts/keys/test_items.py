"""Keys, secrets and certificates: how they are rotated, when they end, what protects them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.facts.keys.test_keys import HOLE, VAULT, VERSION, encrypted, key, keys, made, vault

from everward.estate import Estate, Reading, Resource
from everward.facts.interface import with_facts
from everward.facts.keys.facts import KeysAnalysis
from everward.facts.keys.items import Item
from everward.facts.keys.need import level, met, needed
from everward.facts.keys.reference import geography_of, of_type, reference, region_name, replica_of
from everward.facts.keys.times import moment, span, text_of
from everward.values import Unknown

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def item(kind: str, **body: Any) -> Item:
    return next(iter(keys(vault(), made(f"{VAULT}/{kind}s", "kv/x", body)).vaults.items.values()))


def told(*resources: Resource) -> dict[str, dict[str, Any]]:
    found = with_facts(Estate([Reading("x", "x", list(resources))]), [KeysAnalysis(NOW)])
    return {one.get("properties.name"): dict(one.properties) for one in found.of_type("Everward.Keys/items")}  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("exp", "expiry"),
    [
        (1798761600, "later"),
        ("2027-01-01T00:00:00Z", "later"),
        ("2026-12-30T00:00:00+02:00", "near"),
        ("2026-12-31T00:00:00", "near"),
        (1764547200, "passed"),
        (NOW.timestamp(), "passed"),
        (None, "none"),
        (HOLE, None),
        ("soon", None),
        (True, None),
        (10**40, None),
        ([], None),
    ],
)
def test_when_it_ends(exp: Any, expiry: str | None) -> None:
    found = item("secret", attributes={"exp": exp}).expiry(NOW, timedelta(days=30))
    assert (None if isinstance(found, Unknown) else found) == expiry
    if isinstance(expiry, str) and exp is not None:
        assert isinstance(item("secret", attributes={"expires": exp}).ends, datetime)


def test_new_versions_may_end_though_this_one_does_not() -> None:
    policy = {"attributes": {"expiryTime": "P90D"}, "lifetimeActions": [{"action": {"type": "Notify"}}]}
    found = item("key", rotationPolicy=policy)
    assert (found.expiry(NOW, timedelta()), found.expires_after, found.rotation) == ("later", 90 * 86400, "notify")
    certificate = item("certificate", policy={"x509Properties": {"validityInMonths": 12}})
    assert certificate.expiry(NOW, timedelta()) == "later"
    assert item("certificate", policy={"x509Properties": {"validityInMonths": True}}).expires_after is None
    assert item("secret").expires_after is None


@pytest.mark.parametrize(
    ("policy", "rotation"),
    [
        ({"issuer": {"name": "DigiCert"}, "lifetimeActions": [{"action": {"actionType": "AutoRenew"}}]}, "automatic"),
        ({"issuer": {"name": "DigiCert"}, "lifetimeActions": [{"action": {"type": "EmailContacts"}}]}, "notify"),
        ({"issuer": {"name": "Unknown"}, "lifetimeActions": [{"action": {"type": "AutoRenew"}}]}, "none"),
        ({"lifetimeActions": [{"action": {"type": "AutoRenew"}}]}, "none"),
        ({"issuerParameters": {"name": "Self"}, "lifetimeAction": {"action": "AutoRenew"}}, "automatic"),
        ({"issuer": {"name": HOLE}, "lifetimeActions": [{"action": {"type": "AutoRenew"}}]}, "automatic"),
        ({"issuer": {"name": HOLE}}, "none"),
        ({"issuer": {"name": "Self"}, "lifetimeActions": HOLE}, None),
        ({"issuer": {"name": "Self"}, "lifetimeActions": [HOLE]}, None),
        (HOLE, None),
    ],
)
def test_certificates_are_renewed_by_their_issuer(policy: Any, rotation: str | None) -> None:
    found = item("certificate", certificatePolicy=policy).rotation
    assert (None if isinstance(found, Unknown) else found) == rotation


def test_issuers() -> None:
    own = item("certificate", policy={"issuer": {"name": "Self"}})
    assert (own.issuer, own.issued_by_vault, own.self_signed) == ("Self", True, True)
    hidden = item("certificate", policy={"issuer": {"name": HOLE}})
    assert isinstance(hidden.issued_by_vault, Unknown)
    assert isinstance(hidden.self_signed, Unknown)
    assert item("key").issuer is None


@pytest.mark.parametrize(
    ("body", "operations"),
    [
        ({"kty": "RSA", "keySize": 2048}, 4000),
        ({"kty": "RSA-HSM", "keySize": 2048}, 2000),
        ({"kty": "RSA-HSM", "keySize": 4096}, 250),
        ({"kty": "EC"}, 4000),
        ({"kty": "EC-HSM"}, 2000),
        ({"kty": "RSA"}, None),
        ({"kty": "RSA", "keySize": 1024}, None),
        ({"kty": "oct-HSM", "keySize": 256}, None),
        ({"kty": HOLE}, None),
        ({}, None),
    ],
)
def test_operations_that_a_vault_takes_by_kind_and_size_of_key(body: dict[str, Any], operations: int | None) -> None:
    assert item("key", **body).operations == operations
    assert item("secret", **body).operations is None


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ({"kty": "RSA"}, "FIPS 140-2 Level 1"),
        ({"kty": "RSA-HSM"}, "FIPS 140-3 Level 3"),
        ({"kty": "RSA-HSM", "attributes": {"hsmPlatform": "1"}}, "FIPS 140-2 Level 2"),
        ({"kty": "RSA-HSM", "hsmPlatform": 2}, "FIPS 140-3 Level 3"),
    ],
)
def test_levels_of_protection(body: dict[str, Any], level: str) -> None:
    one = told(vault(), key("k", keySize=2048, **body))["k"]
    assert (one["fips"], one["operationsLimit"]) == (level, 2000 if one["hardware"] else 4000)


def test_a_certificate_always_ends() -> None:
    certificate = made(f"{VAULT}/certificates", "kv/tls", {"policy": {}})
    one = told(vault(), certificate)["tls"]
    assert isinstance(one["expiry"], Unknown)
    assert one["summary"].endswith("its end is not known")
    assert told(vault(), key("k"))["k"]["summary"].endswith("never ends")


def test_levels_that_are_not_those_of_a_vault() -> None:
    module = made("Microsoft.KeyVault/managedHSMs", "hsm", {})
    inside = made("Microsoft.KeyVault/managedHSMs/keys", "hsm/k", {"kty": "RSA-HSM"})
    assert told(module, inside)["k"]["fips"] == "FIPS 140-3 Level 3"
    assert told(vault(), made(f"{VAULT}/secrets", "kv/s", {}))["s"]["fips"] is None
    assert isinstance(told(vault(), key("k", kty=HOLE))["k"]["fips"], Unknown)


def test_a_rotation_that_does_not_reach_everybody() -> None:
    body = {"rotationPolicy": {"lifetimeActions": [{"action": {"type": "Rotate"}}]}}
    pinned = encrypted(f"https://kv.vault.azure.net/keys/k/{VERSION}")
    free = made("Microsoft.DocumentDB/databaseAccounts", "db", {"keyVaultKeyUri": "https://kv.vault.azure.net/keys/k"})
    one = told(vault(), key("k", **body), pinned, free)["k"]
    assert (one["rotation"], one["rotationFollowed"], one["followers"], one["pinned"]) == ("automatic", False, 1, 1)
    assert one["summary"] == (
        "key `k` of vault `kv` gets new versions by itself; "
        "one user does not take new versions by themselves; never ends"
    )
    both = told(vault(), key("k", **body), free)["k"]
    assert (both["rotationFollowed"], both["users"]) == (True, 1)
    nobody = told(vault(), key("k", rotationPolicy=HOLE))["k"]
    assert (nobody["rotationFollowed"], nobody["used"]) == (True, False)
    assert "whether it is rotated is not known" in nobody["summary"]


def test_one_user_that_names_a_version_beside_one_that_does_not() -> None:
    body = {"a": "https://kv.vault.azure.net/keys/k", "b": f"https://kv.vault.azure.net/keys/k/{VERSION}"}
    estate = with_facts(
        Estate(
            [
                Reading(
                    "x", "x", [vault(), key("k"), made("Microsoft.Storage/storageAccounts", "st", {"encryption": body})]
                )
            ]
        ),
        [KeysAnalysis(NOW)],
    )
    uses = estate.of_type("Everward.Keys/uses")
    assert {str(use.get("properties.pinned")) for use in uses} == {"False", "True"}
    assert len({use.key for use in uses}) == 2


def test_certificates_are_read_as_secrets() -> None:
    world = keys(vault(), made(f"{VAULT}/certificates", "kv/tls", {}), made(f"{VAULT}/secrets", "kv/other", {}),
                 made("Microsoft.Network/applicationGateways", "agw",
                      {"ssl": [{"keyVaultSecretId": "https://kv.vault.azure.net/secrets/tls"}]}))  # fmt: skip
    tls, other = sorted(world.vaults.items.values(), key=lambda one: one.name, reverse=True)
    assert [use.consumer.name for use in world.naming(tls)] == ["agw"]
    assert world.naming(other) == []
    assert world.vaults.item(vault().key, "secret", "TLS") is tls
    assert world.vaults.item(vault().key, "secret", "nothing") is None


@pytest.mark.parametrize(
    ("value", "found"),
    [("P1Y2M3W4DT5H6M7S", 365 * 86400 + 60 * 86400 + 21 * 86400 + 4 * 86400 + 5 * 3600 + 367), ("p30d", 30 * 86400),
     ("P", None), ("PT", None), ("30", None), (7, None), (HOLE, None)],
)  # fmt: skip
def test_spans(value: Any, found: float | None) -> None:
    assert span(value) == found


def test_moments() -> None:
    assert text_of(moment(0)) == "1970-01-01T00:00:00Z"
    assert text_of(moment("2027-01-01T02:00:00+02:00")) == "2027-01-01T00:00:00Z"
    assert moment("9999999") is None
    assert text_of(None) is None


def test_what_azure_says_has_sources_and_dates() -> None:
    found = reference()
    for chapter in ("limits", "followers", "failover", "hsmRoles", "fips", "regions"):
        assert found.provenance[chapter]["date"]
        assert found.provenance[chapter]["source"]
    assert all(entry.source.startswith("https://") for entry in found.followers.values())
    assert (found.limits.reads, found.limits.window, found.limits.subscription_factor) == (4000, 10, 5)
    pairs = {name: region.pair for name, region in found.regions.items() if region.pair is not None}
    assert set(pairs.values()) <= set(found.regions)
    assert of_type(found.followers, "microsoft.web/sites/config") is found.followers["microsoft.web/sites"]
    assert of_type(found.followers, "microsoft.nothing/x") is None
    assert (geography_of("West Europe"), geography_of("nowhere"), geography_of(HOLE)) == ("Europe", None, None)
    assert (region_name(" "), region_name("Sweden Central")) == (None, "swedencentral")


@pytest.mark.parametrize(
    ("tags", "need"),
    [
        ({"fips": "3"}, 3), ({"FIPS-Level": "FIPS 140-3 Level 3"}, 3), ({"fips": 2}, 2), ({"hsmLevel": "level:2"}, 2),
        ({"fips": HOLE}, HOLE), ({"fips": "yes"}, None), ({"fips": True}, None), ({"fips": "140-3"}, None),
        ({"other": "3"}, None), (None, None), (HOLE, None), ([], None),
    ],
)  # fmt: skip
def test_needs_stand_in_tags(tags: Any, need: Any) -> None:
    assert needed(None, tags) == need


def test_protection_beside_the_need() -> None:
    one = told(made(VAULT, "kv", {}, tags={"fips": "3"}), key("soft", kty="RSA"), key("hard", kty="RSA-HSM"))
    assert {name: (item["fipsNeeded"], item["fipsMet"]) for name, item in one.items()} == {
        "soft": (3, False), "hard": (3, True),
    }  # fmt: skip
    assert met(HOLE, "FIPS 140-3 Level 3") is HOLE
    assert met(3, HOLE) is HOLE
    assert (met(None, "x"), met(3, None), met(1, "nothing")) == (None, None, False)
    assert (level(None), level("Level 9")) == (None, None)


def test_where_a_vault_is_replicated() -> None:
    assert (replica_of("West Europe"), replica_of("brazilsouth"), replica_of("polandcentral")) == (
        "northeurope",
        "",
        "",
    )
    assert (replica_of(HOLE), replica_of("nowhere")) == (None, None)
