"""Origins of Front Door as facts: who gets around it, by which way, and what looks at requests there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.exposures import exposures
from everward.facts.reach.factvalues import guard_value, step_value
from everward.facts.reach.origins import Found, origins
from everward.facts.reach.paths import Networks
from everward.facts.reach.words import slug
from everward.values import Unknown

ORIGIN: Final = "Reach/origins"


def origin_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for each origin of each Front Door; of those that cannot be judged it is said besides."""
    seen: dict[str, int] = {}
    for found in origins(world, list(exposures(world))):
        made = _origin(found, seen)
        yield made
        if not found.judged and isinstance(found.bypass, Unknown):
            name = found.backend.name if found.backend is not None else made.name
            yield Unresolved(
                subject=f"origin `{name}` of `{found.edge.resource.name}`",
                reason=f"who reaches it around Front Door is not known: {found.bypass.reason}",
                origin=made.origin,
                decided_by=found.bypass.decided_by,
                help="read what answers there together with it, such as the manifests of a cluster",
            )


def _origin(found: Found, seen: dict[str, int]) -> Resource:
    """An origin of Front Door as a resource, about its target where that is known. `seen` keeps names apart."""
    backend = found.backend
    name = slug("-".join([found.edge.resource.name, backend.group if backend else "", backend.name if backend else ""]))
    # Without a target there is an origin that is declared.
    declared = found.edge.resource if backend is None else backend.resource
    about = found.target if found.target is not None else declared
    key = f"{about.key}#{name}"
    seen[key] = seen.get(key, 0) + 1
    return fact(
        about,
        ORIGIN,
        name if seen[key] == 1 else f"{name}-{seen[key]}",
        {
            "profile": found.edge.resource.id,
            "profileName": found.edge.resource.name,
            "tier": found.edge.tier,
            "origin": backend.resource.id if backend is not None else None,
            "originName": backend.name if backend is not None else None,
            "host": backend.host if backend is not None else None,
            "declaredBy": "origin" if backend is not None else "header",
            "target": found.target.id if found.target is not None else None,
            "targetType": found.target.type if found.target is not None else None,
            "targetName": found.target.name if found.target is not None else None,
            "bypass": found.bypass if isinstance(found.bypass, Unknown) else str(found.bypass),
            "requestsRefused": found.refused,
            "privateLink": found.private,
            "served": found.served,
            "judged": found.judged,
            "paths": [[step_value(step) for step in way.path] for way in found.paths],
            "decidedBy": [step_value(step) for way in found.paths for step in way.decided_by],
            "guards": [guard_value(guard) for guard in found.guards],
            "notes": list(found.notes),
        },
        origin=backend.origin if backend is not None else about.origin,
        sort=_sort(found),
    )


def _sort(found: Found) -> str:
    """What criteria tell origins by: of those that cannot be judged nothing is verified."""
    if not found.judged:
        return "origin that is not judged"
    return "declared origin" if found.backend is not None else "place that asks for the id"
