from hypothesis import given
from hypothesis import strategies as st

from everward.values import Truth, Unknown, all_of, any_of, negate

HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
truths: st.SearchStrategy[list[Truth]] = st.lists(st.sampled_from([True, False, HOLE]), max_size=6)


def fillings(values: list[Truth]) -> list[list[bool]]:
    filled: list[list[bool]] = [[]]
    for value in values:
        options = [True, False] if isinstance(value, Unknown) else [value]
        filled = [[*done, option] for done in filled for option in options]
    return filled


@given(truths)
def test_a_known_answer_is_the_answer_for_every_filling_of_the_holes(values: list[Truth]) -> None:
    for combined, decide in ((all_of(values), all), (any_of(values), any)):
        answers = {decide(filled) for filled in fillings(values)}
        if isinstance(combined, Unknown):
            assert answers == {True, False}
        else:
            assert answers == {combined}


@given(truths)
def test_de_morgan_holds_with_holes(values: list[Truth]) -> None:
    assert negate(all_of(values)) == any_of([negate(value) for value in values])


def test_a_hole_keeps_what_would_decide_it() -> None:
    other = Unknown(reason="known after apply", decided_by=("var.y",))
    both = any_of([False, HOLE, other])
    assert isinstance(both, Unknown)
    assert both.decided_by == ("var.x", "var.y")
    assert negate(HOLE) is HOLE
