"""Pipelines and their targets, and where agents stand, as facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.agents import Agents, Standing
from everward.facts.reach.deployments import Deployment, Deployments
from everward.facts.reach.paths import Networks
from everward.facts.reach.words import slug
from everward.facts.shape import properties, text_in
from everward.values import Origin, Truth, Unknown

DEPLOYMENT: Final = "Reach/deployments"
AGENTS: Final = "Reach/agents"


def deployment_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for each command of a pipeline at each target, and one for each place in which agents stand."""
    deployments = Deployments(world)
    seen: dict[str, int] = {}
    for item in deployments.all():
        made = _deployment(item, seen)
        yield made
    for standing in deployments.agents.all:
        yield fact(standing.resource, AGENTS, "agents", _agents(deployments.agents, standing))
    if not deployments.agents.all:
        yield from _unseen(deployments)


def _unseen(deployments: Deployments) -> Iterator[Resource]:
    """Own pools that pipelines name, where the estate shows no agents at all."""
    seen: set[str] = set()
    for record in deployments.records:
        body = properties(record.body)
        pool = body.get("pool")
        if body.get("poolKind") == "selfHosted" and isinstance(pool, str) and pool.lower() not in seen:
            seen.add(pool.lower())
            scope = f"/providers/Everward.Pipelines/Pool/{slug(pool)}"
            reason = f"in which network the agents of `{pool}` stand is in no source"
            told = {"agents": scope, "name": pool, "ownNetwork": Unknown(reason=reason, decided_by=(pool,))}
            yield fact(scope, AGENTS, "agents", told, origin=_cause(body, record.origin))


def _deployment(item: Deployment, seen: dict[str, int]) -> Resource:
    body = properties(item.record.body)
    pipeline = str(body.get("pipeline")).replace("\\", "/").rpartition("/")[2]
    name = slug(f"{pipeline}-{body.get('operation')}")
    key = f"{item.target.key}#{name}"
    seen[key] = seen.get(key, 0) + 1
    return fact(
        item.target,
        DEPLOYMENT,
        name if seen[key] == 1 else f"{name}-{seen[key]}",
        {
            "target": item.target.id,
            "targetType": item.target.type,
            "targetName": item.target.name,
            "pipeline": body.get("pipeline"),
            "pipelineName": pipeline,
            "environment": body.get("environment"),
            "operation": body.get("operation"),
            "pool": body.get("pool"),
            "poolKind": body.get("poolKind"),
            "poolLine": body.get("poolLine"),
            "outcome": item.outcome if isinstance(item.outcome, Unknown) else str(item.outcome),
            "why": item.why,
            "places": body.get("places"),
            "blocks": body.get("blocks"),
            "agents": [_place(standing) for standing in item.agents],
            "privateEndpoints": [link.endpoint.id for link in item.endpoints],
        },
        origin=_cause(body, item.record.origin),
    )


def _cause(body: Any, otherwise: Origin) -> Origin:
    """Where the pipeline says what runs it: moving its agents repairs every command at once."""
    pipeline, line = body.get("pipeline"), body.get("poolLine")
    if isinstance(pipeline, str) and isinstance(line, int):
        return Origin(source=otherwise.source, file=pipeline, line=line)
    return otherwise


def _place(standing: Standing) -> dict[str, Any]:
    return {
        "id": standing.resource.id,
        "subnet": standing.subnet.id if standing.subnet is not None else None,
    }


def _agents(agents: Agents, standing: Standing) -> dict[str, Any]:
    """Where agents stand, and what they share their network with."""
    shared = agents.shared(standing)
    subnet = standing.subnet
    own: Truth = not shared and not standing.platform
    if subnet is None and not standing.platform:
        own = Unknown(reason="the subnet of the agents is in no source", decided_by=(standing.resource.id,))
    return {
        "agents": standing.resource.id,
        "agentsType": standing.resource.type,
        "name": standing.resource.name,
        "subnet": subnet.id if subnet is not None else None,
        "network": subnet.network.id if subnet is not None else None,
        "ownNetwork": own,
        "sharedWith": sorted({end.resource.id for end in shared})[:20],
        "group": subnet.group if subnet is not None else None,
        "peers": [other.id for other, connected in agents.peers(standing) if other is not None and connected is True],
        "owner": text_in(properties(standing.resource.body), "organizationProfile", "kind"),
    }
