"""What stays known when a part of a value is not."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.terraform.workspace import hole, value_of

from everward.sources.terraform.language.operations import as_many, binary, choose, equal
from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.values import ListValue, Sensitive, describe, hole_text, outward
from everward.values import Unknown, unknowns_in

X = hole("var.x", text="{var.x}")
MANY = hole("var.m", many=True)


def unknown(value: Any) -> Unknown:
    assert isinstance(value, Unknown)
    return value


def test_a_text_keeps_what_is_known_of_it() -> None:
    value = unknown(value_of('"af-${x}-${lower("RG")}"', x=X))
    assert value.text == "af-{var.x}-rg"
    assert value.decided_by == ("var.x",)
    assert value.present
    assert not value.many


def test_a_function_of_a_hole_is_told_apart_from_the_hole() -> None:
    whole = unknown(value_of('"${x}-rg"', x=X))
    part = unknown(value_of('"${substr(x, 0, 3)}-rg"', x=X))
    assert part.text == "{substr(var.x, 0, 3)}-rg"
    assert whole.text != part.text


def test_the_case_of_known_parts_is_changed() -> None:
    part = hole("var.x", text="AF-{var.X}-rg")
    assert unknown(value_of("lower(x)", x=part)).text == "af-{var.X}-rg"
    assert unknown(value_of("upper(x)", x=part)).text == "AF-{var.X}-RG"
    assert unknown(value_of("lower(x)", x=hole("var.y"))).text == "{lower(var.y)}"


def test_a_text_that_goes_on_from_an_id_is_an_id() -> None:
    symbolic = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/{var.x}st"
    account = hole("sa.id", reference=symbolic)
    value = unknown(value_of('"${sa}/blobServices/default/"', sa=account))
    assert value.reference == f"{symbolic}/blobServices/default"
    assert unknown(value_of('"x${sa}"', sa=account)).reference is None


def test_merge_keeps_the_keys_beside_a_hole() -> None:
    merged = value_of("merge({ a = 1, b = x }, { c = 3 })", x=X)
    assert merged == {"a": 1, "b": X, "c": 3}
    assert isinstance(value_of("merge({ a = 1 }, x)", x=X), Unknown)


def test_comprehensions_keep_what_is_known() -> None:
    assert value_of("[for v in [1, x] : v]", x=X) == [1, X]
    assert value_of("{ for k, v in { a = x, b = 2 } : k => v }", x=X) == {"a": X, "b": 2}
    (element,) = value_of("[for v in x : upper(v)]", x=X)
    assert element.many
    assert isinstance(value_of("{ for v in x : v => 1 }", x=X), Unknown)
    kept = value_of('[for v in ["a", x] : v if v != "b"]', x=X)
    assert kept[0] == "a"
    assert unknown(kept[1]).many


def test_a_key_that_is_a_hole_opens_the_whole_object() -> None:
    value = unknown(value_of("{ a = 1, (x) = 2 }", x=X))
    assert value.decided_by == ("var.x",)
    assert value.present


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x && false", False),
        ("false && x", False),
        ("x || true", True),
        ("x ? 1 : 1", 1),
        ('x ? "a" : "a"', "a"),
        ("[x, 1] == [x, 2]", False),
        ("[x] == [x, 2]", False),
        ("{ a = x } == { b = 1 }", False),
        ("contains([x, 1], 1)", True),
        ("length([x, 2])", 2),
        ("length({ a = x })", 1),
        ("keys({ b = x, a = 1 })", ["a", "b"]),
        ("[x, 7][1]", 7),
        ("{ a = 1, b = x }.a", 1),
        ("element([x, 7], 1)", 7),
        ('lookup({ a = x }, "b", 2)', 2),
        ("slice([x, 7], 1, 2)", [7]),
        ("reverse([x, 7])[0]", 7),
        ("alltrue([x, false])", False),
        ("anytrue([x, true])", True),
        ("concat([x], [1])[1]", 1),
        ('zipmap(["a"], [x]).a == 1 || true', True),
        ("one([7])", 7),
        ("y == null", False),
        ("null != y", True),
        ("can({}.a)", False),
        ("try({}.a, 3)", 3),
    ],
)
def test_an_answer_that_no_hole_can_change_is_known(expression: str, expected: Any) -> None:
    assert value_of(expression, x=X, y=hole("var.y", present=True)) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "x == 1", "x != null", "!x", "x + 1", "-x", "x < 1", "x ? 1 : 2", "x.a", "x[0]", "[1][x]", "{ a = 1 }[x]",
        "length(x)", "length(m)", "m[0]", "one(m)", "element(m, 0)", "slice(m, 0, 1)", "index([x], 1)",
        "contains([x], 1)", "upper(x)", "jsonencode({ a = x })", "sum([x])", "sort([x])", "distinct(x)", "max([x]...)",
        "merge(x...)", 'join(",", m)', "can(x)", 'coalesce(x, "a")', "coalescelist(x, [1])", "coalescelist(m, [1])",
        "zipmap([x], [1])", "templatestring(x, {})", "chunklist(m, 1)", "setproduct(m, [1])", "toset([x, 1]) == toset([1])",
        "length(toset([x, 1]))", "m == [1]", 'format(x, 1)', 'formatlist("%s", x)', 'formatlist("%s", m)',
        'format("%d", x)', 'format("%v", [x])', 'timestamp()', "uuid()", "plantimestamp()", 'bcrypt("a")',
        'base64gzip("a")', 'rsadecrypt("a", x)', "provider::azurerm::normalise_resource_id(x)", 'abspath("a")',
        'pathexpand("~/a")', "{ for v in m : v => 1 }", 'templatefile(x, {})', "setunion([x], [1]) == toset([1])",
    ],
)  # fmt: skip
def test_an_answer_that_hangs_on_a_hole_is_a_hole(expression: str) -> None:
    value = unknown(value_of(expression, x=X, m=[MANY]))
    assert not value.many
    assert value.reason


def test_join_and_format_show_what_is_known() -> None:
    assert unknown(value_of('join("-", ["a", x])', x=X)).text == "a-{var.x}"
    assert unknown(value_of('format("%s-%s", "a", x)', x=X)).text == "a-{var.x}"
    (first, second) = value_of('formatlist("%s-%s", ["a", x], "b")', x=X)
    assert first == "a-b"
    assert unknown(second).text == "{var.x}-b"


def test_elements_that_may_vanish_stand_for_any_number() -> None:
    assert [getattr(item, "many", False) for item in value_of('compact(["a", x])', x=X)] == [False, True]
    assert [getattr(item, "many", False) for item in value_of("flatten([[1], x])", x=X)] == [False, True]
    assert value_of("flatten([x])", x=hole("var.s", present=True))[0].many
    assert not value_of("flatten([x])", x=hole("var.s", present=True, text="s-{var.x}"))[0].many
    assert not value_of("flatten([x])", x=hole("a.id", reference="/subscriptions/{a}"))[0].many


def test_splat_over_what_is_not_known() -> None:
    (element,) = value_of("x[*].id", x=X)
    assert element.many
    assert element.decided_by == ("var.x",)
    assert value_of("[{ a = x }, { a = 1 }][*].a", x=X) == [X, 1]
    assert value_of("m[*].id", m=ListValue([MANY]))[0].many


def test_a_template_goes_on_past_holes() -> None:
    value = unknown(value_of('"%{ if x }a%{ endif }b%{ for i in m }${i}%{ endfor }"', x=X, m=[MANY]))
    assert value.decided_by == ("var.x", "var.m")
    assert value.text is not None
    assert value.text.startswith("{var.x}b")


def test_coalesce_takes_a_hole_that_cannot_be_empty_only_when_it_comes_last() -> None:
    present = hole("var.y", present=True)
    assert value_of('coalesce("a", y)', y=X) == "a"
    assert value_of("coalesce(null, y)", y=present) == present
    assert value_of("coalesce(y)", y=X) == X
    assert isinstance(value_of('coalesce(y, "a")', y=present), Unknown)


def test_sensitive_values_stay_sensitive_and_never_leave() -> None:
    secret = Sensitive("hunter2")
    for expression in (
        '"a${s}"', "upper(s)", "[s][0]", "{ a = s }.a", "s == s", "!(s == s)", "s == s ? 1 : 2", "o.a", "o[\"a\"]",
        "l[*].a", "[for v in l : v]", "{ for k, v in o : k => v }", "merge(o, {})", "{ (s) = 1 }", "-n", "n + 1",
        '"%{ if n == 1 }a%{ endif }"', "jsonencode([s])", "max(n, 2)", "length(l)", "{ for v in [s] : v => 1 }",
    ):  # fmt: skip
        value = value_of(
            expression, s=secret, o=Sensitive({"a": "hunter2"}), l=Sensitive([{"a": "hunter2"}]), n=Sensitive(1)
        )
        assert isinstance(value, Sensitive), expression
        shown = outward(value)
        assert isinstance(shown, Unknown)
        assert "hunter2" not in repr(shown)
        assert shown.reason == "sensitive value"
    assert value_of("nonsensitive(s)", s=secret) == "hunter2"
    assert value_of("issensitive({ a = s })", s=secret) is False
    assert value_of("nonsensitive({ a = [s] })", s=secret) == {"a": [secret]}
    assert outward(Sensitive(Sensitive(None))) is None
    assert outward(Sensitive(X)) == X
    assert describe(secret) == "(sensitive)"
    assert value_of("concat([s], s2...)", s=secret, s2=Sensitive([["b"]]))
    assert isinstance(value_of("[for v in [1] : v if v == n]", n=Sensitive(1)), Sensitive)


def test_a_sensitive_branch_is_chosen_in_the_type_of_both() -> None:
    chosen = value_of('true ? s : ["a"]', s=Sensitive([1]))
    assert isinstance(chosen, Sensitive)
    assert chosen.value == ["1"]
    assert value_of("s == t", s=Sensitive(1), t=1).value is True
    assert equal(Sensitive(1), Sensitive(1)) is True


def test_a_value_is_described_shortly_and_still_told_apart() -> None:
    long, other = "x" * 400, "x" * 399 + "y"
    assert len(describe(long)) <= 160
    assert describe(long) != describe(other)
    assert describe({"a": [1, None, True]}) == "{a = [1, null, true]}"
    assert hole_text(hole("var.q")) == "{var.q}"
    assert hole_text(Unknown(reason="why")) == "{why}"
    assert hole_text(hole("var.q", reference="/a/{b}")) == "/a/{b}"


TRUTHS = st.sampled_from([True, False, X])


@given(TRUTHS, TRUTHS)
def test_a_hole_in_logic_stands_for_both_truths(left: Any, right: Any) -> None:
    for operator in ("&&", "||", "==", "!="):
        result = binary(operator, left, right)
        outcomes = {
            binary(operator, one, two)
            for one in ((True, False) if isinstance(left, Unknown) else (left,))
            for two in ((True, False) if isinstance(right, Unknown) else (right,))
        }
        if isinstance(result, Unknown):
            assert len(outcomes) == 2
        else:
            assert outcomes == {result}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(PLAIN, PLAIN)
def test_equality_of_known_values_is_known_and_symmetric(left: Any, right: Any) -> None:
    assert equal(left, left) is True
    assert equal(left, right) is equal(right, left)


@given(st.lists(PLAIN, max_size=4), st.integers(0, 3))
def test_a_hole_in_place_of_an_element_never_turns_difference_into_equality(items: list[Any], at: int) -> None:
    if at < len(items):
        holed = [*items[:at], X, *items[at + 1 :]]
        assert isinstance(equal(holed, items), Unknown)
        assert equal([*holed, 1], items) is False


def test_a_conditional_on_a_hole_names_all_that_decides() -> None:
    value = unknown(choose(X, hole("var.a", present=True), "b"))
    assert value.decided_by == ("var.x", "var.a")
    assert value.present
    assert not unknown(choose(X, None, "b")).present


def test_a_branch_that_fails_says_nothing() -> None:
    assert isinstance(value_of("x ? [][0] : 1", x=X), Unknown)
    assert value_of("true ? 1 : [][0]") == 1
    with pytest.raises(EvaluationError, match="no element 0"):
        value_of("false ? 1 : [][0]")


def test_many_keeps_what_its_model_shows() -> None:
    one = as_many("a", X)
    assert one.many
    assert one.present
    assert one.text == '"a"'
    assert list(unknowns_in(outward([one]))) == [one]


def test_a_large_value_is_described_once_and_anew_when_it_has_grown() -> None:
    from everward.sources.terraform.language import borders

    shared = {f"name{number}": number for number in range(200)}
    before = describe(shared)
    assert borders._LONG[id(shared)][2] == before
    shared["more"] = 1
    assert describe(shared) != before
    assert describe(list(shared)) != describe([*shared, "x"])


def test_what_is_remembered_of_descriptions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from everward.sources.terraform.language import borders

    monkeypatch.setattr(borders, "_LONG", {})
    monkeypatch.setattr(borders, "_LONG_LIMIT", 3)
    for number in range(10):
        describe([str(number) * 200])
        assert len(borders._LONG) <= 3


@pytest.mark.parametrize(
    "expression",
    [
        'false ? [] : [for v in [o] : "y" if v != "n"]',
        'false ? { a = [] } : { a = [for v in [o] : "y" if v != "n"] }',
        'true ? [for v in [o] : "y" if v != "n"] : ["a", "b"]',
    ],
)
def test_a_branch_that_may_be_of_any_length_has_no_type_that_is_too_short(expression: str) -> None:
    value = value_of(expression, o=hole("var.o"))
    items = value["a"] if isinstance(value, dict) else value
    assert [item.many for item in items] == [True]
