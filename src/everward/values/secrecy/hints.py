"""A fast look at JSON text: whether it could hold a secret at all."""

from __future__ import annotations

import re
from typing import Final

from everward.values.secrecy.shapes import ENCODED

# The texts below are compared with JSON text from which all but small letters and a few marks has been taken.
_HINTS: Final = (
    b"password", b"passwd", b"pwd", b'secret"', b"secretvalue", b"securevalue", b"clientsecret", b"secretkey",
    b'secrettext"', b'secretstext"', b"passphrase", b"privatekey", b"connectionstring", b"accesskey", b"accountkey",
    b"sharedkey", b"primarykey", b"secondarykey", b"masterkey", b"apikey", b"workspacekey", b"authorizationkey",
    b"instrumentationkey", b"storagekey", b'token"', b"token=", b"sasurl", b"customdata", b"userdata",
    b"protectedsettings", b"commandtoexecute", b"clientkeydata", b'kubeconfig"', b'kubeconfigs"', b"kubeconfigraw",
    b"kubeadminconfigraw", b"appsettings", b"connectionstrings", b'functionkeys"', b'systemkeys"', b'/metadata"',
    b"subscriptionkey", b"functionskey", b"saskey", b"encryptedcredential", b"sig=", b"code=", b"accesssignature",
    b"eyj", b"bearer", b'authorization":', b"://:", b"@", b"==", b'"key":', b"scheme",
)  # fmt: skip
_VALUE_HINTS: Final = (
    b'secrets"', b'key"', b'credential"', b'credentials"', b'pat"', b"secure", b"keyvalues", b'/variables"',
    b"namedvalues", b'keys"', b'keyname"',
)  # fmt: skip
"""One of these stands next to the name `value` in what is hidden because of both."""
_REQUEST_HINTS: Final = (b'header"', b'query"')
"""One of these stands below `credentials`."""
_KUBERNETES: Final = (b'"secret"', b'data"')
_KEPT: Final = b'abcdefghijklmnopqrstuvwxyz"=/:@'
_DROPPED: Final = bytes(code for code in range(256) if code not in _KEPT)
_FLAGS: Final = re.compile(
    rb"--?(?:[a-z]+-)*(?:password|passwd|secret|access-key|account-key|account-token|api-key|sas-token|auth-token)"
    rb"[= \t\"]",
    re.IGNORECASE,
)
_RAW: Final = re.compile(
    rb"%[0-9A-Fa-f]{2}|[78]Q~|JQQJ9|Az(?:Se|Ca|Fu)|\+(?:ASb|AEh|ARm)|gh[pousr]_|github_pat_|xox[abeprs]-"
    rb"|hooks\.slack\.com|IBAzCC|IBADANB|" + ENCODED.encode() + rb"{5}"
)
"""Shapes that the letters alone do not tell."""


def may_hold_secret(encoded: bytes) -> bool:
    """Whether the JSON text of a value could hold a secret: a fast test that never misses what `conceal` finds."""
    if b"\\" in encoded:
        # An escape may part a word that we look for.
        return True
    text = encoded.lower().translate(None, _DROPPED)
    if any(hint in text for hint in _HINTS):
        return True
    if b'value"' in text and any(hint in text for hint in _VALUE_HINTS):
        return True
    if b'credentials"' in text and any(hint in text for hint in _REQUEST_HINTS):
        return True
    if all(hint in text for hint in _KUBERNETES):
        return True
    return _RAW.search(encoded) is not None or _FLAGS.search(encoded) is not None
