"""How well keys have to be protected, as tags say, beside how well they are."""

from __future__ import annotations

import re
from typing import Any, Final

from everward.values import Truth, Unknown

TAGS: Final = ("fips", "fipslevel", "hsmlevel")
"""Names of tags, in small letters, that say which level of FIPS 140 something needs."""
_LEVEL: Final = re.compile(r"(?:^|level[\s:-]*|\bl)([1-4])\s*$", re.IGNORECASE)


def needed(*tags: Any) -> int | Unknown | None:
    """The level that the first of some tags asks for: `3`, `Level 3`, `FIPS 140-3 Level 3`. None where none does."""
    for given in tags:
        for name, value in given.items() if isinstance(given, dict) else ():
            if re.sub(r"[^a-z]", "", str(name).lower()) in TAGS:
                if isinstance(value, Unknown):
                    return value
                found = level(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
                if found is not None:
                    return found
    return None


def level(text: Any) -> int | None:
    """The number of a level: 3 of `FIPS 140-3 Level 3`; None where there is none."""
    match = _LEVEL.search(text.strip()) if isinstance(text, str) else None
    return int(match[1]) if match is not None else None


def met(need: int | Unknown | None, protection: Any) -> Truth | None:
    """Whether a protection reaches the level that is needed; None where nothing is needed or nothing is protected."""
    if need is None or protection is None:
        return None
    if isinstance(need, Unknown):
        return need
    if isinstance(protection, Unknown):
        return protection
    has = level(protection)
    return has is not None and has >= need
