"""Names under which people keep secrets, and places that hold them whatever they are called.

A name such as `secretUri` or `keyVaultKeyUri` holds a place, not a secret.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_NAME: Final = re.compile(
    r"password$|passwd$|pwd$|secret$|secretvalue$|securevalue$|clientsecret(?:value)?$|secretkey$|secrets?text$|passphrase$"
    r"|privatekey$|connectionstring$|accesskey$|accountkey$|sharedkey$|primarykey$|secondarykey$|masterkey$|apikey$"
    r"|workspacekey$|authorizationkey$|instrumentationkey$|storagekey$|token$|sasurl$|customdata$|userdata$"
    r"|subscriptionkey$|functionskey$|saskey$|encryptedcredential$"
    r"|protectedsettings|commandtoexecute$|clientkeydata$|kubeconfig$|kubeconfigraw$|kubeadminconfigraw$"
)
_OTHER: Final = re.compile(r"(?:max|min|context|input|output|prompt|total|sku|limit)tokens?$|^aadorapikey$")
"""Names that end like those of secrets: they count, name an article, or hold switches."""
_PLAIN_KEY: Final = re.compile(
    r"(?:partition|shard|sort|row|routing|lookup|public|sshpublic|tag|resource|registry)key$"
)
"""Names of keys that are no secret."""
_LABEL: Final = re.compile(r"key$|credentials?$|pat$")
"""Names that mean a secret where somebody gives a value by name: settings, parameters, outputs."""
_TEXT_NAME: Final = re.compile(r"authorization$")
"""Names that hold a secret when a text stands there, and structure when an object does."""
_NUMBERED: Final = re.compile(r"key[12]$")
"""Names of the two keys that services have; of anything else where what stands there cannot be a key."""
_LEAST_KEY: Final = 16
"""Characters that a key has at least."""
_SETTINGS: Final = frozenset({"appsettings", "functionappsettings", "connectionstrings", "functionkeys", "systemkeys"})
"""Names, in small letters, below which every value is withheld: only people know which of them are secret."""
REQUESTS: Final = "credentials"
"""The name of an object whose `header` and `query` say what is sent to a service so that it lets one in."""
_HOLDERS: Final = frozenset({"secrets", "kubeconfigs"})
"""Names, in small letters, of arrays and objects whose members hold a secret as their `value`."""

SECURE_TYPES: Final = frozenset({"securestring", "secureobject"})
"""Types of parameters and outputs of templates whose values are secret."""
VALUE_TYPES: Final = frozenset({
    "microsoft.keyvault/vaults/secrets",
    "microsoft.appconfiguration/configurationstores/keyvalues",
    "microsoft.automation/automationaccounts/variables",
    "microsoft.apimanagement/service/namedvalues",
    "microsoft.web/sites/host/functionkeys",
    "microsoft.web/sites/functions/keys",
})  # fmt: skip
"""Types, in small letters, whose `properties.value` is the secret itself, or may be."""
CONFIG_TYPES: Final = frozenset({
    "microsoft.web/sites/config", "microsoft.web/sites/slots/config", "microsoft.web/staticsites/config",
})  # fmt: skip
"""Types whose properties are settings when the name is one of settings, or `metadata`."""
PLAIN: Final = frozenset({"name", "type", "slotsetting"})
"""What of a setting is no secret, in small letters."""


def letters(name: str) -> str:
    """The letters of a name, small: what is left when people spell it their way."""
    return re.sub(r"[^a-zA-Z]", "", name).lower()


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether people keep secrets under this name: `adminPassword`, `STORAGE_ACCESS_KEY`."""
    plain = letters(name)
    return _NAME.search(plain) is not None and _OTHER.search(plain) is None


@lru_cache(maxsize=8192)
def is_secret_label(name: str) -> bool:
    """Whether a value that is given by this name is a secret: `REDIS_KEY`."""
    if is_secret_name(name):
        return True
    plain = letters(name)
    return _LABEL.search(plain) is not None and _PLAIN_KEY.search(plain) is None


SECRET_NAME: Final = 1
KEY_NAME: Final = 2


@lru_cache(maxsize=8192)
def text_name(name: str) -> int:
    """What a name says of a text: `SECRET_NAME`, `KEY_NAME` where it is a secret if it can be a key, or 0."""
    if is_secret_name(name) or _TEXT_NAME.search(letters(name)) is not None:
        return SECRET_NAME
    return KEY_NAME if _NUMBERED.fullmatch(name.lower()) is not None else 0


def is_key(text: str) -> bool:
    """Whether a text can be one of the two keys of a service."""
    return len(text) >= _LEAST_KEY and not any(mark in text for mark in " /:")


@lru_cache(maxsize=8192)
def is_settings(name: str) -> bool:
    """Whether what stands below this name are settings, all of which are withheld."""
    return letters(name) in _SETTINGS


@lru_cache(maxsize=8192)
def is_holder(name: str) -> bool:
    """Whether members of what has this name hold a secret as their `value`."""
    return letters(name) in _HOLDERS


def is_config(kind: str, name: object) -> bool:
    """Whether a resource, by its type in small letters, is the settings of an app."""
    if kind not in CONFIG_TYPES or not isinstance(name, str):
        return False
    last = name.rsplit("/", 1)[-1]
    return is_settings(last) or last.lower() == "metadata"
