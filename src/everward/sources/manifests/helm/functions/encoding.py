"""Functions that encode and decode: YAML, JSON, base 64, digests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Renderer
from everward.sources.manifests.helm.functions.calling import check_count, detail, holes_of, looks, need_text
from everward.sources.manifests.helm.holes import Hole, derived
from everward.sources.manifests.helm.numbers import json_number
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.yamldump import dump
from everward.sources.manifests.placed import plain
from everward.sources.manifests.yamltext import read_documents
from everward.values import ProblemError

MAX_DEPTH: Final = 200


def with_tokens(renderer: Renderer, value: Any, depth: int = 0) -> Any:
    """A value in which tokens stand for its holes.

    Raises:
        TemplateError: when it is too deep, as a value that stands in itself is.

    """
    renderer.step()
    if depth > MAX_DEPTH:
        raise TemplateError("a value is nested too deeply to be written")
    if isinstance(value, Hole):
        return renderer.holes.token(value)
    if isinstance(value, dict):
        return {key: with_tokens(renderer, item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [with_tokens(renderer, item, depth + 1) for item in value]
    if not isinstance(value, str | int | float | bool | None):
        raise TemplateError("a function is written as a value")
    return value


def _to_yaml(renderer: Renderer, arguments: list[Any]) -> str:
    check_count("toYaml", arguments, 1, 1)
    return dump(with_tokens(renderer, arguments[0]))


def _to_json(renderer: Renderer, arguments: list[Any]) -> str:
    check_count("toJson", arguments, 1, 1)
    return go_json(with_tokens(renderer, arguments[0]))


def go_json(value: Any) -> str:
    """A value as Go's JSON: keys sorted, no spaces, what HTML would take for its own escaped."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json_text(key)}:{go_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(go_json, value)) + "]"
    if isinstance(value, str):
        return _json_text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return json_number(value)


_HTML: Final = re.compile("[<>&\u2028\u2029]")


def _json_text(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _HTML.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def _from_yaml(kind: type, text: Any, renderer: Renderer) -> Any:
    """The first document of a text, which must be an object (or a list); else what Helm makes of a mistake."""
    try:
        found = next(read_documents(text, "", renderer.limits), None)
    except ProblemError as error:
        raise TemplateError(f"a text is no YAML: {error.message}") from error
    value = plain(found.value) if found is not None else None
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TemplateError("a text holds another kind of value than is read from it")
    return floats(value)


def floats(value: Any) -> Any:
    """A value whose numbers are floats, as JSON's are in Go."""
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _reads(name: str, kind: type) -> Callback:
    def call(renderer: Renderer, arguments: list[Any]) -> Any:
        check_count(name, arguments, 1, 1)
        text = arguments[0]
        if isinstance(text, Hole):
            return derived(name, [text])
        given = need_text(name, text)
        if name.startswith("fromJson") and not renderer.holes.in_text(given):
            return _from_json(kind, given)
        return _from_yaml(kind, given, renderer)

    return call


def _from_json(kind: type, text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TemplateError("a text is no JSON") from error
    if not isinstance(value, kind):
        raise TemplateError("a text holds another kind of value than is read from it")
    return floats(value)


def _b64dec(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise TemplateError("a text is not encoded in base 64") from error


def _digest(name: str) -> Callback:
    return looks(name, lambda text: hashlib.new(name.removesuffix("sum"), text.encode()).hexdigest(), 1, 1)


def _pretty(renderer: Renderer, arguments: list[Any]) -> Any:
    if holes_of(renderer, arguments):
        return derived("toPrettyJson", holes_of(renderer, arguments), detail(arguments))
    raise TemplateError("the function `toPrettyJson` is not read here")


FUNCTIONS: Final[dict[str, Callback]] = {
    "mustToJson": _to_json,
    "mustToYaml": _to_yaml,
    "toYaml": _to_yaml,
    "toJson": _to_json,
    "toPrettyJson": _pretty,
    "mustFromJson": _reads("fromJson", dict),
    "fromYaml": _reads("fromYaml", dict),
    "fromYamlArray": _reads("fromYamlArray", list),
    "fromJson": _reads("fromJson", dict),
    "fromJsonArray": _reads("fromJsonArray", list),
    "b64enc": looks("b64enc", lambda text: base64.b64encode(need_text("b64enc", text).encode()).decode(), 1, 1),
    "b64dec": looks("b64dec", _b64dec, 1, 1),
    "sha256sum": _digest("sha256sum"),
    "sha1sum": _digest("sha1sum"),
    "sha512sum": _digest("sha512sum"),
    "adler32sum": looks("adler32sum", lambda text: str(zlib.adler32(text.encode())), 1, 1),
}
