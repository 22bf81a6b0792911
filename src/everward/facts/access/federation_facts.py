"""Facts about who signs in from outside Azure: pipelines with their connections, and federated credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource
from everward.facts.access.connections import Connection
from everward.facts.access.names import Names
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Rights
from everward.facts.interface import fact

CONNECTION: Final = "Access/connections"
FEDERATION: Final = "Access/federations"


def connection_facts(rights: Rights, names: Names) -> Iterator[Resource]:
    """Each pipeline that acts in Azure: by which connection, as whom, and what stands before it."""
    for one in rights.connections.all:
        given = one.given
        yield fact(
            "",
            CONNECTION,
            names.make("", "connection", str(given.get("pipeline")), one.name),
            {
                "platform": given.get("platform"),
                "pipeline": one.pipeline,
                "file": given.get("pipeline"),
                "connection": given.get("connection"),
                "client": given.get("client"),
                "scheme": one.scheme,
                "secretless": _secretless(one),
                "environment": given.get("environment"),
                "guards": given.get("guards"),
                "unguarded": given.get("unguarded"),
                "branches": given.get("branches"),
                "pullRequests": given.get("pullRequests"),
                "approval": one.approval,
                "anyPipeline": one.any_pipeline,
                "deploys": one.deploys,
                "assignsRoles": rights.connections.assigns(one),
                **_principal(rights, one.principal),
                "joinedBy": one.joined,
                "joinCertain": one.certain,
            },
            origin=one.record.origin,
            condition=one.record.condition,
        )


def _secretless(one: Connection) -> bool | None:
    """Whether nothing that can leak proves who it is; None when the scheme is not told."""
    return None if one.scheme is None else one.scheme in ("workloadIdentityFederation", "managedIdentity")


def _principal(rights: Rights, principal: Principal | None) -> dict[str, Any]:
    if principal is None:
        return {"principal": None, "principalName": None, "principalKind": None, "privileged": False}
    held = list(rights.held_by(principal))
    return {
        "principal": principal.key,
        "principalName": principal.name,
        "principalKind": principal.kind,
        "privileged": any(grant.privileged and grant.active is not False for grant in held),
    }


def federation_facts(rights: Rights, names: Names) -> Iterator[Resource]:
    """Each federated credential: whose tokens count as which identity, and how wide it is."""
    for one in rights.connections.federations:
        yield fact(
            one.resource,
            FEDERATION,
            names.make(one.resource.id, "federation"),
            {
                "platform": one.platform,
                "issuer": one.issuer,
                "subject": one.subject,
                "pattern": one.flexible,
                "wide": one.wide is not None,
                "wideBecause": one.wide,
                **_principal(rights, one.principal),
            },
            condition=one.resource.condition,
        )
