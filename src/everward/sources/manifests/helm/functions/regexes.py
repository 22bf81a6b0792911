"""Regular expressions, where Go's and Python's mean the same and cannot take long."""

from __future__ import annotations

import re
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback
from everward.sources.manifests.helm.functions.calling import looks, need_text
from everward.sources.manifests.helm.problem import TemplateError

MAX_TEXT: Final = 400
MAX_REPEATS: Final = 4
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]")
_OTHER: Final = re.compile(r"\(\?|\\[^\\.dwsDWSbntr()\[\]{}*+?|^$/_:@#=~!&%,;<>\"'-]|\[\[:|\[\^?\]")
_REPEAT: Final = re.compile(r"(?<!\\)[*+{]")


def compiled(pattern: Any, text: Any) -> re.Pattern[str]:
    """A pattern for a text.

    Raises:
        TemplateError: when the pattern has what the two languages read differently, or could take long.

    """
    given = need_text("regex", pattern)
    simple = _REPEATED_GROUP.search(given) is None and _OTHER.search(given) is None
    if not simple or len(_REPEAT.findall(given)) > MAX_REPEATS or len(need_text("regex", text)) > MAX_TEXT:
        raise TemplateError(f"the regular expression `{given[:80]}` is not read here")
    try:
        # In Go, `$` is the end of the text, and classes are of ASCII.
        return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", given), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise TemplateError(f"`{given[:80]}` is no regular expression") from error


def _replacement(text: str) -> str:
    if re.search(r"\$(?!\{[0-9]\}|[0-9](?!\w))", text):
        raise TemplateError("the replacement of a regular expression is not read here")
    escaped = text.replace("\\", "\\\\")
    return re.sub(r"\$\{?([0-9])\}?", r"\\g<\1>", escaped)


def _replace_all(pattern: Any, text: Any, new: Any) -> str:
    try:
        return compiled(pattern, text).sub(_replacement(need_text("regex", new)), text)
    except (re.error, IndexError) as error:
        raise TemplateError("the replacement of a regular expression is not read here") from error


def _replace_literal(pattern: Any, text: Any, new: Any) -> str:
    return compiled(pattern, text).sub(lambda _match: need_text("regex", new), text)


def _find(pattern: Any, text: Any) -> str:
    found = compiled(pattern, text).search(text)
    return found[0] if found is not None else ""


def _find_all(pattern: Any, text: Any, count: Any) -> list[Any]:
    found = [match[0] for match in compiled(pattern, text).finditer(text)]
    return found if not isinstance(count, int) or count < 0 else found[:count]


def _named(name: str, function: Any, count: int) -> dict[str, Callback]:
    call = looks(name, function, count, count)
    return {name: call, f"must{name[0].upper()}{name[1:]}": call}


FUNCTIONS: Final[dict[str, Callback]] = {
    **_named("regexMatch", lambda pattern, text: compiled(pattern, text).search(text) is not None, 2),
    **_named("regexReplaceAll", _replace_all, 3),
    **_named("regexReplaceAllLiteral", _replace_literal, 3),
    **_named("regexFind", _find, 2),
    **_named("regexFindAll", _find_all, 3),
}
