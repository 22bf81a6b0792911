"""Answers about keys: as text, as JSON, as a drawing."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.facts.keys.objects import pods, provider_class, rotating, secret
from tests.facts.keys.test_backups import run
from tests.facts.keys.test_keys import HOLE, RG, VERSION, encrypted, key, keys, made, vault

from everward.estate import Estate, Reading, Resource
from everward.facts.keys.impact import impact_of
from everward.facts.keys.keyring import Keys
from everward.facts.keys.uses import Delivery, Use
from everward.facts.readers import PRIVATE, Approach
from everward.reports.interface import Look
from everward.reports.keys import Answer, impact_json, impact_text
from everward.reports.keys_drawing import impact_svg

KEY = "https://kv.vault.azure.net/keys/cmk"
SVG = "{http://www.w3.org/2000/svg}"


def answer(name: str, *resources: Resource, approaches: tuple[Approach, ...] = ()) -> Answer:
    world = keys(*resources)
    return Answer(world, impact_of(world, name), approaches)


def text(told: Answer, *, explain: bool = False, width: int = 200) -> str:
    return b"".join(impact_text(told, Look(width=width), explain=explain)).decode()


def test_a_key_with_its_rotation() -> None:
    rotates = {
        "rotationPolicy": {"lifetimeActions": [{"action": {"type": "Rotate"}}]},
        "attributes": {"exp": 4102444800},
    }
    told = answer("cmk", vault(), key("cmk", **rotates), encrypted(f"{KEY}/{VERSION}"), encrypted(KEY).with_body({}))
    shown = text(told)
    assert shown.startswith(
        "key `cmk` of vault `kv`: 1 resource hangs on it\n  rotation    automatic, 0 of 1 use follow"
    )
    assert "ends 2100-01-01T00:00:00Z" in shown
    over = answer("cmk", vault(), key("cmk", attributes={"exp": 1_600_000_000}))
    assert "ended 2020-09-13T12:26:40Z" in text(over)
    explained = text(told, explain=True)
    assert "  does not    st (storageAccounts), key `cmk`: it names one version" in explained
    assert "  at once     st (storageAccounts): data cannot be read or written until the key is back" in explained
    document = json.loads(b"".join(impact_json(told)))
    assert document["rotation"] == {
        "rotation": "automatic", "expires": "2100-01-01T00:00:00Z", "followed": False, "followers": 0, "others": 1,
        "unknown": 0,
    }  # fmt: skip
    assert document["load"]["parts"] == []


@pytest.mark.parametrize(
    ("tags", "runs", "says"),
    [
        ({}, (), "none: no pipeline and no tag shows one; it can be restored in the same subscription in Europe only"),
        ({"lastBackup": "2026-11-01"}, (), "no pipeline; a tag records one, last recorded 2026-11-01T00:00:00Z"),
        ({"lastBackup": HOLE}, (), "not known (variable without value)"),
        ({}, (run("az keyvault secret backup"),), "by a pipeline that somebody starts"),
        ({}, (run("az keyvault secret backup", schedules=["0 3 * * 1"]),), "every 7 days, by a pipeline"),
    ],
)
def test_backups_of_a_vault(tags: Any, runs: tuple[Resource, ...], says: str) -> None:
    kv = made("Microsoft.KeyVault/vaults", "kv", {}, location="westeurope", tags=tags)
    world = Keys(Estate([Reading("terraform", "test", [kv], elsewhere=list(runs))]))
    told = Answer(world, impact_of(world, "kv"))
    assert f"  backup      {says}" in text(told)
    document = json.loads(b"".join(impact_json(told)))
    assert document["backup"]["geography"] == "Europe"
    assert document["backup"]["places"] == ["backup.yaml:7"] * len(runs)


def test_many_resources_are_counted_unless_somebody_asks() -> None:
    stores = [
        made("Microsoft.Storage/storageAccounts", f"st{number}", {"encryption": {"a": KEY}}) for number in range(9)
    ]
    told = answer("kv", vault(), *stores)
    assert "st5 (storageAccounts) and 3 more: data" in text(told)
    assert "--explain shows each use" in text(told)
    assert "st8 (storageAccounts): data" in text(told, explain=True)
    assert max(map(len, text(told, width=60).splitlines())) <= 60


def test_requests_beside_the_limit() -> None:
    told = answer("kv", vault(), rotating("10s"), provider_class(objects=HOLE), pods(replicas=40), secret("a"))
    shown = text(told, explain=True)
    assert "  polling     40.0 in 10 seconds, 1.0% of the 4,000 that a vault takes" in shown
    assert "  all at once 40 when every pod starts, 1.0% of what it takes in 10 seconds" in shown
    assert "not whole" in shown
    assert "- api: 40 pods, 1 object (as many as the vault has) every 10 seconds" in shown
    document = json.loads(b"".join(impact_json(told)))
    assert (document["polling"], document["load"]["burst"], document["load"]["complete"]) == (40, 40, False)
    assert document["load"]["limit"]["source"]["date"] == "2025-07-23"
    unknown = text(answer("kv", vault(), provider_class(), pods(replicas=HOLE)), explain=True)
    assert "pods that are not known, 2 objects when they start" in unknown


def test_paths_to_the_vault() -> None:
    ways = (
        Approach("internet", (("public", False),)),
        Approach(
            f"{RG}/providers/Microsoft.ContainerService/managedClusters/aks", ((PRIVATE, True), ("public", False))
        ),
        Approach("x", (("network", HOLE),)),
        Approach("y", ()),
    )
    told = answer("kv", vault(), approaches=ways)
    shown = text(told)
    assert "  path        from the Internet: public closed\n" in shown
    assert "from `aks`: private endpoint open, public closed; after a failover it may need 20 minutes more" in shown
    assert "from `x`: network perhaps (variable without value)" in shown
    assert "from `y`: no way is known" in shown
    document = json.loads(b"".join(impact_json(told)))
    assert document["paths"][1]["reconnectMinutes"] == 20
    assert document["paths"][2]["ways"] == [{"way": "network", "holds": None, "unknown": "variable without value"}]


def test_what_no_source_has() -> None:
    assert text(answer("far", encrypted("https://far.vault.azure.net/keys/a"))).startswith(
        "vault `far`, which no source has: 1 resource hangs on it"
    )
    alone = text(answer("kv", vault()))
    assert "no source shows who uses it" in alone
    assert "--explain" not in alone


def test_uses_that_are_not_certain_say_so() -> None:
    told = answer("kv", vault(), rotating("5m"), provider_class(vault=HOLE), pods())
    explained = " ".join(text(told, explain=True).split())
    assert "api (PodTemplate), secret `a` by app (SecretProviderClass)" in explained
    assert "within 5 minutes; not certain: it is the only vault beside the cluster" in explained
    assert "within 30 seconds" in text(answer("kv", vault(), rotating("30s"), provider_class(), pods()), explain=True)
    document = json.loads(b"".join(impact_json(told)))
    assert not document["effects"][0]["certain"]


def test_rights_are_not_told_as_uses_of_versions() -> None:
    world = keys(vault())
    identity = made("Microsoft.ManagedIdentity/userAssignedIdentities", "id", {})
    world.uses.append(Use(identity, "may read", vault().key, delivery=Delivery.RIGHT))
    shown = text(Answer(world, impact_of(world, "kv")), explain=True)
    assert "id (userAssignedIdentities): what runs as it reads nothing more" in shown
    assert "whether a new version gets there" not in shown


def drawing(told: Answer) -> ElementTree.Element:
    return ElementTree.fromstring(b"".join(impact_svg(told.impact)))


def test_the_drawing_has_a_row_for_each_event_and_a_column_for_when() -> None:
    gateway = made("Microsoft.Network/applicationGateways", "agw", {
        "ssl": [{"keyVaultSecretId": "https://kv.vault.azure.net/secrets/tls"}]})  # fmt: skip
    picture = drawing(answer("kv", vault(), encrypted(KEY), gateway))
    texts = [item.text for item in picture.iter(f"{SVG}text")]
    for column in ("stops at once", "stops later", "runs on until it is renewed", "goes on"):
        assert column in texts
    assert "runs on, does not start" not in texts
    assert texts.count("agw (applicationGateways)") == 4


@pytest.mark.parametrize("number", [0, 1, 9, 40])
def test_nothing_is_drawn_outside_of_the_picture(number: int) -> None:
    long = "a-very-long-name-of-a-store-that-nobody-would-choose-but-somebody-has"
    stores = [made("Microsoft.Storage/storageAccounts", f"{long}{index}", {"encryption": {"a": KEY}})
              for index in range(number)]  # fmt: skip
    picture = drawing(answer("kv", vault(), *stores))
    width, height = (float(picture.attrib[side]) for side in ("width", "height"))
    boxes = [{name: float(box.attrib.get(name, 0)) for name in ("x", "y", "width", "height")}
             for box in picture.iter(f"{SVG}rect")]  # fmt: skip
    assert all(box["x"] + box["width"] <= width and box["y"] + box["height"] <= height for box in boxes)
    cells = boxes[1:]
    for line in picture.iter(f"{SVG}text"):
        left, top = float(line.attrib["x"]), float(line.attrib["y"])
        assert top <= height
        holder = [box for box in cells if box["x"] < left < box["x"] + box["width"] and box["y"] < top]
        if holder and left > 190 and top > 90:
            assert any(top <= box["y"] + box["height"] for box in holder)
            assert len(line.text or "") <= 34


def test_strange_names_stay_whole_in_a_drawing() -> None:
    odd = 'a<b>&"\x00\x1b'
    picture = drawing(answer("kv", vault(), made("Contoso.App/things", odd, {"a": KEY})))
    assert any("a<b>&" in (item.text or "") for item in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("westeurope", "  failover    replicated to northeurope, which answers reads after a few minutes\n"),
        ("polandcentral", "  failover    it stands in one region alone: while that is lost, it is out of reach\n"),
        ("brazilsouth", "  failover    it stands in one region alone"),
        ("nowhere", ""),
        (HOLE, ""),
    ],
)
def test_what_becomes_of_a_vault_whose_region_is_lost(region: Any, says: str) -> None:
    told = answer("kv", made("Microsoft.KeyVault/vaults", "kv", {}, location=region), encrypted(KEY))
    shown = text(told)
    assert says in shown
    assert ("failover    " in shown) is bool(says)
    assert ("read-only during a failover" in shown) is ("alone" not in says)
