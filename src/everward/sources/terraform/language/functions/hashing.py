"""Hashes of text and of files, and what looks like them."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid as uuids
from typing import Any

from everward.sources.terraform.language.functions.registry import Context, function, whole
from everward.sources.terraform.language.values import Data, ValueProblem, shorten
from everward.values import Unknown


def _hex(algorithm: str, content: bytes) -> str:
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def _base64(algorithm: str, content: bytes) -> str:
    return base64.b64encode(hashlib.new(algorithm, content, usedforsecurity=False).digest()).decode()


def _declare(name: str, algorithm: str, work: Any) -> None:
    def of_text(text: str) -> Data:
        return work(algorithm, text.encode())

    def of_file(context: Context, path: str) -> Data:
        content = context.read(path)
        return content if isinstance(content, Unknown) else work(algorithm, content)

    function(name, "s")(of_text)
    function(f"file{name}", "s", context=True)(of_file)


for _name in ("md5", "sha1", "sha256", "sha512"):
    _declare(_name, _name, _hex)
for _name in ("sha256", "sha512"):
    _declare(f"base64{_name}", _name, _base64)

_MOST_ROUNDS = 31
_LONGEST_PASSWORD = 72
"""Limits of the algorithm."""

_NAMESPACES = {
    "dns": uuids.NAMESPACE_DNS,
    "url": uuids.NAMESPACE_URL,
    "oid": uuids.NAMESPACE_OID,
    "x500": uuids.NAMESPACE_X500,
}


_FORMS = re.compile(
    r"(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|.([0-9a-f-]{36}).|([0-9a-f]{32})",
    re.IGNORECASE,
)
"""The ways in which a UUID may be written."""


@function("uuidv5", "ss")
def uuidv5(namespace: str, name: str) -> Data:
    """The UUID of a name in a namespace."""
    space = _NAMESPACES.get(namespace)
    match = _FORMS.fullmatch(namespace)
    try:
        if space is None:
            space = uuids.UUID(next(filter(None, match.groups())) if match is not None else "")
    except ValueError:
        raise ValueProblem(f"`{shorten(namespace)}` is no namespace") from None
    return str(uuids.uuid5(space, name))


@function("uuid", "")
def uuid() -> Data:
    """A new UUID every time."""
    return Unknown(reason="made anew by every run", decided_by=("uuid()",), present=True)


@function("bcrypt", "s*n")
def bcrypt(text: str, *cost: Any) -> Data:
    """A salted hash, new every time."""
    if len(cost) > 1:
        raise ValueProblem("fewer arguments are needed")
    if any(whole(rounds) > _MOST_ROUNDS for rounds in cost):
        raise ValueProblem(f"the cost is more than {_MOST_ROUNDS}")
    if len(text.encode()) > _LONGEST_PASSWORD:
        raise ValueProblem(f"the text is longer than {_LONGEST_PASSWORD} bytes")
    return Unknown(reason="made anew by every run", decided_by=("bcrypt()",), present=True)
