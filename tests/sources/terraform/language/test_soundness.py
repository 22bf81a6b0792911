"""Whatever a hole turns out to be, what was said before it was known holds.

Expressions are drawn from a grammar of types that fit, over names that stand for holes; then the holes get values. What
is not held: the type of a hole is not known, so that `true ? 1 : hole` is 1 and may turn out to be "1". The grammar has
no branches of different types, and values are compared as if they were converted.
"""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.terraform.workspace import hole, value_of

from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.values import (
    Data,
    Sensitive,
    is_null,
    is_number,
    number_text,
)
from everward.values import Unknown

NAMES: dict[str, tuple[str, ...]] = {
    "text": ("t1", "t2"),
    "number": ("n1", "n2"),
    "truth": ("b1", "b2"),
    "texts": ("l1", "l2"),
    "map": ("m1", "m2"),
}
VALUES: dict[str, tuple[str, ...]] = {
    "text": ('""', '"a"', '"b-a"', '"  A,b "', '"é"', '"12"', '"true"', "tostring(null)"),
    "number": ("0", "1", "-2", "0.5", "3", "1e20", "tonumber(null)"),
    "truth": ("true", "false", "tobool(null)"),
    "texts": ("tolist([])", 'tolist(["a"])', 'tolist(["b", "a", "b"])', 'tolist(["", "c"])', "tolist(null)"),
    "map": ("tomap({})", 'tomap({a = "x"})', 'tomap({b = "y", a = ""})', "tomap(null)"),
}
OPEN: dict[str, Any] = {name: hole(f"var.{name}", text=f"{{var.{name}}}") for names in NAMES.values() for name in names}


FORMS: dict[str, tuple[str, ...]] = {
    "text": (
        '"p-${<text>}-s"',
        '"${<text>}/${<number>}"',
        '"%{ if <truth> }yes%{ else }${<text>}%{ endif }"',
        '"%{ for x in <texts> }<${x}>%{ endfor }"',
        "upper(<text>)",
        "lower(<text>)",
        "trimspace(<text>)",
        "title(<text>)",
        "strrev(<text>)",
        'join("-", <texts>)',
        'replace(<text>, "a", <text>)',
        'replace(<text>, "/[ab]/", "z")',
        "substr(<text>, 0, 2)",
        'format("%s:%d", <text>, floor(<number>))',
        'format("%q", <text>)',
        "jsonencode(<any>)",
        "yamlencode(<any>)",
        "base64encode(<text>)",
        "sha256(<text>)",
        "urlencode(<text>)",
        'trimprefix(<text>, "b")',
        "trimsuffix(<text>, <text>)",
        "element(<texts>, 1)",
        'lookup(<map>, "a", <text>)',
        "try(<map>.a, <text>)",
        'try(<texts>[0], "none")',
        "tostring(<number>)",
        "one(slice(<texts>, 0, 1))",
        'regex("[a-z]*", <text>)',
        "{ a = <text>, b = <text> }.b",
        "[<text>, <text>][1]",
    ),
    "number": (
        "(<number> + <number>)",
        "(<number> - <number>)",
        "(<number> * <number>)",
        "(-<number>)",
        "length(<texts>)",
        "length(<text>)",
        "length(<map>)",
        "max(<number>, <number>)",
        "min(<number>, <number>)",
        "abs(<number>)",
        "floor(<number>)",
        "signum(<number>)",
        "sum([<number>, <number>])",
        "tonumber(<text>)",
        "length([<any>, <any>])",
        "length(setunion(<texts>, <texts>))",
        "length(toset(<texts>))",
    ),
    "truth": (
        "(<truth> && <truth>)",
        "(<truth> || <truth>)",
        "!<truth>",
        "(<text> == <text>)",
        "(<number> != <number>)",
        "(<texts> == <texts>)",
        "(<map> == <map>)",
        "(<number> < <number>)",
        "contains(<texts>, <text>)",
        "can(<any>)",
        "can(<map>.a)",
        "can(<texts>[1])",
        "startswith(<text>, <text>)",
        "strcontains(<text>, <text>)",
        "alltrue([<truth>, <truth>])",
        "anytrue([<truth>, <truth>])",
        "(<any> == null)",
        'can(regex("^[a-z]+$", <text>))',
    ),
    "texts": (
        "tolist([<text>, <text>])",
        "concat(<texts>, <texts>)",
        "distinct(<texts>)",
        "compact(<texts>)",
        "reverse(<texts>)",
        "sort(<texts>)",
        "tolist(toset(<texts>))",
        "tolist(setunion(<texts>, <texts>))",
        "tolist(setsubtract(<texts>, <texts>))",
        'split(",", <text>)',
        'tolist([for x in <texts> : "${x}!"])',
        "tolist([for x in <texts> : x if <truth>])",
        'tolist([for x in <texts> : x if x != "a"])',
        "[for x in toset(<texts>) : x]",
        "[for i, x in <texts> : tostring(i)]",
        "tolist([for k, v in <map> : k])",
        "keys(<map>)",
        "tolist(values(<map>))",
        "flatten([<texts>, <texts>])[*]",
        'formatlist("%s.", <texts>)',
        'regexall("[a-z]", <text>)',
        "coalescelist(<texts>, <texts>)",
        "slice(<texts>, 0, 1)",
        "[<map>, <map>][*].a",
    ),
    "map": (
        "tomap({a = <text>, b = <text>})",
        "merge(<map>, <map>)",
        "merge(<map>, {c = <text>})",
        "{for k, v in <map> : upper(k) => v}",
        '{for k, v in <map> : k => v if v != "x"}',
        "{for x in <texts> : x => x...}",
        "zipmap(<texts>, <texts>)",
        "{(<text>) = <text>}",
    ),
}
"""Expressions of every type; in angles the type of what stands there."""
_PLACE = re.compile(r"<(text|number|truth|texts|map|any)>")


class Maker:
    """Draws expressions of a type."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def of(self, kind: str, depth: int) -> str:
        """An expression; `depth` is how many calls stand in one another at most."""
        if kind == "any":
            kind = self.draw.choice(list(FORMS))
        chance = self.draw.random()
        if chance < 0.1 or (depth <= 0 and chance < 0.35):
            return self.draw.choice(NAMES[kind])
        if depth <= 0:
            return self.draw.choice([value for value in VALUES[kind] if "null" not in value])
        form = self.draw.choice(FORMS[kind])
        if chance < 0.25:
            form = f"(<truth> ? <{kind}> : <{kind}>)"
        elif chance < 0.3:
            form = f"try(<{kind}>, <{kind}>)"
        elif chance < 0.33 and kind in ("text", "number"):
            form = f"coalesce(<{kind}>, <{kind}>)"
        return _PLACE.sub(lambda place: self.of(place.group(1), depth - 1), form)


def contradiction(said: Data, found: Data) -> str | None:
    """What `found` is that `said` says it is not; None when they go together."""
    if isinstance(found, Sensitive) or isinstance(said, Sensitive):
        raise AssertionError("nothing here is sensitive")
    if isinstance(said, Unknown):
        return _beyond(said, found)
    if is_null(said) or is_null(found):
        return None if is_null(said) and is_null(found) else "one of both is null"
    if isinstance(said, dict):
        if not isinstance(found, dict):
            return "it is no map"
        if said.keys() != found.keys():
            return "the keys are others"
        return next(filter(None, (contradiction(item, found[name]) for name, item in said.items())), None)
    if isinstance(said, list):
        return _among(said, found)
    return None if _text(said) == _text(found) else f"{said!r} is not {found!r}"


def _beyond(said: Unknown, found: Data) -> str | None:
    if said.present and is_null(found):
        return "it was said not to be null"
    if said.filled and found in ("", [], {}):
        return "it was said not to be empty"
    text = said.text
    if text is None or not isinstance(found, str) or text.count("{") != text.count("}"):
        return None
    if re.search(r"\{[^{}]*\{", text) is not None:
        # A placeholder with braces in it cannot be told from its surroundings.
        return None
    pattern = "(?s:.*)".join(map(re.escape, re.split(r"\{[^{}]*\}", text)))
    return None if re.fullmatch(pattern, found) else f"{found!r} does not go with {text!r}"


def _among(said: list[Any], found: Data) -> str | None:
    if not isinstance(found, list):
        return "it is no list"
    if any(isinstance(item, Unknown) and item.many for item in said):
        fixed = [item for item in said if not (isinstance(item, Unknown) and item.many)]
        return None if len(found) >= len(fixed) else "there are too few elements"
    if len(said) != len(found):
        return f"there are {len(found)} elements, not {len(said)}"
    return next(filter(None, map(contradiction, said, found)), None)


def _text(value: Data) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if is_number(value) else str(value)


def said_of(expression: str, names: dict[str, Any]) -> Data | EvaluationError:
    try:
        return value_of(expression, **names)
    except EvaluationError as error:
        return error


@settings(max_examples=400, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_said_of_an_open_expression_holds_whatever_the_holes_are(draw: random.Random) -> None:
    expression = Maker(draw).of("any", draw.choice((1, 2, 2, 3)))
    said = said_of(expression, OPEN)
    for _ in range(6):
        given_ = {name: draw.choice(VALUES[kind]) for kind, names in NAMES.items() for name in names}
        found = said_of(expression, {name: value_of(text) for name, text in given_.items()})
        if isinstance(found, EvaluationError):
            continue
        told = f"{expression} with {given_}: said {said!r}, found {found!r}"
        assert not isinstance(said, EvaluationError), told
        assert contradiction(said, found) is None, f"{contradiction(said, found)}: {told}"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (hole("x", present=True), None),
        (hole("x", filled=True), []),
        (hole("x", text="a-{var.x}"), "b-1"),
        ([1], [1, 2]),
        ([1, hole("x", many=True)], []),
        ({"a": 1}, {"b": 1}),
        ([1], "a"),
        ({"a": 1}, [1]),
        (1, 2),
        (None, 1),
    ],
)
def test_contradictions_are_seen(said: Any, found: Any) -> None:
    assert contradiction(said, found) is not None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (hole("x"), None),
        (hole("x", text="a-{var.x}"), "a-1"),
        ([1, hole("x", many=True)], [1, 2, 3]),
        (1, "1"),
        (True, "true"),
        ({"a": hole("x")}, {"a": [1]}),
    ],
)
def test_what_goes_together_is_no_contradiction(said: Any, found: Any) -> None:
    assert contradiction(said, found) is None
