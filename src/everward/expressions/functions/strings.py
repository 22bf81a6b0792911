"""Functions on strings."""

from __future__ import annotations

from everward.expressions.functions.registry import Family
from everward.expressions.kinds import as_array, as_integer, as_string, is_number, kind_of
from everward.expressions.problem import Failure
from everward.expressions.text import bounded, check_length, fold, json_of, lower, scalar_text, text_of, upper
from everward.values import Value

STRINGS = Family()


@STRINGS.add("toLower", 1, 1)
def to_lower(value: Value) -> Value:
    """Small letters, by the invariant culture."""
    return lower(as_string(value))


@STRINGS.add("toUpper", 1, 1)
def to_upper(value: Value) -> Value:
    """Capital letters, by the invariant culture."""
    return upper(as_string(value))


@STRINGS.add("trim", 1, 1)
def trim(value: Value) -> Value:
    """Without white space at both ends."""
    return as_string(value).strip()


@STRINGS.add("padLeft", 2, 3)
def pad_left(value: Value, width: Value, filler: Value = " ") -> Value:
    """Filled up on the left until it has `width` characters."""
    if not (isinstance(value, str) or is_number(value)):
        raise Failure(f"its first argument must be a string or an integer, not {kind_of(value)}")
    length = as_integer(width, "the width")
    character = as_string(filler, "the filling")
    if len(character) != 1:
        raise Failure("the filling must be one character")
    check_length(length)
    return text_of(value).rjust(length, character)


@STRINGS.add("replace", 3, 3)
def replace(value: Value, old: Value, new: Value) -> Value:
    """Every occurrence replaced, with case."""
    text, out, into = as_string(value), as_string(old, "what to replace"), as_string(new, "the replacement")
    if not out:
        raise Failure("what to replace must not be empty")
    check_length(len(text) + text.count(out) * (len(into) - len(out)))
    return text.replace(out, into)


@STRINGS.add("substring", 2, 3)
def substring(value: Value, start: Value, length: Value = None) -> Value:
    """`length` characters from `start` on, or all of them; both must lie inside the string."""
    text, first = as_string(value), as_integer(start, "the start")
    count = len(text) - first if length is None else as_integer(length, "the length")
    if first < 0 or count < 0 or first + count > len(text):
        raise Failure(
            f"start {first} and length {count} do not lie inside a string of {len(text)} characters",
            help="ask for the string's length first: if(greaterOrEquals(length(…), n), substring(…), …)",
        )
    return text[first : first + count]


@STRINGS.add("startsWith", 2, 2)
def starts_with(value: Value, start: Value) -> Value:
    """Whether a string starts with another, without case."""
    return fold(as_string(value)).startswith(fold(as_string(start, "the start")))


@STRINGS.add("endsWith", 2, 2)
def ends_with(value: Value, end: Value) -> Value:
    """Whether a string ends with another, without case."""
    return fold(as_string(value)).endswith(fold(as_string(end, "the end")))


@STRINGS.add("like", 2, 2)
def like(value: Value, pattern: Value) -> Value:
    """Whether a string matches a pattern wholly, without case: `*` is any run of characters and `?` any one."""
    return matches(fold(as_string(value)), fold(as_string(pattern, "the pattern")))


def matches(text: str, pattern: str) -> bool:
    """Whether `text` matches `pattern` wholly: `*` is any run of characters and `?` any one."""
    at, place, star, mark = 0, 0, -1, 0
    while at < len(text):
        # A star in the text is no wildcard, so the pattern is asked first.
        if place < len(pattern) and pattern[place] == "*":
            star, mark = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = mark, star + 1
        else:
            return False
    return all(rest == "*" for rest in pattern[place:])


@STRINGS.add("split", 2, 2)
def split(value: Value, delimiter: Value) -> Value:
    """The parts between delimiters; of several delimiters the longest that fits counts, empty ones are ignored."""
    text = as_string(value)
    given = delimiter if isinstance(delimiter, list) else [delimiter]
    delimiters = sorted({as_string(item, "a delimiter") for item in given} - {""}, key=len, reverse=True)
    if not delimiters:
        return [text]
    if len(delimiters) == 1:
        return list(text.split(delimiters[0]))
    import re

    return list(re.split("|".join(re.escape(item) for item in delimiters), text))


@STRINGS.add("join", 2, 2)
def join(values: Value, delimiter: Value) -> Value:
    """The elements of an array as one string, with a delimiter between them."""
    between = as_string(delimiter, "the delimiter")
    parts = ["null" if item is None else text_of(item) for item in as_array(values)]
    check_length(sum(map(len, parts)) + len(between) * len(parts))
    return between.join(parts)


@STRINGS.add("string", 1, 1)
def to_string(value: Value) -> Value:
    """A value as a string: arrays and objects as compact JSON."""
    if isinstance(value, (list, dict)):
        return json_of(value)
    return bounded(scalar_text(value))
