"""Functions over text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from everward.sources.terraform.language import graphemes
from everward.sources.terraform.language.functions.registry import (
    Context,
    function,
    hole_of_call,
    mark,
    open_call,
    strings,
    whole,
)
from everward.sources.terraform.language.operations import is_many
from everward.sources.terraform.language.regular import Match, PatternProblem, Regular, compiled
from everward.sources.terraform.language.types import STRING, Type, object_of
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    Null,
    Sensitive,
    ValueProblem,
    bared,
    convert,
    hole_text,
    holes_of,
    is_null,
    kind_name,
    nfc,
    shorten,
)
from everward.values import Unknown, combine

_HOLES = re.compile(r"(\{[^{}]*\})")
_SPACES = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Unicode takes for white space."""


# Regular expressions


def _pattern(text: str) -> Regular:
    try:
        return compiled(text)
    except PatternProblem as problem:
        raise ValueProblem(f"`{shorten(text)}` is not a regular expression: {problem}") from None


def _captures_type(pattern: Regular) -> Type:
    names = [name for name in pattern.names if name is not None]
    if names and len(names) < len(pattern.names):
        raise ValueProblem("groups with and without a name cannot stand together")
    if names:
        return object_of((name, STRING) for name in dict.fromkeys(names))
    return Type("tuple", elements=(STRING,) * len(pattern.names)) if pattern.names else STRING


def _captures(pattern: Regular, match: Match) -> Data:
    if not pattern.names:
        return nfc(match.group(0) or "")
    found = [match.group(number) for number in range(1, len(pattern.names) + 1)]
    values = [Null(STRING) if text is None else nfc(text) for text in found]
    if pattern.names[0] is None:
        return values
    return dict(sorted((name or "", value) for name, value in zip(pattern.names, values, strict=True)))


@function("regex", "ss", context=True)
def regex(context: Context, expression: str, text: str) -> Data:
    """The first match, or its captures."""
    pattern = _pattern(expression)
    _captures_type(pattern)
    match = pattern.search(text, 0, context.spend)
    if match is None:
        raise ValueProblem(f"`{shorten(expression)}` does not match `{shorten(text)}`")
    return _captures(pattern, match)


@function("regexall", "ss", context=True)
def regexall(context: Context, expression: str, text: str) -> Data:
    """All matches."""
    pattern = _pattern(expression)
    of = _captures_type(pattern)
    return ListValue((_captures(pattern, match) for match in pattern.all_matches(text, context.spend)), of)


@function("replace", "sss", context=True)
def replace(context: Context, text: str, old: str, new: str) -> Data:
    """Every `old` made `new`; between slashes, `old` is a regular expression."""
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return _pattern(old[1:-1]).replace(text, new, context.spend)
    if (text.count(old) if old else len(text) + 1) * len(new) > context.limits.text:
        raise LimitProblem(f"the text is too large: more than {context.limits.text:,} characters", "text")
    return text.replace(old, new)


# Letters


@function("lower", "s", "raw")
def lower(text: str | Unknown) -> Data:
    """In small letters, a letter for a letter."""
    return _in_case(text, "lower", lambda char: char.lower()[0])


@function("upper", "s", "raw")
def upper(text: str | Unknown) -> Data:
    """In capitals, a letter for a letter."""
    return _in_case(text, "upper", lambda char: char.upper() if len(char.upper()) == 1 else char)


def _in_case(text: str | Unknown, name: str, change: Callable[[str], str]) -> Data:
    if isinstance(text, str):
        return "".join(map(change, text))
    if text.text is None:
        return hole_of_call(name, [text], [text])
    # Names in Azure compare without case: the text stays the name that it is, with its known parts changed.
    parts = _HOLES.split(text.text)
    shown = "".join(part if part.startswith("{") else "".join(map(change, part)) for part in parts)
    return combine([text], present=True, text=shown)


@function("title", "s")
def title(text: str) -> Data:
    """The first letter of every word in capitals."""
    out: list[str] = []
    before = " "
    for char in text:
        titled = char.title()
        out.append(titled if _parts_words(before) and len(titled) == 1 else char)
        before = char
    return "".join(out)


def _parts_words(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return char in _SPACES


@function("strrev", "s")
def strrev(text: str) -> Data:
    """Back to front."""
    return "".join(reversed(graphemes.split(text)))


@function("chomp", "s")
def chomp(text: str) -> Data:
    """Without line ends at the end."""
    return text.rstrip("\r\n")


@function("indent", "ns", context=True)
def indent(context: Context, spaces: Any, text: str) -> Data:
    """Every line but the first moved to the right."""
    count = whole(spaces)
    if count < 0:
        raise ValueProblem("a text cannot be moved to the left")
    if text.count("\n") * count > context.limits.text:
        raise LimitProblem(f"the text is too large: more than {context.limits.text:,} characters", "text")
    return text.replace("\n", "\n" + " " * count) if "\n" in text else text


@function("trim", "ss")
def trim(text: str, characters: str) -> Data:
    """Without any of the characters at both ends."""
    return text.strip(characters) if characters else text


@function("trimprefix", "ss")
def trimprefix(text: str, prefix: str) -> Data:
    """Without the prefix."""
    return text.removeprefix(prefix)


@function("trimsuffix", "ss")
def trimsuffix(text: str, suffix: str) -> Data:
    """Without the suffix."""
    return text.removesuffix(suffix)


@function("trimspace", "s")
def trimspace(text: str) -> Data:
    """Without white space at both ends."""
    return text.strip(_SPACES)


@function("startswith", "ss")
def startswith(text: str, prefix: str) -> Data:
    """Whether it begins so."""
    return text.startswith(prefix)


@function("endswith", "ss")
def endswith(text: str, suffix: str) -> Data:
    """Whether it ends so."""
    return text.endswith(suffix)


@function("strcontains", "ss")
def strcontains(text: str, part: str) -> Data:
    """Whether it stands in it."""
    return part in text


@function("substr", "snn")
def substr(text: str, offset: Any, length: Any) -> Data:
    """A part, counted in characters; a negative length means up to the end."""
    start, count = whole(offset), whole(length)
    clusters = graphemes.split(text)
    if start < 0:
        start += len(clusters)
        # Counted from the end, no characters are taken for all of them: a slip of Terraform's that stays.
        count = count or -1
    elif count == 0:
        return ""
    rest = clusters[max(start, 0) :]
    return "".join(rest if count < 0 else rest[:count])


# Lists of text


@function("split", "ss")
def split(separator: str, text: str) -> Data:
    """The parts between separators."""
    return strings(list(text) if not separator else [nfc(part) for part in text.split(separator)])


@function("join", "s*t", "raw")
def join(separator: Any, *lists: Any) -> Data:
    """Elements with the separator between them; holes stay visible in the text of the result."""
    if not lists:
        raise ValueProblem("at least one list is needed")
    arguments = [separator, *lists]
    holes = holes_of(arguments)
    known = [items for items in lists if not isinstance(items, Unknown)]
    if any(is_null(item) for items in known for item in items):
        raise ValueProblem("an element is null")
    if not holes:
        return separator.join(item for items in lists for item in items)
    if isinstance(separator, Unknown) or len(known) < len(lists) or any(is_many(i) for items in known for i in items):
        return hole_of_call("join", arguments, holes)
    parts = [hole_text(item) if isinstance(item, Unknown) else str(item) for items in lists for item in items]
    return combine(holes, present=True, text=separator.join(parts))


# Templates


@function("templatestring", "Aa", "raw", context=True, marks="own")
def templatestring(context: Context, template: Data, variables: Data) -> Data:
    """A template with its variables filled in."""
    text, names = bared(template), bared(variables)
    if isinstance(text, Unknown) or isinstance(names, Unknown):
        return open_call("templatestring", template, variables)
    if not isinstance(text, str):
        raise ValueProblem(f"text is needed, not a {kind_name(text)}")
    if not isinstance(names, dict):
        raise ValueProblem(f"a map is needed, not a {kind_name(names)}")
    result = context.render(text, "templatestring", names, files=False)
    if is_null(bared(result)):
        raise ValueProblem("the template gives null")
    rendered = convert(result, STRING)
    return mark(rendered) if isinstance(template, Sensitive) or isinstance(variables, Sensitive) else rendered
