"""Secrets are never shown: values that look like one are replaced before anything is reported.

A source redacts what it knows to be sensitive. This is the second line, and the only one that reports use. It knows
names under which people keep secrets, and hides everything below them; places that hold secrets whatever they are
called (the settings of an app, the value of a secret); and shapes that only secrets have. A name such as `secretUri`
or `keyVaultKeyUri` holds a place, not a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from everward.values import MISSING, Unknown

REDACTED: Final = "(redacted)"
TOO_DEEP: Final = "(nested too deeply to show)"
MAX_DEPTH: Final = 250
"""Levels of nesting that are shown."""

_NAME = re.compile(
    r"password$|passwd$|pwd$|secret$|secretvalue$|securevalue$|clientsecret|secretkey$|secrets?text$|passphrase$"
    r"|privatekey$|connectionstring$|accesskey$|accountkey$|sharedkey$|primarykey$|secondarykey$|masterkey$|apikey$"
    r"|workspacekey$|authorizationkey$|instrumentationkey$|storagekey$|token$|sasurl$|customdata$|userdata$"
    r"|protectedsettings|commandtoexecute$"
)
_LABEL = re.compile(r"key$|credentials?$|pat$")
"""Names that mean a secret where somebody gives a value by name: settings, parameters, outputs."""
_TEXT_NAME = re.compile(r"authorization$")
"""Names that hold a secret when a text stands there, and structure when an object does."""
_SHAPE = re.compile(
    r"(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|ClientSecret)\s*=\s*[^;\s]"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|[?&]sig=[^&\s]{4}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
    r"|^\s*Bearer\s+\S+\s*$|\bBearer\s+(?=\S*[0-9])\S{6}"
    r"|://[^/\s:@?#]*:[^/\s@]+@",
    re.IGNORECASE | re.ASCII,
)
_ARM_ID = re.compile(r"/(?:subscriptions|providers)/[^\s;?=]+", re.IGNORECASE | re.ASCII)
"""The id of a resource, which is no secret wherever it stands."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
"""A text of which nothing is known but what would give it."""
_SETTINGS: Final = frozenset({"appsettings", "functionappsettings", "connectionstrings"})
"""Names, in small letters, below which every value is withheld: only people know which of them are secret."""
_SECURE: Final = frozenset({"securestring", "secureobject"})
_VALUE_TYPES: Final = frozenset({
    "microsoft.keyvault/vaults/secrets",
    "microsoft.appconfiguration/configurationstores/keyvalues",
    "microsoft.automation/automationaccounts/variables",
    "microsoft.apimanagement/service/namedvalues",
    "microsoft.web/sites/host/functionkeys",
    "microsoft.web/sites/functions/keys",
})  # fmt: skip
"""Types whose `properties.value` is the secret itself, or may be."""
_CONFIG_TYPES: Final = frozenset({
    "microsoft.web/sites/config", "microsoft.web/sites/slots/config", "microsoft.web/staticsites/config",
})  # fmt: skip
"""Types whose properties are settings when the name is one of `_SETTINGS`, or `metadata`."""
_PLAIN: Final = frozenset({"name", "type", "slotsetting"})
"""What of a setting is no secret."""

# The texts below are compared with JSON text from which all but small letters and a few marks has been taken.
_HINTS: Final = (
    b"password", b"passwd", b"pwd", b'secret"', b"secretvalue", b"securevalue", b"clientsecret", b"secretkey",
    b'secrettext"', b'secretstext"', b"passphrase", b"privatekey", b"connectionstring", b"accesskey", b"accountkey",
    b"sharedkey", b"primarykey", b"secondarykey", b"masterkey", b"apikey", b"workspacekey", b"authorizationkey",
    b"instrumentationkey", b"storagekey", b'token"', b"sasurl", b"customdata", b"userdata", b"protectedsettings",
    b"commandtoexecute", b"appsettings", b"connectionstrings", b'/metadata"', b"sig=", b"accesssignature", b"eyj",
    b"bearer", b'authorization":', b"://:", b"@",
)  # fmt: skip
_VALUE_HINTS: Final = (
    b'secrets"', b'key"', b'credential"', b'credentials"', b'pat"', b"secure", b"keyvalues", b'/variables"',
    b"namedvalues", b'keys"',
)  # fmt: skip
"""One of these stands next to the name `value` in what is hidden because of both."""
_KEPT: Final = b'abcdefghijklmnopqrstuvwxyz"=/:@'
_DROPPED: Final = bytes(code for code in range(256) if code not in _KEPT)


def may_hold_secret(encoded: bytes) -> bool:
    """Whether the JSON text of a value could hold a secret: a fast test that never misses what `redact` finds."""
    if b"\\" in encoded:
        # An escape may part a word that we look for.
        return True
    text = encoded.lower().translate(None, _DROPPED)
    if any(hint in text for hint in _HINTS):
        return True
    return b'value"' in text and any(hint in text for hint in _VALUE_HINTS)


def _letters(name: str) -> str:
    return re.sub(r"[^a-zA-Z]", "", name).lower()


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether people keep secrets under this name: `adminPassword`, `STORAGE_ACCESS_KEY`."""
    return _NAME.search(_letters(name)) is not None


@lru_cache(maxsize=8192)
def _is_secret_label(name: str) -> bool:
    """Whether a value that is given by this name is a secret: `REDIS_KEY`."""
    return is_secret_name(name) or _LABEL.search(_letters(name)) is not None


@lru_cache(maxsize=8192)
def _is_settings(name: str) -> bool:
    return _letters(name) in _SETTINGS


def is_secret_text(text: str) -> bool:
    """Whether a text has a shape that only secrets have: a connection string with its key, a private key, a token."""
    return _SHAPE.search(text) is not None


def redact(value: Any, name: str = "", depth: int = MAX_DEPTH) -> Any:
    """`value` as JSON may show it: secrets replaced, holes as `{"$unknown": …}`, a missing value as null.

    `name` is the key under which the value stands. An object with a `type` that is one of ARM is taken as a resource
    of that type. What is nested deeper than `depth` is replaced by a word.
    """
    if isinstance(value, str):
        hidden = is_secret_name(name) or _TEXT_NAME.search(_letters(name)) is not None or is_secret_text(value)
        return _withheld(value) if hidden else value
    if isinstance(value, Unknown):
        return show_unknown(value, hidden=is_secret_name(name))
    if isinstance(value, (dict, list, tuple)):
        if _is_settings(name):
            return _settings(value, depth)
        if is_secret_name(name):
            return _hide(value, depth)
        if depth == 0:
            return TOO_DEEP
        if isinstance(value, dict):
            return _redact_object(value, name, depth - 1)
        return [redact(item, name, depth - 1) for item in value]
    return None if value is MISSING else value


def redact_at(value: Any, path: str, resource_type: str, resource_name: str) -> Any:
    """A value at a path (or alias) of a resource as JSON may show it; the type is in small letters."""
    names = re.findall(r"[A-Za-z_-]+", path.lower())
    last = names[-1] if names else ""
    hidden = any(map(is_secret_name, names))
    if last == "value":
        hidden = hidden or resource_type in _VALUE_TYPES or "secrets" in names or any(map(_is_settings, names))
    elif _is_config(resource_type, resource_name):
        hidden = hidden or len(names) > 1
    return _hide(value, MAX_DEPTH) if hidden else redact(value, last)


def _redact_object(value: dict[str, Any], name: str, depth: int) -> dict[str, Any]:
    rules = _rules(value, name)
    if rules:
        return {
            key: rules[key](item, depth) if key in rules else redact(item, key, depth) for key, item in value.items()
        }
    return {key: redact(item, key, depth) for key, item in value.items()}


def _rules(value: dict[str, Any], name: str) -> dict[str, Callable[[Any, int], Any]]:
    """How members of an object are shown whose secrecy their neighbours tell."""
    rules: dict[str, Callable[[Any, int], Any]] = {}
    kind, label = value.get("type"), value.get("name")
    kind = kind.lower() if isinstance(kind, str) else ""
    if "value" in value or "defaultValue" in value:
        # `{"name": "DB_PASSWORD", "value": "…"}` is how settings are written as lists, `{"password": {"value": "…"}}`
        # how parameters are given, `{"type": "SecureString", "value": "…"}` how they are declared.
        labelled = isinstance(label, str) and _is_secret_label(label)
        if labelled or kind in _SECURE or name.lower() == "secrets" or _is_secret_label(name):
            rules["value"] = rules["defaultValue"] = _hide
    if kind in _VALUE_TYPES:
        rules["value"] = _hide
        rules["properties"] = _hide_value
    elif _is_config(kind, label):
        rules["properties"] = _settings
    return rules


def _is_config(kind: str, name: object) -> bool:
    """Whether a resource is the settings of an app."""
    if kind not in _CONFIG_TYPES or not isinstance(name, str):
        return False
    last = name.rsplit("/", 1)[-1]
    return _is_settings(last) or last.lower() == "metadata"


def _withheld(text: str) -> str:
    return REDACTED if text and not _ARM_ID.fullmatch(text) else text


def _hide(value: Any, depth: int) -> Any:
    """A value of which no text is shown, at any depth; its structure is."""
    if isinstance(value, str):
        return _withheld(value)
    if isinstance(value, Unknown):
        return show_unknown(value, hidden=True)
    if isinstance(value, (dict, list, tuple)):
        if depth == 0:
            return TOO_DEEP
        if isinstance(value, dict):
            return {key: _hide(item, depth - 1) for key, item in value.items()}
        return [_hide(item, depth - 1) for item in value]
    return None if value is MISSING else value


def _hide_value(value: Any, depth: int) -> Any:
    """The properties of a resource whose `value` is the secret."""
    if not isinstance(value, dict) or depth == 0:
        return redact(value, "properties", depth)
    return {
        key: _hide(item, depth - 1) if key == "value" else redact(item, key, depth - 1) for key, item in value.items()
    }


def _settings(value: Any, depth: int) -> Any:
    """Settings as a list of names and values, or by name: the names are shown."""
    if depth < 2 or not isinstance(value, (dict, list, tuple)):
        return _hide(value, depth)
    if isinstance(value, dict):
        return {
            key: _setting(item, depth - 1) if isinstance(item, dict) else _hide(item, depth - 1)
            for key, item in value.items()
        }
    return [_setting(item, depth - 1) for item in value]


def _setting(value: Any, depth: int) -> Any:
    if not isinstance(value, dict):
        return _hide(value, depth)
    return {
        key: redact(item, "", depth - 1) if _letters(key) in _PLAIN else _hide(item, depth - 1)
        for key, item in value.items()
    }


def show_unknown(hole: Unknown, *, hidden: bool = False) -> dict[str, Any]:
    """A hole as it stands in JSON: its reason, what would decide it, and (unless `hidden`) what is known of it."""
    shown: dict[str, Any] = {"reason": hole.reason}
    if hole.decided_by:
        shown["decidedBy"] = list(hole.decided_by)
    if hole.reference is not None:
        shown["reference"] = hole.reference
    if hole.text is not None:
        withheld = is_secret_text(hole.text) or (hidden and _PLACEHOLDER.fullmatch(hole.text) is None)
        shown["text"] = REDACTED if withheld else hole.text
    return {"$unknown": shown}
