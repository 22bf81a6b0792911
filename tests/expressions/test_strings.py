from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import evaluate, failure

from everward.expressions.functions.strings import matches
from everward.expressions.text import compare, float_text, fold, json_of, lower, text_of, upper
from everward.values import Value

CASES: list[tuple[str, Any]] = [
    ("toLower('ÀB')", "àb"),
    ("toUpper('àß')", "Àß"),
    ("toLower('İ')", "İ"),
    ("trim('\t a b \n')", "a b"),
    ("padLeft('7', 3, '0')", "007"),
    ("padLeft(7, 3, '0')", "007"),
    ("padLeft('abc', 2)", "abc"),
    ("padLeft('abc', -2)", "abc"),
    ("padLeft('a', 3)", "  a"),
    ("replace('foot', 't', 'd')", "food"),
    ("replace('aAa', 'a', '')", "A"),
    ("substring('one two three', 4, 3)", "two"),
    ("substring('abc', 1)", "bc"),
    ("substring('abc', 3)", ""),
    ("substring('abc', 0, 0)", ""),
    ("startsWith('Hello', 'hELL')", True),
    ("startsWith('', 'x')", False),
    ("endsWith('HELLO', 'llo')", True),
    ("endsWith('hello', 'hellox')", False),
    ("like('Prod-KV', 'prod-*')", True),
    ("like('prod', 'prod-*')", False),
    ("like('a', '?')", True),
    ("indexOf('Test', 't')", 0),
    ("lastIndexOf('test', 'T')", 3),
    ("indexOf('abc', '')", 0),
    ("indexOf('abc', 'z')", -1),
    ("split('a,b;c', createArray(',', ';'))", ["a", "b", "c"]),
    ("split('a::b:c', createArray(':', '::'))", ["a", "b", "c"]),
    ("split('abc', '')", ["abc"]),
    ("split('a.b', '.')", ["a", "b"]),
    ("join(createArray('a', 1, true(), null(), createArray(1, 'x')), '/')", "a/1/True/null/[1,'x']"),
    ("join(createArray(), ',')", ""),
    ("string(createObject('a', createArray(1, 2), 'b', 'x\"'))", '{"a":[1,2],"b":"x\\""}'),
    ("string(true())", "True"),
    ("string(null())", "null"),
    ("string(12)", "12"),
    ("string(float('2.50'))", "2.5"),
    ("concat('a', 1, true(), json('2.0'))", "a1True2"),
    ("concat()", ""),
    ("concat(1)", "1"),
    ("first('one')", "o"),
    ("last('one')", "e"),
    ("first('')", ""),
    ("last('')", ""),
    ("length('one two')", 7),
    ("take('abc', 2)", "ab"),
    ("take('abc', -1)", ""),
    ("skip('abc', 1)", "bc"),
    ("skip('abc', -1)", "abc"),
    ("empty('')", True),
    ("contains('OneTwo', 'Two')", True),
    ("contains('OneTwo', 'two')", False),
    ("contains('a1', 1)", True),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_strings(text: str, expected: Value) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("toLower(1)", "`toLower`: its argument must be a string, not an integer"),
        ("trim(null())", "`trim`: its argument must be a string, not null"),
        ("padLeft(true(), 1)", "`padLeft`: its first argument must be a string or an integer, not a boolean"),
        ("padLeft('a', 'b')", "`padLeft`: the width must be an integer, not a string"),
        ("padLeft('a', 2, '--')", "`padLeft`: the filling must be one character"),
        ("replace('a', '', 'b')", "`replace`: what to replace must not be empty"),
        ("substring('abc', 1, 3)", "`substring`: start 1 and length 3 do not lie inside a string of 3 characters"),
        ("substring('abc', -1)", "`substring`: start -1 and length 4 do not lie inside a string of 3 characters"),
        ("substring('abc', 4)", "`substring`: start 4 and length -1 do not lie inside a string of 3 characters"),
        ("split(createArray(), ',')", "`split`: its argument must be a string, not an array"),
        ("split('a', 1)", "`split`: a delimiter must be a string, not an integer"),
        ("join('a', ',')", "`join`: its argument must be an array, not a string"),
        ("join(createArray(), null())", "`join`: the delimiter must be a string, not null"),
        ("concat('a', null())", "`concat`: every argument must be a string, a number or a boolean, not null"),
        ("concat(createArray(), 'a')", "`concat`: every argument must be an array, not a string"),
        ("concat(createObject())", "`concat`: every argument must be a string, a number or a boolean, not an object"),
        ("contains('a', null())", "`contains`: what to find must be a string, not null"),
    ],
)
def test_strings_that_fail(text: str, message: str) -> None:
    assert failure(text).message == message


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        ("", "", True),
        ("", "*", True),
        ("", "?", False),
        ("abc", "a*c", True),
        ("abc", "*b*", True),
        ("abc", "a?c", True),
        ("abc", "a?", False),
        ("aXbXc", "a*X*c", True),
        ("mississippi", "m*iss*ip*i", True),
        ("mississippi", "m*iss*ipz", False),
        ("a*c", "a**c", True),
        ("*", "*", True),
    ],
)
def test_patterns(value: str, pattern: str, expected: bool) -> None:
    assert matches(value, pattern) is expected


def test_patterns_do_not_take_forever() -> None:
    assert matches("a" * 2000, "a*" * 20 + "b") is False


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab*?", max_size=6))
def test_patterns_agree_with_regular_expressions(value: str, pattern: str) -> None:
    import re

    expression = "".join({"*": ".*", "?": "."}.get(mark, re.escape(mark)) for mark in pattern)
    assert matches(value, pattern) is (re.fullmatch(expression, value) is not None)


@pytest.mark.parametrize(
    "words",
    [
        ["", "-", "-a", "1", "10", "2", "a", "A", "ab", "b"],
        ["2023-07-01", "2023-07-01-preview", "2023-10-01"],
        ["a", "á", "b"],
        ["a-b", "ab"],
        ["cafe", "café", "cafés"],
        ["a", "a1", "aa"],
    ],
)
def test_order_is_that_of_the_invariant_culture(words: list[str]) -> None:
    for index, word in enumerate(words):
        for later in words[index + 1 :]:
            assert compare(word, later) < 0, (word, later)
            assert compare(later, word) > 0, (word, later)
            assert evaluate("less(parameters('a'), parameters('b'))", a=word, b=later) is True
            assert evaluate("greaterOrEquals(parameters('a'), parameters('b'))", a=word, b=later) is False


@given(st.text(max_size=5), st.text(max_size=5))
def test_order_is_total(left: str, right: str) -> None:
    assert (compare(left, right) == 0) is (left == right)
    assert compare(left, right) == -compare(right, left)


@given(st.text(max_size=8))
def test_case_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(upper(text)) == len(lower(text)) == len(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"),
        (-2.5, "-2.5"),
        (1e14, "100000000000000"),
        (1e15, "1E+15"),
        (-1.5e20, "-1.5E+20"),
        (1234567890123456.0, "1.234567890123456E+15"),
        (1e-5, "1E-05"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_numbers_are_written_as_dotnet_does(value: float, expected: str) -> None:
    assert float_text(value) == expected


def test_json_is_compact_and_knows_both_quotes() -> None:
    value: Value = {"a": [1, 2.0, None, True, False, 'it\'s "x"\n'], "b": {}}
    assert json_of(value) == '{"a":[1,2.0,null,true,false,"it\'s \\"x\\"\\n"],"b":{}}'
    assert text_of(value) == "{'a':[1,2.0,null,true,false,'it\\'s \"x\"\\n'],'b':{}}"
    assert json_of(["\ud800"]) == '["\ufffd"]'
    assert json_of(float("inf")) == "Infinity"
    assert text_of(None) == ""


def test_json_of_deep_values_does_not_recurse() -> None:
    value: Value = 1
    for _ in range(5000):
        value = [value]
    assert json_of(value) == "[" * 5000 + "1" + "]" * 5000
