"""Objects that name a key, secret or certificate by its parts: the vault, the name and perhaps a version."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from everward.values import Unknown

_VAULTS: Final = (
    "keyvaulturi", "keyvaulturl", "vaultbaseurl", "keyvaultid", "keyvaultresourceid", "keyvaultarmid", "vaulturi",
    "vaultname", "keyvaultname", "vaultid", "vault", "keyvault", "sourcevault", "keyvaultresource",
)  # fmt: skip
"""What a vault is called beside a name, in lower case, most telling first."""
_NAMES: Final = (
    ("keyname", "key", "keyversion"),
    ("encryptionkeyname", "key", "encryptionkeyversion"),
    ("keyvaultsecretname", "certificate", "keyvaultsecretversion"),
    ("keyvaultcertname", "certificate", "certversion"),
    ("secretname", "secret", "secretversion"),
)
"""What the name is called, what it names, and what its version is called."""

_NAME_KEYS: Final = frozenset(name for name, _, _ in _NAMES)


class Parts(NamedTuple):
    """A key, secret or certificate by its parts."""

    vault: str | Unknown
    """An address, an id, a name, or a hole."""
    name: str | Unknown
    kind: str
    """`key`, `secret` or `certificate`."""
    version: Any = None


def parts_in(value: dict[str, Any]) -> Parts | None:
    """The parts that an object has; None when it names nothing of a vault."""
    if len(value) < 2 or not any(str(key).lower() in _NAME_KEYS for key in value):
        return None
    lower = {str(key).lower(): item for key, item in value.items()}
    for name_key, kind, version_key in _NAMES:
        name = lower.get(name_key)
        if not isinstance(name, str | Unknown) or name == "":
            continue
        for vault_key in _VAULTS:
            vault = _text(lower.get(vault_key))
            if vault is not None:
                version = lower.get(version_key, lower.get("version"))
                return Parts(vault, name, kind, version)
    return None


def _text(value: Any) -> str | Unknown | None:
    """A text, a hole, or the id of an object."""
    if isinstance(value, dict):
        value = next((item for key, item in value.items() if str(key).lower() == "id"), None)
    return value if isinstance(value, Unknown) or (isinstance(value, str) and value.strip()) else None
