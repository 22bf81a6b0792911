"""Functions that encode, decode, hash and parse."""

from __future__ import annotations

import binascii
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

from everward.expressions.functions import identity
from everward.expressions.functions.jsontext import parse_json
from everward.expressions.functions.registry import Family, Holes
from everward.expressions.kinds import as_integer, as_object, as_string, is_number
from everward.expressions.problem import Failure
from everward.expressions.text import check_length, text_of
from everward.values import MISSING, Unknown, Value, member

ENCODING = Family()


@ENCODING.add("uniqueString", 1, None)
def unique_string(*values: Value) -> Value:
    """Thirteen letters and digits that the arguments decide, the same as in Azure."""
    return identity.unique_string(*[_hashable(value) for value in values])


@ENCODING.add("guid", 1, None)
def guid(*values: Value) -> Value:
    """A name-based id that the arguments decide, the same as in Azure."""
    return identity.guid(*[_hashable(value) for value in values])


def _hashable(value: Value) -> str:
    if isinstance(value, bool) or is_number(value):
        return text_of(value)
    return as_string(value, "every argument")


@ENCODING.add("newGuid", 0, 0, holes=Holes.OWN)
def new_guid() -> Value:
    """A hole: the id is drawn anew at every deployment."""
    return Unknown(reason="drawn anew at every deployment: newGuid()", present=True)


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Failure("what is encoded is not text in UTF-8") from None


def _from_base64(text: str) -> str:
    try:
        return _decoded(binascii.a2b_base64("".join(text.split()), strict_mode=bool(text)))
    except (binascii.Error, ValueError):
        raise Failure("its argument is not base64") from None


@ENCODING.add("base64", 1, 1)
def base64(value: Value) -> Value:
    """The base64 form of a string in UTF-8."""
    text = as_string(value)
    check_length(len(text) * 4)
    return binascii.b2a_base64(_bytes_of(text), newline=False).decode("ascii")


@ENCODING.add("base64ToString", 1, 1)
def base64_to_string(value: Value) -> Value:
    """The string that base64 stands for."""
    return _from_base64(as_string(value))


@ENCODING.add("base64ToJson", 1, 1, present=False)
def base64_to_json(value: Value) -> Value:
    """The value whose JSON base64 stands for."""
    return parse_json(_from_base64(as_string(value)))


@ENCODING.add("json", 1, 1, present=False)
def json(value: Value) -> Value:
    """The value that JSON stands for; comments, single quotes and bare names are read as well."""
    return parse_json(as_string(value))


@ENCODING.add("dataUri", 1, 1)
def data_uri(value: Value) -> Value:
    """A string as a data URI."""
    return f"data:text/plain;charset=utf-8;base64,{base64(value)}"


@ENCODING.add("dataUriToString", 1, 1)
def data_uri_to_string(value: Value) -> Value:
    """The string in a data URI, be it base64 or percent-encoded."""
    head, comma, data = as_string(value).partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise Failure("its argument is not a data URI")
    if head.lower().endswith(";base64"):
        return _from_base64(data)
    return _decoded(unquote_to_bytes(data))


@ENCODING.add("uriComponent", 1, 1)
def uri_component(value: Value) -> Value:
    """A string with everything percent-encoded but letters, digits and `-_.~`."""
    text = as_string(value)
    check_length(len(text) * 3)
    return quote(text, safe="", errors="surrogatepass")


@ENCODING.add("uriComponentToString", 1, 1)
def uri_component_to_string(value: Value) -> Value:
    """A string with its percent-encoding undone."""
    return unquote_to_bytes(as_string(value)).decode("utf-8", "replace")


@ENCODING.add("uri", 2, 2)
def uri(base: Value, relative: Value) -> Value:
    """An address relative to an absolute one; what stands behind the base's last slash gives way."""
    start, rest = as_string(base, "the base"), as_string(relative, "the relative part")
    parts = _split(start)
    if not parts.path:
        start = parts._replace(path="/").geturl()
    joined = urljoin(start, rest)
    check_length(len(joined))
    return joined


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise Failure(f"`{text[:128]}` is not a URI") from None
    if not parts.scheme or (not parts.netloc and parts.scheme in ("http", "https")):
        raise Failure(f"`{text[:128]}` is not an absolute URI")
    return parts


_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}


@ENCODING.add("parseUri", 1, 1)
def parse_uri(value: Value) -> Value:
    """The scheme, host, port, path and query of an absolute address."""
    parts = _split(as_string(value))
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme)
    return {
        "scheme": parts.scheme,
        "host": parts.hostname or "",
        "port": port,
        "path": parts.path or "/",
        "query": f"?{parts.query}" if parts.query else "",
    }


@ENCODING.add("buildUri", 1, 1)
def build_uri(value: Value) -> Value:
    """The address made of `{scheme, host, port, path, query}`; a scheme's own port is left out."""
    given = as_object(value)
    scheme, host = _part(given, "scheme"), _part(given, "host")
    if not scheme or not host:
        raise Failure("an address needs `scheme` and `host`")
    port = member(given, "port")
    number = None if port is MISSING or port is None else as_integer(port, "`port`")
    path, query = _part(given, "path"), _part(given, "query").removeprefix("?")
    authority = host if number is None or number == _PORTS.get(scheme.lower()) else f"{host}:{number}"
    tail = f"?{query}" if query else ""
    return f"{scheme.lower()}://{authority}/{path.removeprefix('/')}{tail}"


def _part(given: dict[str, Value], name: str) -> str:
    found = member(given, name)
    return "" if found is MISSING or found is None else as_string(found, f"`{name}`")
