"""From the content of a file to the policy objects in it: which shapes there are, and what they become."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from everward.policy.library.entries import Kind
from everward.policy.library.epac import ASSIGNMENT_MARK, EXEMPTION_MARK, assignments_in, exemptions_in
from everward.sources.jsontext import load
from everward.values import Origin, UnreadableError, member

SOURCE: Final = "policy"

PACKED: Final = (".gz", ".xz")
LINES: Final = (".jsonl", ".ndjson")
WHOLE: Final = (".json", ".jsonc")
YAML: Final = (".yaml", ".yml")
_YAML_MARK: Final = ".alz_policy_"
"""The library of Azure Landing Zones keeps objects as JSON or YAML, and says by the name of the file what they are."""

MAX_UNPACKED: Final = 512 * 1024 * 1024
"""Bytes that a packed file may become."""


class Found(NamedTuple):
    """A policy object of a file."""

    kind: Kind
    document: dict[str, Any]
    address: str = ""
    lost: str = ""
    """What of it could not be brought into Azure's shape."""


class Template(NamedTuple):
    """An ARM template, whose resources may be policy objects."""


def is_of_interest(name: str) -> bool:
    """Whether a file can hold policy objects, by its lower-case name."""
    for ending in PACKED:
        name = name.removesuffix(ending)
    if name.endswith(YAML):
        return _YAML_MARK in name
    return name.endswith((*LINES, *WHOLE))


def read_content(content: bytes, file: str) -> Iterator[Found | Template]:
    """The policy objects of a file, and a mark for a template. Files about other things have none.

    Raises:
        UnreadableError: when the file cannot be read as what it is called.

    """
    name = file.lower()
    content = unpack(content, name, file)
    for ending in PACKED:
        name = name.removesuffix(ending)
    if name.endswith(LINES):
        for number, line in enumerate(content.split(b"\n"), start=1):
            if line.strip():
                yield from _objects(_line(line, file, number), f"line {number}")
    elif name.endswith(YAML):
        yield from _objects(_yaml(content, file), "")
    else:
        yield from _objects(load(content, source=SOURCE, file=file), "")


def unpack(content: bytes, name: str, file: str) -> bytes:
    """The content of a packed file.

    Raises:
        UnreadableError: when it is damaged or too large.

    """
    packed = io.BytesIO(content)
    try:
        # No more is unpacked than may be: a few bytes can become any number.
        if name.endswith(".gz"):
            with gzip.GzipFile(fileobj=packed) as members:
                content = members.read(MAX_UNPACKED + 1)
        elif name.endswith(".xz"):
            with lzma.LZMAFile(packed) as stream:
                content = stream.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        raise UnreadableError(
            f"`{file}` is packed and damaged", origin=Origin(source=SOURCE, file=file), help="fetch it anew"
        ) from None
    if len(content) > MAX_UNPACKED:
        raise UnreadableError(
            f"`{file}` is larger than {MAX_UNPACKED >> 20} MB", origin=Origin(source=SOURCE, file=file), help="split it"
        )
    return content


def _line(line: bytes, file: str, number: int) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UnreadableError(
            f"line {number} of `{file}` is not JSON", origin=Origin(source=SOURCE, file=file, line=number)
        ) from None


def _yaml(content: bytes, file: str) -> Any:
    import yaml

    from everward.policy.testing.cases import load_yaml

    try:
        return load_yaml(content.decode("utf-8-sig"))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnreadableError(
            f"`{file}` is not readable as YAML: {str(error).splitlines()[0]}",
            origin=Origin(source=SOURCE, file=file),
            help="mend the file",
        ) from None


def _objects(value: Any, address: str) -> Iterator[Found | Template]:
    """The policy objects of a JSON value: itself, the rows of a list or of an answer of Azure, or what wraps it."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, dict):
                yield from _object(item, f"{address}[{number}]")
    elif isinstance(value, dict):
        rows = value.get("value")
        if isinstance(rows, list) and "properties" not in value and "policyRule" not in value:
            yield from _objects(rows, address)
        else:
            yield from _object(value, address)


def _object(value: dict[str, Any], address: str) -> Iterator[Found | Template]:
    wrapped = value.get("definition")
    if isinstance(wrapped, dict) and "source" in value:
        # Rows of a collection that name the file they came from.
        source = value["source"]
        yield from _object(wrapped, source if isinstance(source, str) else address)
        return
    if ASSIGNMENT_MARK in value:
        yield from (Found(Kind.ASSIGNMENT, made.document, made.node, made.lost) for made in assignments_in(value))
    elif isinstance(value.get(EXEMPTION_MARK), list):
        yield from (Found(Kind.EXEMPTION, made.document, made.node, made.lost) for made in exemptions_in(value))
    elif "deploymenttemplate.json" in str(value.get("$schema", "")).lower():
        yield Template()
    else:
        kind = kind_of(value)
        if kind is not None:
            yield Found(kind, unescaped(value), address)


def kind_of(value: Mapping[str, Any]) -> Kind | None:
    """What a document is, by what it has; None when it is no policy object."""
    body = member(dict(value), "properties")
    inner = body if isinstance(body, dict) else dict(value)
    if isinstance(member(inner, "policyRule"), dict):
        return Kind.DEFINITION
    if isinstance(member(inner, "policyDefinitions"), list):
        return Kind.INITIATIVE
    if isinstance(member(inner, "policyAssignmentId"), str) and isinstance(member(inner, "exemptionCategory"), str):
        return Kind.EXEMPTION
    # Other objects name definitions too; only an assignment has properties of its own, or says what it is.
    if isinstance(member(inner, "policyDefinitionId"), str) and (
        isinstance(body, dict) or "policyassignments" in str(value.get("type", "")).lower()
    ):
        kind = str(value.get("type", "policyassignments")).lower()
        return Kind.ASSIGNMENT if "policyassignments" in kind else None
    return None


def unescaped(value: dict[str, Any]) -> dict[str, Any]:
    """A document without the escape of expressions that those have which are kept inside templates.

    There every expression is written `[[…]`, so that the template does not evaluate it. A document in which some
    expression is not escaped is written as Azure has it.
    """
    escaped = False
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if item.startswith("[["):
                escaped = True
            elif item.startswith("[") and item.endswith("]"):
                return value
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    made: dict[str, Any] = _without_escape(value) if escaped else value
    return made


def _without_escape(value: Any) -> Any:
    if isinstance(value, str):
        return value[1:] if value.startswith("[[") else value
    if isinstance(value, dict):
        return {key: _without_escape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_escape(item) for item in value]
    return value
