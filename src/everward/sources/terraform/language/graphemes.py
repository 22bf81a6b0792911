"""Characters as people count them: what Unicode calls extended grapheme clusters.

The rules are those of Unicode 15 (annex 29), which Terraform 1.11 counts by.
"""

from __future__ import annotations

import re
from functools import cache

from everward.sources.terraform.language.unicode_tables import Ranges, breaks

_HANGUL_L: Ranges = ((0x1100, 0x115F), (0xA960, 0xA97C))
_HANGUL_V: Ranges = ((0x1160, 0x11A7), (0xD7B0, 0xD7C6))
_HANGUL_T: Ranges = ((0x11A8, 0x11FF), (0xD7CB, 0xD7FB))
_SYLLABLES = (0xAC00, 0xD7A3)


def _class(*groups: Ranges) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for ranges in groups for first, last in ranges)


@cache
def _cluster() -> re.Pattern[str]:
    """One cluster at the start of a text; the first alternative that fits is the longest one."""
    control, extend, spacing = (
        _class(breaks("Control"), ((0xFFFD, 0xFFFD),)),
        _class(breaks("Extend")),
        breaks("SpacingMark"),
    )
    emoji, prepend = _class(breaks("Extended_Pictographic")), _class(breaks("Prepend"))
    lead, vowel, tail = _class(_HANGUL_L), _class(_HANGUL_V), _class(_HANGUL_T)
    open_syllables = "".join(f"\\U{code:08x}" for code in range(_SYLLABLES[0], _SYLLABLES[1] + 1, 28))
    syllable = f"[\\U{_SYLLABLES[0]:08x}-\\U{_SYLLABLES[1]:08x}]"
    closed = f"(?![{open_syllables}]){syllable}"
    trail = f"[{extend}{_class(spacing)}\\u200d]*"
    glued = f"(?:[{extend}{_class(spacing)}]|\\u200d(?:[{emoji}][{extend}]*)?)*"
    korean = (
        f"(?:[{lead}]+(?:(?:[{open_syllables}]?[{vowel}]+|{closed})[{tail}]*|[{open_syllables}][{tail}]*)?"
        f"|[{open_syllables}][{vowel}]*[{tail}]*|[{vowel}]+[{tail}]*|{closed}[{tail}]*|[{tail}]+){glued}"
    )
    flags = f"[\\U0001f1e6-\\U0001f1ff]{{1,2}}{glued}"
    pictures = f"[{emoji}][{extend}]*{glued}"
    joined = f"\\u200d{trail}"
    other = f"(?![{control}{prepend}\\r\\n]).{trail}"
    inner = f"{korean}|{flags}|{pictures}|{joined}|{other}"
    return re.compile(f"\\r\\n|[\\r\\n{control}]|[{prepend}]+(?:{inner})?|{inner}", re.DOTALL)


def _plain(text: str) -> bool:
    """Whether no two characters of a text belong together: below U+0300 only line ends do."""
    return (text.isascii() or max(text) < "\u0300") and "\r" not in text


def split(text: str) -> list[str]:
    """The clusters of a text."""
    if _plain(text):
        return list(text)
    return _cluster().findall(text)


def count(text: str) -> int:
    """How many clusters a text has."""
    if _plain(text):
        return len(text)
    return len(_cluster().findall(text))
