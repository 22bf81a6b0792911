import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import Origin, Unknown, Value, combine, is_known, unknowns_in
from everward.values.unknown import MAX_DECIDERS

holes = st.builds(
    Unknown,
    reason=st.sampled_from(["variable without value", "known after apply"]),
    decided_by=st.lists(st.sampled_from(["var.a", "var.b", "var.c"]), max_size=3).map(tuple),
)
plain: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_an_unknown_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(Unknown(reason="variable without value"))


def test_holes_are_found_at_any_depth_in_reading_order() -> None:
    first, second, third = (Unknown(reason=name) for name in ("first", "second", "third"))
    value: Value = {"a": [1, first, {"b": second}], "c": third}
    assert list(unknowns_in(value)) == [first, second, third]


def test_holes_are_found_below_more_levels_than_python_can_recurse() -> None:
    hole = Unknown(reason="deep")
    value: Value = hole
    for _ in range(100_000):
        value = [value]
    assert next(unknowns_in(value)) is hole


@given(plain)
def test_a_value_without_holes_is_known(value: Value) -> None:
    assert is_known(value)
    assert not is_known({"x": [value, Unknown(reason="hole")]})


@given(st.lists(holes, min_size=1, max_size=4))
def test_combining_keeps_every_decider_once_in_order(parts: list[Unknown]) -> None:
    expected = list(dict.fromkeys(name for part in parts for name in part.decided_by))
    combined = combine(parts)
    assert list(combined.decided_by) == expected
    assert combined.reason == parts[0].reason


def test_combining_bounds_the_deciders() -> None:
    many = [Unknown(reason="r", decided_by=(f"var.v{index}",)) for index in range(50)]
    assert len(combine(many).decided_by) == MAX_DECIDERS


def test_combining_takes_the_first_known_place() -> None:
    place = Origin(source="terraform", file="main.tf", line=3)
    assert combine([Unknown(reason="a"), Unknown(reason="b", origin=place)]).origin == place


def test_combining_nothing_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        combine([])
    assert combine([], reason="known after apply", present=True) == Unknown(reason="known after apply", present=True)
