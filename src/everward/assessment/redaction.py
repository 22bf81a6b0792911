"""Secrets are never shown: values that look like one are replaced before anything is reported.

A source redacts what it knows to be sensitive. This is the second line: it knows names under which people keep
secrets, and shapes that only secrets have. A name such as `secretUri` or `keyVaultKeyUri` holds a place, not a secret.
"""

from __future__ import annotations

import re
from typing import Any, Final

from everward.values import MISSING, Unknown

REDACTED: Final = "(redacted)"
TOO_DEEP: Final = "(nested too deeply to show)"
MAX_DEPTH: Final = 250
"""Levels of nesting that are shown."""

_NAME = re.compile(
    r"password$|passwd$|pwd$|secret$|secretvalue$|clientsecret|secretkey$|secrets?text$|passphrase$|privatekey$"
    r"|connectionstring$|accesskey$|accountkey$|sharedkey$|primarykey$|secondarykey$|primarymasterkey|apikey$"
    r"|sastoken$|accesstoken$|sasurl$|customdata$|userdata$|protectedsettings"
)
_SHAPE = re.compile(
    r"(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|ClientSecret)\s*=\s*[^;\s]"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|[?&]sig=[A-Za-z0-9%+/=]{20}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    re.IGNORECASE,
)
_HINTS: Final = (
    b"password", b"passwd", b"pwd", b"secret", b"passphrase", b"privatekey", b"private key", b"connectionstring",
    b"accesskey", b"accountkey", b"sharedkey", b"primarykey", b"secondarykey", b"masterkey", b"apikey", b"token",
    b"sasurl", b"customdata", b"userdata", b"protectedsettings", b"sig=", b"accesssignature", b"eyj",
)  # fmt: skip
"""Lower-case fragments, one of which stands in the JSON text of every value that `redact` would change."""


def may_hold_secret(encoded: bytes) -> bool:
    """Whether the JSON text of a value could hold a secret: a fast test that never misses what `redact` finds."""
    lowered = encoded.lower()
    return any(hint in lowered for hint in _HINTS)


def is_secret_name(name: str) -> bool:
    """Whether people keep secrets under this name: `adminPassword`, `STORAGE_ACCESS_KEY`."""
    return _NAME.search(re.sub(r"[^a-z]", "", name.lower())) is not None


def is_secret_text(text: str) -> bool:
    """Whether a text has a shape that only secrets have: a connection string with its key, a private key, a token."""
    return _SHAPE.search(text) is not None


def redact(value: Any, name: str = "", depth: int = MAX_DEPTH) -> Any:
    """`value` as JSON may show it: secrets replaced, holes as `{"$unknown": …}`, a missing value as null.

    `name` is the key under which the value stands. What is nested deeper than `depth` is replaced by a word.
    """
    if isinstance(value, str):
        return REDACTED if value and (is_secret_name(name) or is_secret_text(value)) else value
    if isinstance(value, Unknown):
        return show_unknown(value)
    if isinstance(value, (dict, list, tuple)):
        if depth == 0:
            return TOO_DEEP
        if isinstance(value, dict):
            return _redact_object(value, name, depth - 1)
        return [redact(item, name, depth - 1) for item in value]
    return None if value is MISSING else value


def _redact_object(value: dict[str, Any], name: str, depth: int) -> dict[str, Any]:
    # `{"name": "DB_PASSWORD", "value": "…"}` is how settings are written as lists, and `{"password": {"value": "…"}}`
    # how parameters are given.
    label = value.get("name")
    holder = label if isinstance(label, str) and is_secret_name(label) else name
    return {key: redact(item, holder if key == "value" else key, depth) for key, item in value.items()}


def show_unknown(hole: Unknown) -> dict[str, Any]:
    """A hole as it stands in JSON: its reason, what would decide it, and what is known of it."""
    shown: dict[str, Any] = {"reason": hole.reason}
    if hole.decided_by:
        shown["decidedBy"] = list(hole.decided_by)
    if hole.reference is not None:
        shown["reference"] = hole.reference
    if hole.text is not None:
        shown["text"] = REDACTED if is_secret_text(hole.text) else hole.text
    return {"$unknown": shown}
