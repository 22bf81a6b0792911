"""Text from outside on its way to a screen."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Characters that would move the cursor, colour the screen or turn the reading direction."""


def clean(text: str) -> str:
    """`text` as one line that a terminal shows as it is: names in a source are not trusted."""
    return _CONTROL.sub(lambda match: " " if match[0] in "\n\r" else f"\\u{ord(match[0]):04x}", text)


_USER: Final = re.compile(r"(://)(?!git@)[^/\s@`]+@", re.IGNORECASE)
_QUERY: Final = re.compile(
    r"([?&](?:access_?token|token|sig|password|private_token|sshkey|key)=)[^&\s`]+", re.IGNORECASE
)


def without_credentials(text: str) -> str:
    """`text` with what addresses in it say of who asks left out: `https://user:password@host` becomes `https://…@host`.

    `git@`, the user that every repository over ssh has, is kept: it is no secret.
    """
    if "://" not in text:
        return text
    return _QUERY.sub(r"\1…", _USER.sub(r"\1…@", text))
