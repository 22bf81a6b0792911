"""Where readings disagree, for people at three in the morning, and for machines."""

from __future__ import annotations

import json
from typing import Any

from tests.reports.sample import HOSTILE

from everward.estate import (
    Binding,
    Comparison,
    Estate,
    Join,
    Reading,
    Resource,
    Side,
    compare_sides,
    sides_of,
)
from everward.reports import Look
from everward.reports.estate_diff import diff_json, diff_text, shortened
from everward.values import Origin, Unknown

GROUP = "/subscriptions/1/resourceGroups/rg/providers"
KIND = "Microsoft.KeyVault/vaults"


def resource(name: str, source: str, properties: dict[str, Any], kind: str = KIND, **body: Any) -> Resource:
    origin = Origin(source, f"{source}/x", 3)
    return Resource(f"{GROUP}/{kind}/{name}", kind, name, {"properties": properties, **body}, origin=origin)


def readings(*, number: int = 1, value: Any = 2) -> list[Reading]:
    declared = [resource(f"kv{index}", "terraform", {"a": 1, "b": Unknown(reason="r")}) for index in range(number)]
    deployed = [resource(f"kv{index}", "inventory", {"a": value, "b": 1, "c": 1}) for index in range(number)]
    return [
        Reading("terraform", "infra", [*declared, resource("mine", "terraform", {})]),
        Reading("inventory", "live.json", [*deployed, resource("theirs", "inventory", {})]),
    ]


def compared(given: list[Reading]) -> tuple[Estate, Comparison]:
    estate = Estate(given)
    return estate, compare_sides(estate, sides_of(given))


def lines(given: list[Reading], *, noise: bool = False, **look: Any) -> list[str]:
    estate, comparison = compared(given)
    return b"".join(diff_text(estate, comparison, Look(**look), noise=noise)).decode().splitlines()


def test_every_difference_has_its_values_and_places() -> None:
    shown = lines(readings(), width=110)
    assert shown[0] == "Readings differ on 1 of 1 resource that several have, in 1 property; 2 only in some readings"
    start = shown.index(KIND)
    assert shown[start : start + 5] == [
        KIND,
        "  kv0 in rg",
        "    properties.a",
        "      1  terraform/x:3 (terraform)",
        "      2  inventory/x:3 (inventory)",
    ]
    assert any(line.startswith("Left out   1 difference that means nothing: 1 added by the service") for line in shown)
    assert "In inventory, not in terraform: 1 resource" in shown
    assert f"  mine in rg {KIND} terraform/x:3" in shown


def test_noise_is_shown_when_it_is_asked_for() -> None:
    shown = lines(readings(value=1), noise=True)
    assert "    properties.c (added by the service)" in shown
    assert "      (absent)  terraform/x:3 (terraform)" in shown
    assert shown[0].startswith("Readings agree on all 1 resource that several have; 2 only in some")
    assert KIND not in lines(readings(value=1))


def test_long_lists_and_values_are_shortened_and_full_shows_all() -> None:
    many = lines(readings(number=40))
    assert "... 15 more resources: --full shows all" in many
    assert sum("properties.a" in line for line in lines(readings(number=40), full=True)) == 40
    wide = {f"p{index:02}": index for index in range(20)}
    one = [
        Reading("terraform", "a", [resource("kv", "terraform", wide)]),
        Reading("inventory", "b", [resource("kv", "inventory", dict.fromkeys(wide, -1))]),
    ]
    assert "    ... 12 more properties: --full shows all" in lines(one)
    lone = [Reading("terraform", "a", [resource(f"k{index}", "terraform", {}) for index in range(30)]), readings()[1]]
    assert f"  ... 5 more resources (5 {KIND}...): --full shows all" in lines(lone)


def test_values_are_cut_where_they_begin_to_differ() -> None:
    head = "let x = 1; " * 60
    one, two = shortened([head + "where a", head + "where b"])
    assert one.startswith("...")
    assert (one[-7:], two[-7:]) == ("where a", "where b")
    assert max(map(len, (one, two))) < 330
    assert shortened(["a" * 700]) == ["a" * 700]
    assert shortened(["a" * 700, "b"]) == ["a" * 300 + "...", "b"]
    same = "q" * 400
    assert shortened([same, same + "r" * 400 + "s"])[0] == "..." + "q" * 40


def test_secrets_and_hostile_names_are_not_shown_as_they_are() -> None:
    given = [
        Reading("terraform", "a", [resource("kv", "terraform", {"adminPassword": "hunter2", HOSTILE: HOSTILE})]),
        Reading("inventory", "b", [resource("kv", "inventory", {"adminPassword": "hunter3", HOSTILE: "x"})]),
    ]
    text = "\n".join(lines(given, full=True))
    estate, comparison = compared(given)
    document = b"".join(diff_json(estate, comparison)).decode()
    for shown in (text, document):
        assert "hunter" not in shown
        assert "\x1b" not in shown
    assert "(redacted)" in text


def test_what_was_joined_is_told() -> None:
    given = readings()
    given[0].joins += [Join("/a", "/b", "name"), Join("/c", "/d", "address")]
    given[0].bindings += [Binding("subscription", "1", 2), Binding("x.id", "/subscriptions/1")]
    text = " ".join(" ".join(lines(given)).split())
    assert "Joined infra: 1 by type, name and scope and 1 by address: so subscription is 1 Left out" in text
    given[0].joins.clear()
    assert "infra: none: so subscription is 1" in " ".join(lines(given))


def test_a_hole_and_an_empty_estate_are_told() -> None:
    same = [
        Reading(
            "terraform", "a", [resource("kv", "terraform", {"x": Unknown(reason="r", decided_by=("var.x",)), "y": 1})]
        ),
        Reading("terraform", "b", [resource("kv", "terraform", {"x": [1], "y": "t"})]),
    ]
    shown = lines(same)
    assert "      (not known: var.x)  terraform/x:3 (terraform)" in shown
    assert "      [1]                 terraform/x:3 (terraform)" in shown
    assert lines([])[0] == "There is only one reading: nothing to compare"
    assert lines(readings()[:1])[0] == "There is only one reading: nothing to compare"
    apart = [Reading("terraform", "a", [resource("x", "terraform", {})]), readings()[1]]
    assert lines(apart)[0] == "No resource is in several readings; 3 only in some readings"
    strange = Resource("odd", "T/t", "odd", {}, Origin("terraform"))
    on = resource("kv/providers/Microsoft.Authorization/locks/l", "terraform", {}, "Microsoft.KeyVault/vaults")
    text = "\n".join(lines([Reading("terraform", "a", [strange, on]), readings()[1]]))
    assert "  l on kv in rg " in text
    assert "  odd T/t terraform" in text


def test_json_has_everything() -> None:
    given = readings()
    estate, comparison = compared(given)
    document = json.loads(b"".join(diff_json(estate, comparison)))
    assert document["schema"] == "everward/estate-diff/1"
    assert document["summary"] == {
        "differing": 1,
        "agreeing": 0,
        "properties": 1,
        "only": {"inventory": 1, "terraform": 1},
    }
    (entry,) = document["differing"]
    (difference,) = entry["differences"]
    assert difference["path"] == "properties.a"
    assert [item["value"] for item in difference["statements"]] == [1, 2]
    assert [item["origin"]["file"] for item in difference["statements"]] == ["terraform/x", "inventory/x"]
    assert [(item["in"], item["name"]) for item in document["only"]] == [
        (["inventory"], "theirs"),
        (["terraform"], "mine"),
    ]
    assert document["ignored"] == {"added by the service": 1}
    noisy = json.loads(b"".join(diff_json(estate, comparison, noise=True)))
    absent = noisy["differing"][0]["differences"][1]
    assert (absent["noise"], absent["statements"][0]["absent"]) == ("added by the service", True)


def test_sides_are_sources_or_the_readings_of_one_source() -> None:
    assert [side.name for side in sides_of(readings())] == ["terraform", "inventory"]
    two = [readings()[1], Reading("inventory", "old.json", [resource("kv", "inventory", {})]), Reading("files", "x")]
    assert [side.name for side in sides_of(two)] == ["live.json", "old.json"]
    estate = Estate(readings())
    chosen = compare_sides(estate, [Side("a", (estate.readings[0],))], {f"{GROUP}/{KIND}/mine".lower()})
    assert (chosen.differing, chosen.agreeing, chosen.only) == ([], 0, {})
