"""Running text without the secrets in it: messages, notes, places."""

from __future__ import annotations

import re
from typing import Final

from everward.values.secrecy.shapes import (
    ASSIGNED,
    FLAG,
    PRIVATE,
    STRICT,
    decodings,
    is_bare_secret,
    is_secret_text,
)

REDACTED: Final = "(redacted)"
"""What stands in reports in the place of a secret."""

_PRIVATE: Final = re.compile(PRIVATE + r".*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)", re.S | re.I)
_KEPT_LEAD: Final = re.compile(
    f"({ASSIGNED}|{FLAG}" + r"|[?&](?:amp;)?(?:sig|(?:access_)?token|api[-_]?key|subscription-key|code)=|\bBearer\s+)"
    r"(?!\(redacted\))[^;&\s\"'`]+",
    re.I | re.A,
)
_USER: Final = re.compile(r"(://[^/\s:@?#]*:)[^/\s@]+@", re.A)
_WORD: Final = re.compile(r"[^\s\"'`]+")


def scrub(text: str) -> str:
    """`text` with every secret in it that has a shape of its own replaced by a word."""
    if not is_secret_text(text):
        return text
    out = _PRIVATE.sub(REDACTED, text)
    out = _KEPT_LEAD.sub(rf"\g<1>{REDACTED}", out)
    out = _USER.sub(rf"\g<1>{REDACTED}@", out)
    out = STRICT.sub(REDACTED, out)
    out = _WORD.sub(_encoded, out)
    # INVARIANT: what still has the shape of a secret is not shown at all.
    return REDACTED if any(map(is_bare_secret, (out.replace(REDACTED, ""), *decodings(out)))) else out


def _encoded(word: re.Match[str]) -> str:
    return REDACTED if any(map(is_bare_secret, decodings(word[0]))) else word[0]
