"""Functions on URIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from everward.expressions.functions.registry import Family
from everward.expressions.kinds import as_integer, as_object, as_string
from everward.expressions.problem import Failure
from everward.expressions.text import check_length
from everward.values import MISSING, Value, member

if TYPE_CHECKING:
    from urllib.parse import SplitResult

URIS = Family()


@URIS.add("uriComponent", 1, 1)
def uri_component(value: Value) -> Value:
    """A string with everything percent-encoded but letters, digits and `-_.~`."""
    from urllib.parse import quote

    text = as_string(value)
    check_length(len(text) * 3)
    return quote(text, safe="", errors="surrogatepass")


@URIS.add("uriComponentToString", 1, 1)
def uri_component_to_string(value: Value) -> Value:
    """A string with its percent-encoding undone."""
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(as_string(value)).decode("utf-8", "replace")


@URIS.add("uri", 2, 2)
def uri(base: Value, relative: Value) -> Value:
    """An address relative to an absolute one; what stands behind the base's last slash gives way."""
    from urllib.parse import urljoin

    start, rest = as_string(base, "the base"), as_string(relative, "the relative part")
    parts = _split(start)
    if not parts.path:
        start = parts._replace(path="/").geturl()
    joined = urljoin(start, rest)
    check_length(len(joined))
    return joined


def _split(text: str) -> SplitResult:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise Failure(f"`{text[:128]}` is not a URI") from None
    if not parts.scheme or (not parts.netloc and parts.scheme in ("http", "https")):
        raise Failure(f"`{text[:128]}` is not an absolute URI")
    return parts


_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}


@URIS.add("parseUri", 1, 1)
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


@URIS.add("buildUri", 1, 1)
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
