"""Facts among the resources of an estate: what analyses derived, and nobody wrote or deployed."""

from __future__ import annotations

from typing import Final

from everward.estate.resource import Resource

ANALYSES: Final = {"everward.reach": "reach", "everward.access": "access", "everward.keys": "keys"}
"""The lower-case namespaces of facts, and the analysis that derives each.

Objects of clusters have names that begin alike, yet somebody wrote them: they are resources of the workload.
"""


def analysis_of(name: str) -> str | None:
    """The analysis whose facts have this type, or a type that this alias begins with; None when they are no facts."""
    return ANALYSES.get(name.partition("/")[0].lower())


def is_fact(resource: Resource) -> bool:
    """Whether a resource was derived by an analysis."""
    return analysis_of(resource.type) is not None


def subject_of(resource: Resource) -> str:
    """The id of what a fact is about; of anything else, its own."""
    if not is_fact(resource):
        return resource.id
    return resource.id.removesuffix(f"/providers/{resource.type}/{resource.name}")
