from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import EACH, MISSING, Step, Unknown, assign, format_path, key_of, member, parse_path, walk

keys = st.text(alphabet="abcXYZ_-$", min_size=1, max_size=6)
steps = st.lists(keys | st.integers(min_value=0, max_value=99) | st.just(EACH), min_size=1, max_size=6).map(tuple)


def test_a_path_splits_into_keys_indexes_and_each() -> None:
    assert parse_path("properties.ipRules[*].ranges[0][1].value") == (
        "properties", "ipRules", EACH, "ranges", 0, 1, "value",
    )  # fmt: skip


@given(keys, steps)
def test_formatting_is_the_inverse_of_parsing(first: str, rest: tuple[Step, ...]) -> None:
    path = (first, *rest)
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize("text", ["", "a..b", "a[", "a[x]", "a[1", "a[0]b", ".a", "a[-1]"])
def test_a_malformed_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="in path"):
        parse_path(text)


def test_keys_compare_without_case_and_an_exact_match_wins() -> None:
    mapping = {"PublicIP": 1, "publicip": 2}
    assert member(mapping, "publicip") == 2
    assert member(mapping, "PUBLICIP") == 1
    assert member(mapping, "other") is MISSING
    assert key_of(mapping, "PUBLICIP") == "PublicIP"
    assert key_of(mapping, "publicip") == "publicip"
    assert key_of(mapping, "other") is None


def test_walking_stops_at_a_hole_which_decides_everything_below() -> None:
    hole = Unknown(reason="variable without value")
    value: Any = {"properties": hole, "zones": ["1", "2"]}
    assert walk(value, parse_path("properties.networkAcls.defaultAction")) is hole
    assert walk(value, ("zones", 1)) == "2"
    assert walk(value, ("zones", 2)) is MISSING
    assert walk(value, ("zones", "x")) is MISSING
    assert walk(value, ("name",)) is MISSING


def test_assigning_makes_objects_on_the_way_and_keeps_spellings() -> None:
    target: dict[str, Any] = {"Properties": {"Kind": 1}}
    assign(target, parse_path("properties.kind"), 2)
    assign(target, parse_path("properties.encryption.keySource"), "Microsoft.Storage")
    assert target == {"Properties": {"Kind": 2, "encryption": {"keySource": "Microsoft.Storage"}}}


@pytest.mark.parametrize("path", ["a[*].b", "a[*]", "scalar.b"])
def test_assigning_needs_objects_all_the_way(path: str) -> None:
    with pytest.raises(ValueError, match=r"cannot assign|is not an object"):
        assign({"scalar": 1}, parse_path(path), 1)


def test_missing_is_falsy_and_names_itself() -> None:
    assert not MISSING
    assert repr(MISSING) == "MISSING"


@given(st.lists(keys, min_size=1, max_size=4, unique_by=str.lower), st.integers())
def test_what_is_assigned_is_found_without_case(path: list[str], value: int) -> None:
    target: dict[str, Any] = {}
    assign(target, tuple(path), value)
    assert walk(target, tuple(key.swapcase() for key in path)) == value
