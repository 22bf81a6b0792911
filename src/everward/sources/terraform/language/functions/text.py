"""Functions over text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from everward.sources.terraform.language.functions.registry import Context, function, hole_of_call, strings, whole
from everward.sources.terraform.language.operations import is_many
from everward.sources.terraform.language.values import Data, ListValue, ValueProblem, hole_text, holes_of, shorten
from everward.values import Unknown, combine

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_HOLES = re.compile(r"(\{[^{}]*\})")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\$))")


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """A regular expression in RE2's syntax, as Python has it.

    Raises:
        ValueProblem: when it is not well formed, or uses what only RE2 has.

    """
    translated = _POSIX.sub(lambda match: _CLASSES.get(match.group(2), match.group()), text)
    translated = translated.replace(r"\z", r"\Z").replace("(?U)", "")
    try:
        with warnings.catch_warnings():
            # Python doubts what it may read otherwise one day; RE2 has no doubt, and reads it as Python does today.
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(translated, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueProblem(f"`{shorten(text)}` is not a regular expression: {error}") from None


def _captures(match: re.Match[str]) -> Data:
    names = match.re.groupindex
    if names:
        return {name: match.group(name) for name in sorted(names)}
    if match.re.groups:
        return list(match.groups())
    return match.group()


@function("regex", "ss")
def regex(expression: str, text: str) -> Data:
    """The first match, or its captures."""
    match = pattern(expression).search(text)
    if match is None:
        raise ValueProblem(f"`{shorten(expression)}` does not match `{shorten(text)}`")
    return _captures(match)


@function("regexall", "ss")
def regexall(expression: str, text: str) -> Data:
    """All matches."""
    return ListValue(_captures(match) for match in pattern(expression).finditer(text))


@function("replace", "sss")
def replace(text: str, old: str, new: str) -> Data:
    """Every `old` made `new`; between slashes, `old` is a regular expression."""
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return pattern(old[1:-1]).sub(lambda match: _expand(match, new), text)
    return text.replace(old, new)


def _expand(match: re.Match[str], template: str) -> str:
    def one(reference: re.Match[str]) -> str:
        name = reference.group(1) or reference.group(2)
        if name is None:
            return "$"
        try:
            return match.group(int(name) if name.isdecimal() else name) or ""
        except IndexError:
            return ""

    return _REFERENCE.sub(one, template)


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
        out.append(char.title() if not (before.isalnum() or before == "_") else char)
        before = char
    return "".join(out)


@function("strrev", "s")
def strrev(text: str) -> Data:
    """Back to front."""
    return text[::-1]


@function("chomp", "s")
def chomp(text: str) -> Data:
    """Without line ends at the end."""
    return text.rstrip("\r\n")


@function("indent", "ns")
def indent(spaces: Any, text: str) -> Data:
    """Every line but the first moved to the right."""
    return text.replace("\n", "\n" + " " * min(whole(spaces), 10_000))


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
    return text.strip()


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
    if start < 0:
        start += len(text)
        if start < 0:
            raise ValueProblem("the offset lies before the text")
    return text[start:] if count < 0 else text[start : start + count]


@function("split", "ss")
def split(separator: str, text: str) -> Data:
    """The parts between separators."""
    if not separator:
        return strings(list(text))
    return strings(text.split(separator)) if text else strings([""])


@function("join", "s*t", "raw")
def join(separator: Any, *lists: Any) -> Data:
    """Elements with the separator between them; holes stay visible in the text of the result."""
    arguments = [separator, *lists]
    holes = holes_of(arguments)
    if not holes:
        if any(item is None for items in lists for item in items):
            raise ValueProblem("an element is null")
        return separator.join(item for items in lists for item in items)
    if isinstance(separator, Unknown) or any(isinstance(items, Unknown) or any(map(is_many, items)) for items in lists):
        return hole_of_call("join", arguments, holes)
    parts = [hole_text(item) if isinstance(item, Unknown) else str(item) for items in lists for item in items]
    return combine(holes, present=True, text=separator.join(parts))


@function("templatestring", "sm", "shallow", context=True)
def templatestring(context: Context, text: str, variables: dict[str, Data]) -> Data:
    """A template with its variables filled in."""
    return context.render(text, "templatestring", variables)
