"""Several readings that speak of one resource: what differs, and what stands for it."""

from itertools import permutations
from typing import Any

from everward.estate import Estate, Reading, Resource
from everward.estate.versions import MAX_VERSIONS
from everward.values import Origin, Unknown

VAULT = "/subscriptions/0000/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/kv1"


def version(file: str, properties: Any, source: str = "inventory", **more: Any) -> Resource:
    origin = Origin(source=source, file=file, line=1)
    return Resource(VAULT, "Microsoft.KeyVault/vaults", "kv1", {"properties": properties}, origin=origin, **more)


def reading(*versions: Resource, label: str | None = None) -> Reading:
    return Reading("inventory", label or versions[0].origin.file or "", list(versions))


def test_versions_that_agree_are_one() -> None:
    estate = Estate([reading(version("a.json", {"a": [1]})), reading(version("b.json", {"a": [1]}))])
    assert estate.differing == {}
    assert estate.views == (estate,)
    assert estate.unresolved == ()


def test_each_view_has_another_version_whatever_the_order() -> None:
    given = [reading(version(f"{name}.json", {"of": name})) for name in "abc"]
    for order in permutations(given):
        estate = Estate(order)
        seen = [view.find(VAULT) for view in estate.views]
        assert [item.properties for item in seen if item is not None] == [{"of": "a"}, {"of": "b"}, {"of": "c"}]
        (note,) = estate.unresolved
        assert note.subject == "1 resource"
        assert note.reason.endswith("differs, so the worst verdict counts: a.json, b.json, c.json")
        assert not note.incomplete
        assert not estate.incomplete


def test_versions_of_one_reading_are_named_by_their_files() -> None:
    estate = Estate([reading(version("a.json", {"x": 1}), version("b.json", {"x": 2}), label="exports")])
    assert [note.reason.rpartition(": ")[2] for note in estate.unresolved] == ["a.json, b.json"]
    many = [reading(version(f"{number}.json", {"x": number})) for number in range(6)]
    (note,) = Estate(many).unresolved
    assert note.reason.endswith(": 0.json, 1.json, 2.json, 3.json and 2 more")


def test_a_version_that_only_says_that_it_exists_contradicts_none() -> None:
    bare = version("a.json", Unknown(reason="not exported"))
    opaque = version("main.tf", {}, source="terraform", opaque=True)
    full = version("b.json", {"x": 1})
    for order in permutations([bare, opaque, full]):
        estate = Estate([reading(item) for item in order])
        assert estate.find(VAULT) is full
        assert estate.differing == {}
    alone = Estate([reading(bare), reading(opaque)])
    assert alone.find(VAULT) is bare
    assert alone.views == (alone,)


def test_whether_it_exists_is_part_of_what_a_version_says() -> None:
    on = Unknown(reason="open", decided_by=("var.on",))
    for other in (version("b.json", {}, condition=on), version("b.json", {}, cardinality=on)):
        assert len(Estate([reading(version("a.json", {})), reading(other)]).views) == 2


def test_versions_beyond_what_is_judged_are_told() -> None:
    many = [version(f"{number:03}.json", {"x": number}) for number in range(MAX_VERSIONS + 5)]
    estate = Estate([reading(*many, label="exports")])
    assert len(estate.views) == MAX_VERSIONS
    assert [(note.subject, note.incomplete) for note in estate.unresolved] == [("1 resource", False), (VAULT, True)]
    assert estate.incomplete
