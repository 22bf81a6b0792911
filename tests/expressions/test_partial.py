"""What is known of a result whose inputs are not all known."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.expressions.helpers import HOLE, evaluate, failure

from everward.expressions import TEMPLATE, Evaluator, ExpressionError, Functions, OpenObject, close, same
from everward.expressions.equality import canonical
from everward.expressions.holes import has_hole, holes_of
from everward.expressions.kinds import kind_of
from everward.values import Unknown, Value, is_known

PRESENT = Unknown(reason="known not to be null", decided_by=("parameter q",), present=True)
MANY = Unknown(reason="any number", decided_by=("many",), many=True)


def open_object(**members: Value) -> OpenObject:
    return OpenObject(members, Unknown(reason="run time", text="[reference('r')]"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("and(false(), parameters('p'))", False),
        ("and(parameters('p'), false())", False),
        ("or(parameters('p'), true())", True),
        ("or(true(), parameters('p'))", True),
        ("coalesce('a', parameters('p'))", "a"),
        ("coalesce(null(), parameters('q'), 'b')", PRESENT),
        ("coalesce(null(), parameters('p'), null())", HOLE),
        ("if(parameters('p'), 'same', 'same')", "same"),
        ("if(parameters('p'), createArray(1), createArray(1))", [1]),
        ("contains(createArray('a', parameters('p')), 'a')", True),
        ("contains(createObject('a', parameters('p')), 'A')", True),
        ("contains(createObject('a', parameters('p')), 'b')", False),
        ("contains(createObject(), parameters('p'))", False),
        ("empty(createArray(parameters('p')))", False),
        ("length(createArray(parameters('p'), 1))", 2),
        ("length(createObject('a', parameters('p')))", 1),
        ("first(createArray(1, parameters('p')))", 1),
        ("last(createArray(1, parameters('p')))", HOLE),
        ("take(createArray(1, 2, parameters('m')), 2)", [1, 2]),
        ("skip(createArray(1, 2, parameters('m')), 2)", [MANY]),
        ("createArray(parameters('p'))[0]", HOLE),
        ("createArray('x', parameters('m'))[0]", "x"),
        ("createObject('a', parameters('p'), 'b', 2).b", 2),
        ("concat(createArray(1), createArray(parameters('p')))", [1, HOLE]),
        ("flatten(createArray(createArray(1), createArray(parameters('p'))))", [1, HOLE]),
        ("equals(parameters('q'), null())", False),
        ("equals(createArray(parameters('p'), 1), createArray(1, 2))", False),
        ("equals(createArray(parameters('p')), createArray(1, 2))", False),
        ("equals(createObject('a', parameters('p')), createObject('b', 1))", False),
        ("equals(createObject('a', parameters('p'), 'b', 1), createObject('a', 1, 'b', 2))", False),
        ("equals(createArray(parameters('m'), 1, 2), createArray(1))", False),
        ("equals(createArray(1), createArray(parameters('m'), 1, 2))", False),
        ("equals('a', createArray(parameters('p')))", False),
        ("indexOf(createArray('a', parameters('p')), 'a')", 0),
        ("lastIndexOf(createArray(parameters('p'), 'a'), 'a')", 1),
        ("indexFromEnd(createArray(parameters('m'), 'z'), 1)", "z"),
        ("tryIndexFromEnd(createArray(parameters('m'), 'z'), 1)", "z"),
        ("tryGet(createObject('a', parameters('p')), 'b', 'c')", None),
        ("tryGet(createObject('a', createObject('b', parameters('p'))), 'a', 'b')", HOLE),
        ("union(createObject('a', parameters('p')), createObject('a', 1))", {"a": 1}),
        ("union(createObject('a', 1), createObject('a', parameters('p')))", {"a": HOLE}),
        ("union(createObject('a', parameters('p')), createObject('b', 1))", {"a": HOLE, "b": 1}),
        ("shallowMerge(createArray(createObject('a', parameters('p')), createObject('A', 2)))", {"a": 2}),
        ("items(createObject('a', parameters('p')))", [{"key": "a", "value": HOLE}]),
        ("objectKeys(createObject('a', parameters('p')))", ["a"]),
        ("array(createArray(parameters('p')))", [HOLE]),
    ],
)
def test_what_is_decided_is_known(text: str, expected: Value) -> None:
    result = evaluate(text, p=HOLE, q=PRESENT, m=MANY)
    if isinstance(expected, Unknown):
        assert isinstance(result, Unknown)
        assert result.decided_by == expected.decided_by
        assert (result.present, result.many) == (expected.present, False)
        return
    assert _bare(result) == _bare(expected)


def _bare(value: Any) -> Any:
    """A value in which holes are told apart by what decides them alone."""
    if isinstance(value, Unknown):
        return ("hole", value.decided_by, value.many)
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return {key: _bare(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("concat('a', toLower('B'), parameters('p'))", "[concat('a', 'b', parameters('p'))]"),
        ("toUpper(concat('a', parameters('p')))", "[toUpper(concat('a', parameters('p')))]"),
        ("if(parameters('p'), add(1, 1), div(1, 0))", "[if(parameters('p'), 2, div(1, 0))]"),
        ("if(parameters('p'), 'a', 'b')", "[if(parameters('p'), 'a', 'b')]"),
        ("and(true(), parameters('p'), div(1, 0))", "[and(true(), parameters('p'), div(1, 0))]"),
        ("and(true(), parameters('p'), 5)", "[and(true(), parameters('p'), 5)]"),
        ("or(false(), parameters('p'))", "[or(false(), parameters('p'))]"),
        ("coalesce(null(), parameters('p'), 'x')", "[coalesce(null(), parameters('p'), 'x')]"),
        ("coalesce(parameters('p'), div(1, 0))", "[coalesce(parameters('p'), div(1, 0))]"),
        ("equals(parameters('p'), createArray(1))", "[equals(parameters('p'), createArray(1))]"),
        ("contains(createArray('a', parameters('p')), 'b')", "[contains(createArray('a', parameters('p')), 'b')]"),
        ("contains('text', parameters('p'))", "[contains('text', parameters('p'))]"),
        ("contains(parameters('p'), 'b')", "[contains(parameters('p'), 'b')]"),
        ("length(parameters('p'))", "[length(parameters('p'))]"),
        ("length(createArray(parameters('m')))", "[length(createArray(parameters('m')))]"),
        ("empty(createArray(parameters('m')))", "[empty(createArray(parameters('m')))]"),
        ("first(createArray(parameters('m'), 1))", "[first(createArray(parameters('m'), 1))]"),
        ("take(createArray(parameters('m'), 1), 1)", "[take(createArray(parameters('m'), 1), 1)]"),
        ("skip(createArray(parameters('m'), 1), 1)", "[skip(createArray(parameters('m'), 1), 1)]"),
        ("indexOf(createArray(parameters('m'), 'a'), 'a')", "[indexOf(createArray(parameters('m'), 'a'), 'a')]"),
        ("indexOf(createArray(parameters('p'), 'a'), 'a')", "[indexOf(createArray(parameters('p'), 'a'), 'a')]"),
        ("indexOf('abc', parameters('p'))", "[indexOf('abc', parameters('p'))]"),
        ("indexFromEnd(createArray(parameters('m')), 1)", "[indexFromEnd(createArray(parameters('m')), 1)]"),
        ("indexFromEnd(createArray(parameters('m'), 1), 9)", "[indexFromEnd(createArray(parameters('m'), 1), 9)]"),
        (
            "tryIndexFromEnd(createArray(parameters('m'), 1), 9)",
            "[tryIndexFromEnd(createArray(parameters('m'), 1), 9)]",
        ),
        ("createObject(parameters('p'), 1)", "[createObject(parameters('p'), 1)]"),
        ("union(parameters('p'), createObject('a', 1))", "[union(parameters('p'), createObject('a', 1))]"),
        (
            "union(createArray(parameters('p')), createArray(1))",
            "[union(createArray(parameters('p')), createArray(1))]",
        ),
        ("shallowMerge(createArray(parameters('p')))", "[shallowMerge(createArray(parameters('p')))]"),
        ("shallowMerge(parameters('p'))", "[shallowMerge(parameters('p'))]"),
        ("tryGet(parameters('p'), 'a', 0)", "[tryGet(parameters('p'), 'a', 0)]"),
        (
            "tryGet(createObject('a', parameters('p')), 'a', 'b')",
            "[tryGet(createObject('a', parameters('p')), 'a', 'b')]",
        ),
        (
            "tryGet(createArray(parameters('m')), createObject('value', 1, 'fromEnd', true()))",
            "[tryGet(createArray(parameters('m')), createObject('value', 1, 'fromEnd', true()))]",
        ),
        ("parameters('p').a[0].?b['c d']", "[parameters('p').a[0].?b['c d']]"),
        ("parameters('p')[add(1, 1)]", "[parameters('p')[2]]"),
        ("parameters('p')[div(1, 0)]", "[parameters('p')[div(1, 0)]]"),
        ("createArray(1)[parameters('p')]", "[createArray(1)[parameters('p')]]"),
        ("createArray(parameters('m'), 1)[0]", "[createArray(parameters('m'), 1)[0]]"),
        ("format('{0}-{1}', 'a', parameters('p'))", "[format('{0}-{1}', 'a', parameters('p'))]"),
        ("string(createObject('a', parameters('p')))", "[string(createObject('a', parameters('p')))]"),
        ("concat(string(json('1.5')), parameters('p'))", "[concat('1.5', parameters('p'))]"),
    ],
)
def test_what_is_left_is_said_as_an_expression(text: str, form: str) -> None:
    result = evaluate(text, p=HOLE, m=MANY)
    assert isinstance(result, Unknown)
    assert result.text == form
    assert result.reason in (HOLE.reason, MANY.reason)


def test_results_that_cannot_be_null_say_so() -> None:
    values = {"p": HOLE, "q": PRESENT}
    for text in ("concat('a', parameters('p'))", "if(parameters('p'), 'a', 'b')", "equals(parameters('p'), 1)"):
        assert evaluate(text, TEMPLATE, **values).present, text
    for text in ("first(parameters('p'))", "if(parameters('p'), null(), 'b')", "if(parameters('p'), 1, div(1, 0))"):
        assert not evaluate(text, TEMPLATE, **values).present, text
    assert evaluate("coalesce(parameters('p'), parameters('q'))", TEMPLATE, **values).present
    assert not evaluate("coalesce(parameters('p'), parameters('p'))", TEMPLATE, **values).present
    assert evaluate("if(parameters('p'), parameters('q'), 'b')", TEMPLATE, **values).present


def test_an_unknown_array_beside_known_ones_stands_for_any_number_of_elements() -> None:
    result = evaluate("concat(createArray('a'), parameters('p'), createArray('b'))", p=HOLE)
    assert (result[0], result[2]) == ("a", "b")
    assert result[1].many
    assert evaluate("contains(concat(createArray('a'), parameters('p')), 'a')", p=HOLE) is True
    flat = evaluate("flatten(createArray(createArray(1), parameters('p')))", p=HOLE)
    assert flat[1].many


def test_what_is_wrong_whatever_the_holes_hold_is_an_error_at_once() -> None:
    assert "must be" in failure("concat(parameters('p'), createObject())", p=HOLE).message
    assert "boolean" in failure("and('x', parameters('p'))", p=HOLE).message


def test_a_known_operand_behind_a_hole_that_may_stop_it_is_no_error() -> None:
    assert isinstance(evaluate("or(parameters('p'), div(1, 0))", p=HOLE), Unknown)
    # Behind an argument that fails nothing is decided: either the first one stops it, or it fails.
    assert isinstance(evaluate("and(parameters('p'), div(1, 0), false())", p=HOLE), Unknown)


def test_a_name_that_a_hole_already_has_is_kept() -> None:
    named = Unknown(reason="secret", text="{var.secret}")
    assert evaluate("parameters('p')", p=named).text == "{var.secret}"
    # It is no expression, so what was written stands in its place.
    assert evaluate("concat('a', parameters('p'))", p=named).text == "[concat('a', parameters('p'))]"


def test_long_forms_fall_back_to_what_was_written() -> None:
    assert evaluate("concat(parameters('l'), parameters('p'))", p=HOLE, l="x" * 9000).text == (
        "[concat(parameters('l'), parameters('p'))]"
    )
    written = f"concat(parameters('p'), '{'x' * 9000}')"
    assert evaluate(written, p=HOLE).text is None
    assert evaluate(f"parameters('p')['{'x' * 9000}']", p=HOLE).text is None


class TestOpenObjects:
    def values(self) -> dict[str, Value]:
        return {"o": open_object(sku="basic", nested=open_object(a=1))}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("parameters('o').SKU", "basic"),
            ("parameters('o').nested.a", 1),
            ("contains(parameters('o'), 'sku')", True),
            ("empty(parameters('o'))", False),
            ("tryGet(parameters('o'), 'sku')", "basic"),
            ("equals(parameters('o'), createObject('sku', 'other'))", False),
            ("equals(parameters('o'), 'x')", False),
        ],
    )
    def test_what_is_known_of_them_is_known(self, text: str, expected: Value) -> None:
        assert evaluate(text, TEMPLATE, **self.values()) == expected

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("parameters('o').tier.name", "[reference('r').tier.name]"),
            ("parameters('o')['a b']", "[reference('r')['a b']]"),
            ("contains(parameters('o'), 'x')", "[contains(reference('r'), 'x')]"),
            ("length(parameters('o'))", "[length(reference('r'))]"),
            ("items(parameters('o'))", "[items(reference('r'))]"),
            ("objectKeys(parameters('o'))", "[objectKeys(reference('r'))]"),
            ("string(parameters('o'))", "[string(reference('r'))]"),
            ("union(parameters('o'), createObject())", "[union(reference('r'), createObject())]"),
            ("shallowMerge(createArray(parameters('o')))", None),
            ("mapValues(parameters('o'), lambda('x', 1))", "[mapValues(reference('r'), lambda('x', 1))]"),
            ("tryGet(parameters('o'), 'x')", "[reference('r').?x]"),
            ("parameters('o')[?'a b']", "[reference('r')[?'a b']]"),
            ("equals(parameters('o'), createObject('sku', 'basic', 'nested', createObject('a', 1), 'z', 1))", None),
            ("union(createObject('a', parameters('o')), createObject('a', parameters('o'))).a.x", None),
        ],
    )
    def test_everything_else_is_a_hole(self, text: str, form: str | None) -> None:
        result = evaluate(text, TEMPLATE, **self.values())
        assert isinstance(result, Unknown)
        assert result.reason == "run time"
        assert form is None or result.text == form

    def test_an_empty_one_may_be_empty(self) -> None:
        assert isinstance(evaluate("empty(parameters('o'))", o=open_object()), Unknown)

    def test_they_are_closed_on_the_way_out(self) -> None:
        inner = open_object(a=1)
        value: Value = {"x": [1, {"y": inner}], "z": "s"}
        assert close(value) == {"x": [1, {"y": inner.hole}], "z": "s"}
        assert close(inner) is inner.hole
        plain: Value = {"x": [1, {"y": 2}]}
        assert close(plain) is plain

    def test_they_count_as_holes(self) -> None:
        assert has_hole([{"a": open_object()}])
        assert holes_of([[open_object(b=HOLE)]])[0].reason == "run time"
        assert not has_hole([{"a": [1, "x", None]}])


class TestEquality:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ([HOLE, 1], [2, 1]),
            ({"a": HOLE}, {"a": [1]}),
            (HOLE, HOLE),
            (HOLE, None),
            ([MANY], []),
            ([1, MANY], [1, 2, 3]),
            ([MANY, MANY], [MANY]),
            (open_object(a=1), {"a": 1, "b": 2}),
            (open_object(), open_object(a=1)),
        ],
    )
    def test_what_holes_may_make_equal_is_open(self, left: Value, right: Value) -> None:
        assert isinstance(same(left, right), Unknown)
        assert isinstance(same(right, left), Unknown)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (PRESENT, None),
            ([HOLE, 1], [2, 3]),
            ([HOLE], []),
            ({"a": HOLE}, {}),
            ([MANY, 1, 2], [1]),
            (open_object(a=1), {"a": 2}),
            (open_object(a=1), {"b": 1}),
        ],
    )
    def test_what_cannot_be_equal_is_different(self, left: Value, right: Value) -> None:
        assert same(left, right) is False
        assert same(right, left) is False

    def test_deep_values_are_compared_without_recursion(self) -> None:
        def nest(core: Value) -> Value:
            for _ in range(5000):
                core = [core]
            return core

        assert same(nest(1), nest(1)) is True
        assert same(nest(1), nest(2)) is False

    def test_without_case(self) -> None:
        assert same(["Ä"], ["ä"], folded=True) is True
        assert same({"a": "X"}, {"a": "x"}) is False


# Expressions by the kind of value they make, over parameters of that kind.

NAMES: dict[str, st.SearchStrategy[Any]] = {
    "s1": st.text(alphabet="aB-/1", max_size=4),
    "s2": st.text(alphabet="aB-/1", max_size=4) | st.none(),
    "i1": st.integers(min_value=-3, max_value=6),
    "b1": st.booleans(),
    "b2": st.booleans(),
    "a1": st.lists(st.sampled_from(["a", "B", 1, None]), max_size=3),
    "a2": st.lists(st.sampled_from(["a", "B", "aB"]), max_size=3),
    "o1": st.dictionaries(st.sampled_from(["a", "B"]), st.sampled_from(["a", 1, None]), max_size=2),
    "o2": st.dictionaries(st.sampled_from(["A", "b"]), st.sampled_from(["a", 2, {"a": 1}]), max_size=2),
}


def parameter(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"parameters('{name}')" for name in names])


def call(name: str, *arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*arguments).map(lambda given: f"{name}({', '.join(given)})")


Kinds = dict[str, st.SearchStrategy[str]]


def deeper(kinds: Kinds) -> Kinds:
    s, i, b, a, o = (kinds[kind] for kind in "sibao")
    anything = s | i | b | a | o
    variable = "lambdaVariables('x')"
    return {
        "s": kinds["s"]
        | call("concat", s, s)
        | call("toLower", s)
        | call("coalesce", s, s)
        | call("if", b, s, s)
        | call("format", st.just("'{0}:{1}'"), s, anything)
        | call("join", parameter("a2"), st.just("'-'"))
        | call("first", parameter("a2") | s)
        | call("replace", s, st.just("'a'"), s)
        | call("string", anything)
        | call("uniqueString", s)
        | call("substring", s, i),
        "i": kinds["i"] | call("length", s | a | o) | call("add", i, i) | call("indexOf", s, s) | call("indexOf", a, s),
        "b": kinds["b"]
        | call("and", b, b)
        | call("or", b, b, b)
        | call("not", b)
        | call("equals", anything, anything)
        | call("contains", a, s | i)
        | call("contains", o, s)
        | call("empty", s | a | o)
        | call("less", i, i),
        "a": kinds["a"]
        | call("createArray", anything, s)
        | call("concat", a, a)
        | call("union", a, a)
        | call("take", a, i)
        | call("skip", a, i)
        | call("if", b, a, a)
        | call("split", s, st.just("'-'"))
        | a.map(lambda items: f"map({items}, lambda('x', createArray({variable})))")
        | a.map(lambda items: f"filter({items}, lambda('x', equals({variable}, parameters('s1'))))")
        | a.map(lambda items: f"flatten(createArray({items}, parameters('a2')))")
        | call("items", o),
        "o": kinds["o"]
        | call("createObject", st.just("'a'"), anything, st.just("'C'"), s)
        | call("union", o, o)
        | call("shallowMerge", call("createArray", o, o))
        | call("if", b, o, o)
        | call("coalesce", o, o),
    }


LEAVES: Kinds = {
    "s": parameter("s1", "s2") | st.sampled_from(["'a'", "'-B'"]),
    "i": parameter("i1") | st.sampled_from(["0", "2"]),
    "b": parameter("b1", "b2") | st.just("true()"),
    "a": parameter("a1", "a2") | st.just("createArray('a')"),
    "o": parameter("o1", "o2") | st.just("createObject('a', 'a')"),
}
LEVEL = deeper(deeper(LEAVES))
EXPRESSIONS = st.one_of(
    *LEVEL.values(),
    LEVEL["o"].map(lambda text: f"{text}.a"),
    LEVEL["o"].map(lambda text: f"{text}.?b.c"),
    LEVEL["a"].map(lambda text: f"{text}[0]"),
    LEVEL["o"].map(lambda text: f"tryGet({text}, 'a')"),
)
VALUES = st.fixed_dictionaries(NAMES)
HIDDEN = st.sets(st.sampled_from(sorted(NAMES)), max_size=4)


def covers(partial: Any, full: Any) -> bool:
    """Whether a value with holes can be the other one."""
    if isinstance(partial, Unknown):
        return not (partial.present and full is None)
    if isinstance(partial, list) and isinstance(full, list):
        if not partial:
            return not full
        head, rest = partial[0], partial[1:]
        if isinstance(head, Unknown) and head.many:
            return any(covers(rest, full[count:]) for count in range(len(full) + 1))
        return bool(full) and covers(head, full[0]) and covers(rest, full[1:])
    if isinstance(partial, dict) and isinstance(full, dict):
        return list(partial) == list(full) and all(covers(partial[key], full[key]) for key in partial)
    return same(partial, full) is True


def attempt(text: str, lookup: Callable[[str], Value]) -> Any:
    try:
        return Evaluator(TEMPLATE, Functions({"parameters": lookup})).evaluate_text(f"[{text}]")
    except ExpressionError as error:
        return error


@settings(max_examples=200)
@given(EXPRESSIONS, VALUES, HIDDEN)
def test_partial_evaluation_agrees_with_full_evaluation(text: str, values: dict[str, Any], hidden: set[str]) -> None:
    full = attempt(text, lambda name: values[name])

    def lookup(name: str) -> Value:
        if name in hidden:
            return Unknown(reason="hidden", decided_by=(name,), present=values[name] is not None)
        value: Value = values[name]
        return value

    partial = attempt(text, lookup)
    if isinstance(partial, ExpressionError):
        # Only what fails whatever the holes hold may fail.
        assert isinstance(full, ExpressionError), text
    elif not isinstance(full, ExpressionError):
        assert covers(partial, full), text
    if isinstance(partial, Unknown):
        assert set(partial.decided_by) <= hidden
        assert partial.text is not None
        # What is left to evaluate gives the same, once everything is known.
        # (A part that is not asked for may have failed in the whole.)
        rest = attempt(partial.text[1:-1], lambda name: values[name])
        if not isinstance(full, ExpressionError):
            assert not isinstance(rest, ExpressionError), (text, partial.text)
            assert same(rest, full) is True, (text, partial.text)
    if not hidden:
        assert isinstance(partial, ExpressionError) or is_known(partial)


def test_values_are_told_apart_by_kind() -> None:
    values: list[Value] = [None, True, 1, 1.5, "s", [], {}, HOLE]
    kinds = [kind_of(value) for value in values]
    assert kinds == [
        "null", "a boolean", "an integer", "a number", "a string", "an array", "an object", "a value that is not known",
    ]  # fmt: skip


def test_holes_are_never_taken_for_the_same_element() -> None:
    assert canonical(HOLE) != canonical(PRESENT)
    assert canonical([1.0, {"a": True}]) == canonical([1, {"a": True}]) != canonical([1, {"a": 1}])


def test_a_host_is_not_asked_about_a_value_of_any_size() -> None:
    value: Value = "x"
    for _ in range(40):
        value = [value, value]
    assert "more than 1000000 parts" in failure("variables(parameters('x'))", x=value).message


def test_a_hole_that_is_reached_without_a_form_is_named_by_the_way_to_it() -> None:
    nested: Value = {"list": [HOLE], "open": OpenObject({}, HOLE)}
    assert evaluate("parameters('o').list[0]", o=nested).text == "[parameters('o').list[0]]"
    assert evaluate("parameters('o').open.x", o=nested).text is not None


def test_a_hole_that_is_filled_is_neither_null_nor_empty() -> None:
    filled = Unknown(reason="secret", present=True, filled=True)
    assert evaluate("empty(parameters('s'))", s=filled) is False
    assert evaluate("equals(parameters('s'), '')", s=filled) is False
    assert evaluate("equals(createArray(), parameters('s'))", s=filled) is False
    assert evaluate("equals(null(), parameters('s'))", s=filled) is False
    assert evaluate("if(empty(parameters('s')), 'a', 'b')", s=filled) == "b"
    for text in ("empty(parameters('s'))", "equals(parameters('s'), '')"):
        assert isinstance(evaluate(text, s=PRESENT), Unknown)
    assert isinstance(evaluate("equals(parameters('s'), 'x')", s=filled), Unknown)
    # Of an object that is known in part nobody knows whether it is empty.
    assert isinstance(evaluate("equals(parameters('s'), parameters('o'))", s=filled, o=open_object()), Unknown)


def test_what_is_made_of_a_secret_is_one() -> None:
    secret = Unknown(reason="secret", present=True, filled=True, secret=True)
    made = evaluate("concat('a', base64(parameters('s')))", s=secret)
    assert isinstance(made, Unknown)
    assert made.secret
    assert not made.filled
