"""Origins of Front Door as facts: who gets around it, by which way, and what looks at requests there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.reach.exposures import exposures
from everward.facts.reach.factvalues import guard_value, step_value
from everward.facts.reach.origins import Found, origins
from everward.facts.reach.paths import Networks
from everward.facts.reach.words import slug
from everward.values import Unknown

ORIGIN: Final = "Reach/origins"


def origin_facts(world: Networks) -> Iterator[Resource]:
    """A fact for each origin of each Front Door."""
    seen: dict[str, int] = {}
    for found in origins(world, list(exposures(world))):
        yield _origin(found, seen)


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
            "paths": [[step_value(step) for step in way.path] for way in found.paths],
            "decidedBy": [step_value(step) for way in found.paths for step in way.decided_by],
            "guards": [guard_value(guard) for guard in found.guards],
            "notes": list(found.notes),
        },
        origin=backend.origin if backend is not None else about.origin,
    )
