"""The report for machines: one JSON document, one line for each resource, verdict and finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from everward import __version__
from everward.assessment import SCHEMA
from everward.estate import Estate, Resource, is_fact
from everward.reports.encode import encode, encode_resource
from everward.reports.interface import Material, Report

_CHUNK = 256
"""Lines that are handed on together."""


class JsonReport(Report):
    """Schema `everward/assessment/1`. The same input gives the same bytes."""

    name = "json"

    def render(self, material: Material) -> Iterator[bytes]:
        """Write the document in the order of the schema."""
        assessment = material.assessment
        yield b"{"
        yield document_member("schema", SCHEMA, first=True)
        yield document_member("version", __version__)
        yield document_member("subject", assessment.subject)
        yield document_member("environment", assessment.environment)
        yield document_member("edition", assessment.edition)
        if assessment.initiative is not None:
            yield document_member("initiative", assessment.initiative)
        yield from document_list("inputs", map(encode, assessment.inputs))
        yield from document_list("unresolved", map(encode, assessment.unresolved))
        yield from document_list("resources", map(encode_resource, _resources(material.estate)))
        yield from document_list("facts", map(encode_resource, _facts(material)))
        evidence = material.evidence
        verdicts = assessment.verdicts if evidence is None else map(evidence.complete, assessment.verdicts)
        yield from document_list("verdicts", map(encode, verdicts))
        yield from document_list("findings", map(encode, assessment.findings))
        yield from document_list("needs", map(encode, assessment.needs))
        yield from document_list("attestations", map(encode, assessment.attestations))
        yield from document_list("inherited", map(encode, assessment.inherited))
        yield document_member("summary", assessment.summary)
        yield b"\n}\n"


def _resources(estate: Estate) -> Iterator[Resource]:
    return (resource for resource in estate if not is_fact(resource))


def _facts(material: Material) -> Iterator[Resource]:
    """The facts that verdicts are about, once each, from the view of the estate that has them."""
    views = material.estate.views
    for key in dict.fromkeys(verdict.resource for verdict in material.assessment.verdicts):
        found = (view.find(key) for view in views if key is not None)
        resource = next((item for item in found if item is not None), None)
        if resource is not None and is_fact(resource):
            yield resource


def document_member(name: str, value: Any, *, first: bool = False) -> bytes:
    """One member of the outermost object, on its own line."""
    return b"%s\n%s:%s" % (b"" if first else b",", encode(name), encode(value))


def document_list(name: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """One member of the outermost object that is a list, each entry on its own line."""
    yield b",\n%s:[" % encode(name)
    separator = b"\n"
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(separator + line)
        separator = b",\n"
        if len(chunk) >= _CHUNK:
            yield b"".join(chunk)
            chunk.clear()
    yield b"".join(chunk) + b"]"
