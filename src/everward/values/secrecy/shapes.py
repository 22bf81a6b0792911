"""Shapes that only secrets have, and texts that are none wherever they stand.

The forms of keys and tokens that can be told from other text are those that their makers have published: Microsoft's
identifiable keys (documentation of Azure's common annotated security keys, 2024), GitHub's and Slack's tokens. There is
no test for randomness: hashes, GUIDs and versions are random too.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Final

ASSIGNED: Final = (
    r"(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|Client_?Secret|Access_?Token|Api_?Key"
    r"|InstrumentationKey)\s*=\s*"
)
"""What stands in front of the secret in a connection string."""
_OPTION: Final = (
    r"--?(?:[a-z]+-)*(?:password|passwd|secret|access-key|account-key|account-token|api-key|sas-token|auth-token)"
)
FLAG: Final = rf"(?<![\w-]){_OPTION}(?:=|\s+)(?![-$<{{%])"
"""What stands in front of it in a command."""
_ALONE: Final = re.compile(_OPTION, re.I | re.A)
KEY: Final = r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])"
"""A key of 64 bytes, as storage accounts, Cosmos DB and Batch have them."""
TOKENS: Final = (
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*",
    r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{33}\+(?:ASb|AEh|ARm)[A-Za-z0-9+/]{5}[AEIMQUYcgkosw048]=",
    r"(?<![A-Za-z0-9])[A-Za-z0-9]{52}(?:AzSe|AzCa)[A-Za-z0-9]{6}(?![A-Za-z0-9])",
    r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==",
    r"(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ9[9D][A-Za-z0-9]{27}(?![A-Za-z0-9])",
    r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{22,}",
    r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/\S+",
    KEY,
    r"MII[A-Za-z0-9+/]{3}IBAzCC[A-Za-z0-9+/=\s]*",
    r"MII[A-Za-z0-9+/]{3,9}IBADANBgkqhkiG9w0BAQ[A-Za-z0-9+/=\s]*",
)
"""Tokens and keys that are told by themselves; the last two are a PKCS #12 store and a private key in base64."""
PRIVATE: Final = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"
BEARER: Final = r"\bBearer\s+(?=\S*[0-9])\S{6}|^\s*Bearer\s+\S+\s*$"
SIGNED: Final = r"[?&](?:amp;)?(?:sig|(?:access_)?token|api[-_]?key|subscription-key|code)=(?![{$<(])[^&\s]{4}"
"""A secret in the query of an address."""
USER: Final = r"://[^/\s:@?#]*:(?![{$<(])[^/\s@]+@"
"""A password in an address."""

_REFERRED: Final = r"(?!\$[({]|\$env:|\{\{|\{\w*\}|<[\w -]+>)"
"""Not in front of what stands for a value that is given elsewhere."""
_LOOSE: Final = re.compile(
    "|".join((ASSIGNED + _REFERRED + r"[^;\s]", FLAG + r"\S", SIGNED, USER, BEARER, PRIVATE)), re.I | re.A
)
STRICT: Final = re.compile("|".join(TOKENS), re.A)
_TOKEN_MARKS: Final = ("eyJ", "==", "_", "Q~", "Az", "+A", "JQQJ9", "xox", "slack", "IBA")
"""One of these is in every token and key that is told by itself."""
_LEAST_TOKEN: Final = 16
"""Characters that such a one has at least."""
ENCODED: Final = r"(?:[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-])"
"""Three characters of ASCII in base64: the highest bit of each is not set, which rules out most other text."""
_BASE64: Final = re.compile(rf"(?<![A-Za-z0-9+/=]){ENCODED}{{5}}[A-Za-z0-9+/_-]*", re.A)
LEAST: Final = 6
"""Characters that a secret has at least which is told by its shape."""
_SHORT: Final = 256
"""Characters of texts whose answer is remembered."""
_MOST_DECODED: Final = 64 * 1024
"""Characters of base64 that are looked into."""

_ARM_ID: Final = r"/(?:subscriptions|providers)/[^\s;?=]+"
_VAULT: Final = (
    r"https://[A-Za-z0-9-]+\.(?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)"
    r"(?:/(?:secrets|keys|certificates)(?:/[A-Za-z0-9-]*){0,2})?/?"
)
_REFERENCE: Final = r"@Microsoft\.(?:KeyVault|AppConfiguration)\([^()]*\)"
_CALL: Final = r"\[(?:parameters|variables|reference|lambdaVariables|externalInputs)\([^\[\]()]*\)[\w.]*\]"
_VARIABLE: Final = r"\$\([^()]*\)|\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{\{[^{}]*\}\}|\$env:\w+|%\w+%"
_POINTER: Final = rf'\{{\s*"uri"\s*:\s*"{_VAULT}"\s*\}}'
"""What a key of App Configuration holds that refers to a secret of a vault."""
_HOST: Final = r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/?"
_MOMENT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?"
_WORD: Final = r"true|false|null|none|enabled|disabled|[0-9]{1,2}"
_ID: Final = re.compile(_ARM_ID, re.IGNORECASE | re.ASCII)
_HARMLESS: Final = re.compile(
    "|".join((_ARM_ID, _VAULT, _POINTER, _REFERENCE, _CALL, _VARIABLE, _HOST, _MOMENT, _WORD)), re.IGNORECASE | re.ASCII
)


def is_harmless(text: str) -> bool:
    """Whether a text says where a secret is, and is none itself, whatever its name: an id, a reference to a vault."""
    return not text or _HARMLESS.fullmatch(text) is not None


def is_option(text: str) -> bool:
    """Whether a text is the option of a command after which a secret stands: `--password`."""
    return text[:1] == "-" and _ALONE.fullmatch(text) is not None


def is_secret_text(text: str) -> bool:
    """Whether a text has a shape that only secrets have: a connection string with its key, a private key, a token.

    It is looked through base64 and the escapes of addresses, one level deep.
    """
    if len(text) < LEAST:
        return False
    # In an inventory nine texts of ten were met before: ids, regions, words of enumerations.
    return _is_short_secret(text) if len(text) <= _SHORT else _is_secret(text)


def _is_secret(text: str) -> bool:
    if text[0] == "/" and _ID.fullmatch(text) is not None:
        return False
    if _may_be_loose(text) and _LOOSE.search(text) is not None:
        return True
    if len(text) < _LEAST_TOKEN:
        return False
    if any(mark in text for mark in _TOKEN_MARKS) and STRICT.search(text) is not None:
        return True
    return any(is_bare_secret(decoded) for decoded in decodings(text))


def _may_be_loose(text: str) -> bool:
    """A look that is much cheaper than the expression: whether a text has what the shapes in it need."""
    return (
        "=" in text
        or "://" in text
        or "-----" in text
        or ("-" in text and any(blank in text for blank in " \t\r\n\f\v"))
        or "earer" in text
        or "EARER" in text
    )


_is_short_secret: Final = lru_cache(maxsize=32_768)(_is_secret)


def is_bare_secret(text: str) -> bool:
    """The same for the text as it stands."""
    return _LOOSE.search(text) is not None or STRICT.search(text) is not None


def decodings(text: str) -> list[str]:
    """What a text says when it is taken out of base64, or of the escapes of an address."""
    out: list[str] = []
    if "%" in text:
        # Imported here, because every start of the program pays for what stands above.
        from urllib.parse import unquote

        plain = unquote(text)
        if plain != text:
            out.append(plain)
    for found in _BASE64.finditer(text):
        decoded = from_base64(found[0])
        if decoded is not None:
            out.append(decoded)
    return out


def from_base64(text: str) -> str | None:
    """The text that base64 stands for; None when it stands for none."""
    text = text[:_MOST_DECODED]
    # A last digit without a partner stands for nothing.
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_" if "-" in text or "_" in text else None
        ).decode()
    except (binascii.Error, ValueError):
        return None
