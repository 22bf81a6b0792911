"""Where readings disagree, and what of it means nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everward.estate import Difference, Estate, Reading, Resource, compare
from everward.estate.filling import FilledOrigins, fill
from everward.estate.noise import ADDED, DEFAULT, EMPTY, READ_ONLY, SPELLING, WITHHELD
from everward.estate.versions import standing
from everward.values import MISSING, Origin, Unknown

VAULT = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
B = {"name": "b"}
HOLE = Unknown(reason="no value", decided_by=("var.x",))


def said(source: str, properties: Any, label: str | None = None, **body: Any) -> tuple[Reading, Resource]:
    origin = Origin(source, f"{label or source}.x", 1)
    inner = {"properties": properties, **body}
    resource = Resource(VAULT, "Microsoft.KeyVault/vaults", "kv", inner, origin=origin)
    resource.origins = {f"properties.{name}": Origin(source, f"{label or source}.x", 7) for name in "ar"}
    return Reading(source, label or source, [resource]), resource


def told(*versions: tuple[Reading, Resource]) -> list[tuple[str, str | None]]:
    return [(item.path, item.noise) for item in compare(versions)]


def values(difference: Difference) -> list[Any]:
    return [item.value for item in difference.statements]


def test_a_difference_has_every_value_with_its_place() -> None:
    (found,) = compare(
        [said("terraform", {"a": 1, "b": 2}), said("plan", {"a": 1, "b": 2}), said("inventory", {"a": 3, "b": 2})]
    )
    assert (found.path, found.noise, values(found)) == ("properties.a", None, [1, 1, 3])
    assert [str(item.origin) for item in found.statements] == ["terraform.x:7", "plan.x:7", "inventory.x:7"]
    (found,) = compare([said("terraform", {"b": 1}), said("inventory", {})])
    assert values(found) == [1, MISSING]
    assert [item.origin.line for item in found.statements] == [1, 1]


@pytest.mark.parametrize(
    ("declared", "deployed", "expected"),
    [
        ({}, {"x": "default"}, [("properties.x", ADDED)]),
        ({"x": 1}, {}, [("properties.x", DEFAULT)]),
        ({"a": False}, {}, [("properties.a", None)]),
        ({"x": None}, {}, [("properties.x", EMPTY)]),
        ({"x": ""}, {"x": []}, [("properties.x", EMPTY)]),
        ({"x": {}}, {"x": {"y": 1}}, [("properties.x.y", ADDED)]),
        ({"z": 1}, {"z": 1, "x": {"y": 1, "w": {"v": 2}}}, [("properties.x", ADDED)]),
        ({"adminPassword": "p"}, {}, [("properties.adminPassword", WITHHELD)]),
        ({"provisioningState": "a"}, {"provisioningState": "b"}, [("properties.provisioningState", READ_ONLY)]),
        ({"x": "Standard"}, {"x": "standard"}, [("properties.x", SPELLING)]),
        ({"x": "/subscriptions/1/A b/"}, {"x": "/SUBSCRIPTIONS/1/a B"}, [("properties.x", SPELLING)]),
        ({"x": "A query | where x"}, {"x": "a query | where x"}, [("properties.x", None)]),
        ({"x": "line\r\n"}, {"x": "line\n"}, [("properties.x", SPELLING)]),
        ({"x": 443}, {"x": "443"}, [("properties.x", SPELLING)]),
        ({"x": True}, {"x": "true"}, [("properties.x", SPELLING)]),
        ({"x": 1.0}, {"x": 1}, []),
        ({"x": 1e400}, {"x": "inf"}, [("properties.x", SPELLING)]),
        ({"x": ["b", "A"]}, {"x": ["a", "b"]}, [("properties.x", SPELLING)]),
        ({"x": [{"p": 1, "q": None}]}, {"x": [{"P": 1}]}, [("properties.x", SPELLING)]),
        ({"x": [1]}, {"x": [1, 2]}, [("properties.x", None)]),
        ({"x": HOLE}, {"x": 1}, []),
        ({"x": [1, HOLE]}, {"x": [1, 2]}, []),
        ({"x": HOLE}, {"x": {"y": 1}}, []),
        ({"r": [{"name": "a", "p": 1}, B]}, {"r": [B, {"name": "a", "p": 2}]}, [("properties.r[a].p", None)]),
        ({"r": [{"name": "a"}]}, {"r": [{"p": 2}]}, [("properties.r", None)]),
        ({"r": [{"name": "a", "p": 1}]}, {"r": []}, [("properties.r[a]", None)]),
        ({"r": [{"name": "a", "p": 1}, B]}, {"r": [B]}, [("properties.r[a]", None)]),
        ({"r": [{"name": "a"}]}, {"r": [{"name": "A"}]}, [("properties.r[a].name", SPELLING)]),
        ({"r": [{"name": "b"}]}, {"r": [B, {"name": "added", "p": 1}]}, [("properties.r[added]", None)]),
        ({"r": []}, {"r": [{"name": "added"}]}, [("properties.r[added]", None)]),
        ({}, {"r": [{"name": "added"}], "s": 1}, [("properties.r", ADDED), ("properties.s", ADDED)]),
        ({"r": []}, {"r": ["10.0.0.1"]}, [("properties.r", None)]),
        ({"X": 1}, {"x": 1}, []),
    ],
)  # fmt: skip
def test_what_means_nothing_is_named(declared: Any, deployed: Any, expected: Any) -> None:
    found = told(said("terraform", declared), said("inventory", deployed))
    assert [item for item in found if item[1] != EMPTY or item in expected] == expected
    assert told(said("template", deployed), said("template", deployed, "b")) == []


def test_locations_compare_as_azure_does_and_tags_exactly() -> None:
    one = said("terraform", {"locations": ["West Europe"]}, location="West Europe", tags={"Env": "Prod"})
    two = said("inventory", {"locations": ["westeurope"]}, location="westeurope", tags={"env": "prod"})
    assert told(one, two) == [
        ("properties.locations", SPELLING),
        ("location", SPELLING),
        ("tags.Env", None),
    ]


def test_tags_that_people_add_mean_something_and_those_of_azure_do_not() -> None:
    two = said("inventory", {"a": 1}, tags={"by": "hand", "hidden-link:/x": "Resource"})
    assert told(said("terraform", {"a": 1}, tags={}), two) == [("tags.by", None), ("tags.hidden-link:/x", ADDED)]
    assert told(said("terraform", {"a": 1}), two) == [("tags", None)]


def test_what_nobody_wrote_and_nobody_gives_back_means_nothing() -> None:
    declared, planned, deployed = (
        said("terraform", {"a": False, "b": False}),
        said("plan", {"b": False}),
        said("inventory", {}),
    )
    # Of `a` there is a line in the source, of `b` there is none.
    assert told(declared, deployed) == [("properties.a", None), ("properties.b", DEFAULT)]
    assert told(declared, planned, deployed) == [("properties.a", None), ("properties.b", DEFAULT)]
    assert told(planned, deployed) == [("properties.b", None)]
    assert told(declared, said("plan", {"b": True}), deployed) == [("properties.a", None), ("properties.b", None)]


def test_two_that_should_know_the_same_disagree_when_one_does_not() -> None:
    assert told(said("terraform", {"a": HOLE}), said("terraform", {"a": 1}, "b")) == [("properties.a", None)]
    assert told(said("terraform", {"a": HOLE}), said("terraform", {"a": HOLE}, "b")) == []
    assert told(said("terraform", {}), said("terraform", {"a": 1}, "b")) == [("properties.a", None)]


def test_who_only_says_that_it_exists_disagrees_with_none() -> None:
    bare = said("inventory", HOLE)
    assert compare([bare, said("terraform", {"a": 1})]) == []
    assert compare([said("terraform", {"a": 1})]) == []


def test_of_too_many_versions_some_of_each_reading_are_compared() -> None:
    many = [said("inventory", {"a": number}, "x") for number in range(40)]
    reading = many[0][0]
    (found,) = compare([said("terraform", {"a": -1}), *((reading, version) for _, version in many)])
    assert values(found) == [-1, 0, 1]
    (found,) = compare(many)
    assert len(found.statements) == 16


def test_values_that_nest_deeply_are_compared_as_a_whole() -> None:
    def deep(end: Any) -> Any:
        made: Any = end
        for _ in range(480):
            made = {"x": made}
        return made

    (found,) = compare([said("terraform", deep(1)), said("inventory", deep(2))])
    assert found.noise is None
    assert compare([said("terraform", deep(1)), said("inventory", deep(1))]) == []
    one, two = [[[deep(1)]]], [[[deep(2)]]]
    assert len(compare([said("terraform", {"l": one}), said("inventory", {"l": two})])) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "A", "x y", "/subscriptions/A", HOLE]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "a", "A", "b"]), inner, max_size=3)
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES), st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES)
)
def test_comparing_is_fair_and_finds_no_difference_in_the_same(one: Any, two: Any) -> None:
    assert compare([said("terraform", one), said("inventory", one)]) == []
    ours = told(said("terraform", one), said("inventory", two))
    theirs = told(said("inventory", two), said("terraform", one))
    assert {(path.lower(), noise) for path, noise in ours} == {(path.lower(), noise) for path, noise in theirs}


# Filling


def test_a_hole_has_the_value_and_place_of_who_knows() -> None:
    declared = said(
        "terraform", {"a": HOLE, "b": {"c": HOLE, "d": 1}, "e": HOLE, "l": [{"name": "x", "v": HOLE}], "m": [HOLE]}
    )[1]
    declared.body["kind"] = HOLE
    deployed = said(
        "inventory", {"A": 5, "b": {"c": {"z": 1}}, "e": None, "l": [{"name": "y"}, {"name": "x", "v": 2}], "m": [3]}
    )[1]
    planned = said("plan", {"a": 4, "b": {"c": HOLE}}, "p")[1]
    filled = fill(declared, [deployed, planned, declared])
    properties: Any = filled.properties
    assert properties == {"a": 4, "b": {"c": {"z": 1}, "d": 1}, "e": HOLE, "l": [{"name": "x", "v": 2}], "m": [3]}
    assert declared.get("properties.a") is HOLE
    assert str(filled.origin_of("properties.a")) == "p.x:7"
    assert filled.origin_of("properties.b.c.z").source == "inventory"
    assert filled.origin_of("properties.b.d").source == "terraform"
    assert isinstance(filled.origins, FilledOrigins)
    assert set(filled.origins) - {"properties.r"} == {
        "properties.a",
        "properties.b.c",
        "properties.l[0].v",
        "properties.m[0]",
    }
    assert len(filled.origins) == 5
    assert fill(deployed, [declared, planned]) is deployed
    named = Unknown(reason="no subscription", reference="/x/{subscription}")
    known_later = said("plan", {"a": HOLE, "b": named})[1]
    filled = fill(known_later, [said("terraform", {"a": named, "b": HOLE})[1]])
    assert filled.properties == {"a": named, "b": named}
    several = [said("inventory", {"a": number}, f"{number:02}")[1] for number in range(12)]
    assert fill(declared, several[::-1]).get("properties.a") == 0
    assert fill(planned, [said("terraform", {"b": {"c": 2}})[1]]).properties == {"a": 4, "b": {"c": 2}}
    assert fill(declared, [said("plan", {})[1]]) is declared


def test_what_exists_exists_and_elements_without_a_counterpart_stay() -> None:
    many = Unknown(reason="r", many=True)
    declared = said("terraform", {"l": [HOLE, 1], "n": [{"name": "x", "v": HOLE}], "m": [many, 1]})[1]
    declared.condition = HOLE
    filled = fill(declared, [said("inventory", {"l": [1, 2], "n": [{"name": "x"}, {"name": "x"}], "m": [1, 1]})[1]])
    assert filled.condition is True
    assert filled.properties == declared.properties


def test_elements_meet_in_their_place_when_all_that_is_known_agrees() -> None:
    many = Unknown(reason="r", many=True)
    declared = said(
        "terraform", {"a": [many], "b": [{"id": HOLE}, {"id": HOLE}], "c": [[HOLE, "X"]], "d": [{"e": 1, "f": HOLE}, 2]}
    )[1]
    given = {"a": [1, 2], "b": [{"id": "x"}, {"id": "y"}], "c": [["z", "x"]], "d": [{"e": 2, "f": 3}, 2]}
    filled = fill(declared, [said("inventory", given)[1]])
    assert filled.properties == {
        "a": [1, 2],
        "b": [{"id": "x"}, {"id": "y"}],
        "c": [["z", "X"]],
        "d": [{"e": 1, "f": HOLE}, 2],
    }
    nested = said("terraform", {"a": [[HOLE], [1, 2]], "b": [1, {"x": HOLE}], "c": [HOLE, [1]]})[1]
    other = said("inventory", {"a": [[HOLE], [1]], "b": [True, 1], "c": [1, HOLE]})[1]
    assert fill(nested, [other]).properties == {"a": [[HOLE], [1, 2]], "b": [1, {"x": HOLE}], "c": [1, [1]]}


def test_what_is_deployed_stands_for_the_resource_unless_the_source_says_the_same() -> None:
    declared, planned, deployed = (said(source, {"a": 1})[1] for source in ("terraform", "plan", "inventory"))
    assert standing([planned, deployed, declared]) is declared
    other = said("inventory", {"a": 2})[1]
    assert standing([planned, other, declared]) is other
    left_open = said("terraform", {"a": HOLE})[1]
    chosen = standing([planned, left_open])
    assert (chosen.source, chosen.properties) == ("terraform", {"a": 1})
    one, two = said("inventory", {"a": 2}, "a")[1], said("inventory", {"a": 3}, "b")[1]
    assert standing([two, one]) is one


def test_the_estate_tells_disagreements_and_leaves_noise_out() -> None:
    declared, deployed = said("terraform", {"a": 1, "b": HOLE})[0], said("inventory", {"a": 2, "b": 1, "c": 1})[0]
    estate = Estate([declared, deployed])
    assert [item.path for item in estate.disagreements[VAULT.lower()]] == ["properties.a"]
    assert [note.subject for note in estate.unresolved] == ["1 resource"]
    quiet = Estate([said("terraform", {"a": 1})[0], said("inventory", {"a": 1, "c": 1})[0]])
    assert quiet.disagreements == {}
    assert len(quiet.views) == 2
    assert quiet.unresolved == ()
    record = Resource("/e", "A/b", "e", {}, Origin("inventory"))
    deployed.evidence.append(record)
    assert estate.evidence == (record,)
