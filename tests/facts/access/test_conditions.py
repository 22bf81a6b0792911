"""Conditions of assignments: grammar, operators, what is not known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.facts.access.conditions import ConditionError, Context, evaluate, parse_condition
from everward.facts.access.conditions.evaluate import like
from everward.facts.access.conditions.nodes import Attribute, Matches, nodes_in
from everward.values import Unknown

HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
HELD: dict[str, dict[str, Any]] = {
    "Resource": {
        "name": "blob1",
        "count": 5,
        "tags": ["a", "b"],
        "open": HOLE,
        "ip": "10.0.0.5",
        "flag": True,
        "nothing": None,
    },
    "Request": {"Ns:when": "2026-11-29T12:00:00Z", "time": "12:30:00", "guid": "A1B2C3D4-0000-0000-0000-000000000000"},
}


def holds(text: str, action: str = "A/b/read", complete: bool = True, suboperation: str | None = None) -> Any:
    return evaluate(parse_condition(text), Context(action, suboperation, HELD, complete))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("@Resource[name] StringEquals 'blob1'", True),
        ("@Resource[NAME] StringEquals 'Blob1'", False),
        ("@Resource[name] StringEqualsIgnoreCase 'BLOB1'", True),
        ("@Resource[name] StringNotEquals 'x'", True),
        ("@Resource[name] StringStartsWith 'blob'", True),
        ("@Resource[name] StringNotStartsWith 'blob'", False),
        ("@Resource[name] StringContainsIgnoreCase 'OB'", True),
        ("@Resource[name] StringMatches '^b.*1$'", True),
        ("@Resource[count] StringEquals '5'", False),
        ("@Resource[nothing] StringEquals null", True),
        ("@Resource[count] NumericGreaterThanEquals 5", True),
        ("@Resource[count] NumericInRange {1, 4.5}", False),
        ("@Resource[flag] NumericEquals 1", False),
        ("@Resource[flag] BoolEquals true", True),
        ("@Resource[flag] BoolNotEquals true", False),
        ("@Resource[flag]", True),
        ("@Resource[name]", False),
        ("@Request[Ns:when] DateTimeLessThan '2026-11-30T00:00:00Z'", True),
        ("@Request[Ns:when] DateTimeEquals '2026-11-29T12:00:00'", True),
        ("@Request[Ns:when] DateTimeEquals 'nonsense'", False),
        ("@Request[time] TimeOfDayInRange {'12:00:00', '13:00:00'}", True),
        ("@Request[guid] GuidEquals a1b2c3d4000000000000000000000000", True),
        ("@Request[time] GuidEquals {a1b2c3d4000000000000000000000000}", False),
        ("@Resource[ip] IpMatch '10.0.0.0/24'", True),
        ("@Resource[ip] IpInRange {'10.0.0.1', '10.0.0.4'}", False),
        ("@Resource[ip] IpInRange '10.0.0.0/8'", True),
        ("@Resource[tags] ListContains 'a'", True),
        ("@Resource[tags] ListContains {'a', 'c'}", False),
        ("@Resource[name] ListContains 'b'", False),
        ("@Resource[tags] ForAllOfAnyValues:StringEquals {'a', 'b', 'c'}", True),
        ("@Resource[gone] ForAnyOfAnyValues:StringEquals {'a'}", False),
        ("Exists @Resource[name]", True),
        ("Exists @Resource[nothing]", False),
        ("NotExists @Resource[gone]", True),
        ("@Resource[gone] StringEquals 'x'", False),
        ("ActionMatches{'A/b/*'}", True),
        ("ActionMatches{'x', 'A/*'}", True),
        ("SubOperationMatches{'sub'}", False),
        ("!(ActionMatches{'A/b/read'}) OR @Resource[name] StringEquals 'x'", False),
        ("NOT NOT ActionMatches('A/b/read')", True),
        ("actionName ActionMatches 'a/B/read'", True),
        ("nonsense ActionMatches 'a'", False),
        ("ToLower('AB') StringEquals 'ab' && Trim(' x ') StringEquals 'x'", True),
        ("AddDays('2026-11-28T12:00:00Z', 1) DateTimeEquals @Request[Ns:when]", True),
        ("ToTime('nonsense') TimeOfDayEquals '12:00:00'", False),
        ("ToLower(@Resource[gone]) StringEquals 'x'", False),
        ("(@Resource[name]) StringEquals 'blob1' || false", True),
    ],
)
def test_operators(text: str, answer: bool) -> None:
    assert holds(text) is answer


@pytest.mark.parametrize(
    "text",
    [
        "@Resource[open] StringEquals 'x'",
        "@Resource[open] ForAnyOfAnyValues:StringEquals {'x'}",
        "@Resource[gone] StringNotEquals 'x'",
        "Exists @Resource[open]",
        "ToLower(@Resource[open]) StringEquals 'x'",
        "@Resource[name] StringEquals {@Resource[open]}",
        "@Resource[name] StringMatches '(a+)+$'",
        "@Resource[name] StringNotMatches '(a+)+$'",
        "@Resource[open]",
    ],
)
def test_what_is_not_known_gives_a_hole(text: str) -> None:
    assert isinstance(holds(text), Unknown)


def test_an_attribute_that_nobody_gave_is_not_known_unless_the_request_is_known_whole() -> None:
    found = holds("@Principal[department] StringEquals 'x'", complete=False)
    assert isinstance(found, Unknown)
    assert found.decided_by == ("@Principal[department]",)
    assert holds("@Principal[department] StringEquals 'x' OR ActionMatches{'*'}", complete=False) is True
    assert holds("SubOperationMatches{'sub/*'}", suboperation="sub/read") is True


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("", "the end stands where a value is expected", 0),
        (
            "@Nobody[x] StringEquals 'a'",
            "`@Nobody` is no source: known are Resource, Request, Principal, Environment, Context",
            0,
        ),
        ("@Resource[ ] StringEquals 'a'", "an attribute has no name", 0),
        ("@Resource[x] Resembles 'a'", "`Resembles` is no operator", 13),
        ("@Resource[x] ForAnyOfAnyValues:Nope {'a'}", "`Nope` is no operator", 31),
        ("'a'", "a value alone is no condition", 3),
        ("'a", "a text has no end", 0),
        ("#", "`#` stands for nothing", 0),
        ("ActionMatches 'a'", "`a` stands where `{` is expected", 14),
        ("ActionMatches{5}", "`5` stands where a text is expected", 14),
        ("true true", "`true` is no operator", 5),
        ("true)", "`)` stands where the end is expected", 4),
        ("(true", "the end stands where `)` is expected", 5),
        ("@Resource[x] StringEquals AND", "`AND` stands where a value is expected", 26),
        ("{'a' 'b'} ListContains 'a'", "`b` stands where `,` is expected", 5),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str, at: int) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert (caught.value.message, caught.value.at) == (message, at)


def test_hostile_conditions_end() -> None:
    for text in ("(" * 5000 + "true", "{" * 5000 + "1", "x" * 20_000, "(" * 5000 + "'a'"):
        with pytest.raises(ConditionError):
            parse_condition(text)
    assert evaluate(parse_condition("!" * 5001 + "true"), Context()) is False


def test_precedence_is_marked_where_it_is_mixed() -> None:
    assert parse_condition("true OR true AND false").mixes
    assert not parse_condition("true OR (true AND false)").mixes
    assert evaluate(parse_condition("true OR true AND false"), Context()) is True


def test_nodes_are_walked_without_recursion() -> None:
    text = "!(ActionMatches{'a'}) AND Exists ToLower(@Resource[n:x]) OR {1} ListContains 2"
    found = list(nodes_in(parse_condition(text).root))
    assert Matches("ActionMatches", ("a",)) in found
    assert Attribute("Resource", "x", "n") in found
    assert Attribute("Resource", "x", "n").full_name == "n:x"


@given(st.text(max_size=60))
def test_whatever_stands_there_is_read_or_refused(text: str) -> None:
    try:
        parsed = parse_condition(text)
    except ConditionError:
        return
    evaluate(parsed, Context("a", None, HELD))


def slow(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slow(text[index:], pattern[1:]) for index in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and slow(text[1:], pattern[1:])


@given(st.text("ab", max_size=8), st.text("ab*?", max_size=8))
def test_like_is_what_its_definition_says(text: str, pattern: str) -> None:
    assert like(text, pattern) is slow(text, pattern)


def test_a_backslash_takes_the_meaning_away() -> None:
    assert like("a*c", r"a\*c")
    assert not like("abc", r"a\*c")
    assert like("a" * 3000 + "b", "*a" * 500 + "*b")
