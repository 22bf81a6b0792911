"""The published JSON Schema of the assessment, made from the records themselves.

`python -m everward.reports.schema > docs/schema/assessment-1.json` writes it; a test holds the file against it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from itertools import pairwise
from typing import Any, Final, Literal

import msgspec

from everward.assessment import Assessment, Record
from everward.estate import Unresolved
from everward.values import Origin

IDENTIFIER: Final = "urn:everward:schema:assessment:1"


class ResourceRecord(Record, frozen=True):
    """A resource as it was read.

    Beside these members it has those of the ARM body: `location`, `tags`, `sku`, `kind`, `identity`, `zones`,
    `properties` and whatever else its type has at the root. A value that is not known is written
    `{"$unknown": {"reason": …, "decidedBy": […]}}`, wherever it stands; a secret is written `(redacted)`.
    """

    id: str
    """Its ARM id; parts in braces are not known yet."""
    type: str
    """Full type: `Microsoft.KeyVault/vaults`."""
    name: str
    """Its last name segment."""
    origin: Origin
    """Where it stands."""
    exists: Any = None
    """A hole when it is not known whether the resource exists at all."""
    cardinality: Any = None
    """A hole when it stands for an unknown number of instances."""
    opaque: bool = False
    """True when only its existence is known, because its source has no mapping for it."""


class Document(msgspec.Struct):
    """An assessment of one workload."""

    schema: Literal["everward/assessment/1"]
    version: str
    """Of the program that wrote it."""


def build() -> dict[str, Any]:
    """The schema."""
    (_, resource, _), definitions = msgspec.json.schema_components(
        [Document, ResourceRecord, Assessment], ref_template="#/$defs/{name}"
    )
    top = definitions.pop("Document")
    body = definitions.pop("Assessment")
    properties = {**top["properties"], **body["properties"]}
    properties["resources"] = {
        "description": "The resources that were judged, in the order of first mention.",
        "type": "array",
        "items": resource,
    }
    properties["facts"] = {
        "description": "What analyses found and verdicts are about: exposures, grants, keys; each below its subject.",
        "type": "array",
        "items": resource,
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "Everward assessment",
        "description": "Members may be added to any object; readers ignore what they do not know.",
        "type": "object",
        "properties": properties,
        "required": [*top["required"], *body["required"], "resources", "facts"],
        "$defs": definitions,
    }
    _describe(schema, definitions)
    return schema


def _describe(schema: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Give every property the words that stand below it in the source."""
    words: dict[type[msgspec.Struct], Any] = {Document: schema["properties"], Assessment: schema["properties"]}
    records: list[type[msgspec.Struct]] = [*Record.__subclasses__(), Origin, Unresolved]
    for record in records:
        if record.__name__ in definitions:
            words[record] = definitions[record.__name__]["properties"]
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = " ".join(definition["description"].split())
    for record, properties in words.items():
        names = {field.name: field.encode_name for field in msgspec.structs.fields(record)}
        for name, text in _docstrings(record).items():
            target = properties.get(names.get(name, ""))
            if target is not None and "description" not in target:
                target["description"] = text


def _docstrings(record: type) -> dict[str, str]:
    """Attribute docstrings of a class: the text that stands below an annotated name."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(record)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found: dict[str, str] = {}
    for statement, below in pairwise(body):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                found[name] = " ".join(words.split())
    return found


def text() -> str:
    """The schema as the file has it."""
    return msgspec.json.format(msgspec.json.encode(build()), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
