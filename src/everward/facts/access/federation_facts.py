"""Facts about who signs in from outside Azure: pipelines with their connections, and federated credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from everward.estate import Resource
from everward.facts.access.connections import DEPLOYER, Connection
from everward.facts.access.federations import Federation
from everward.facts.access.names import Names
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Rights
from everward.facts.interface import fact
from everward.values import Truth, Unknown, is_symbolic

CONNECTION: Final = "Access/connections"
FEDERATION: Final = "Access/federations"


def connection_facts(rights: Rights, names: Names) -> Iterator[Resource]:
    """Each pipeline that acts in Azure: by which connection, as whom, and what stands before it."""
    environments = _environments(rights.connections.all)
    for one in rights.connections.all:
        given = one.given
        served = environments.get(_identity(one) or "", set())
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
                "environments": sorted(served),
                "environmentsServed": _served(one, served),
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
                "summary": _words(one, sorted(served)),
            },
            origin=one.scheme_origin if one.scheme_origin is not None else one.record.origin,
            condition=one.record.condition,
        )


_SCHEMES: Final = {
    "secret": "a secret",
    "certificate": "a certificate",
    "workloadIdentityFederation": "a token of the pipeline, without a secret",
    "managedIdentity": "the managed identity of its agent",
}


def _words(one: Connection, environments: list[str]) -> str:
    how = _SCHEMES.get(one.scheme or "", "nobody knows what")
    where = f", in {' and '.join(f'`{name}`' for name in environments)}" if environments else ""
    return f"{one.way} signs in with {how}{where}"


def _secretless(one: Connection) -> Truth:
    """Whether nothing that can leak proves who it is."""
    if one.scheme is not None:
        return one.scheme in ("workloadIdentityFederation", "managedIdentity")
    return Unknown(
        reason=f"no file tells how the {one.word} `{one.name}` proves who it is",
        decided_by=(f"the settings of the {one.word} `{one.name}`",),
        origin=one.record.origin,
    )


def _identity(one: Connection) -> str | None:
    """What tells whom a connection acts as: the principal, a client id, the name of the connection; None for neither.

    Whoever deploys is not one principal: each environment can have its own.
    """
    if one.principal is not None and one.principal.key != DEPLOYER and one.certain is True:
        return one.principal.key
    told = one.given.get("client") or one.given.get("connection")
    return told.lower() if isinstance(told, str) and not is_symbolic(told) and "$" not in told else None


def _environments(connections: Iterable[Connection]) -> dict[str, set[str]]:
    """The environments that each identity of pipelines serves."""
    found: dict[str, set[str]] = {}
    for one in connections:
        identity, environment = _identity(one), one.given.get("environment")
        if identity is not None and isinstance(environment, str) and environment:
            found.setdefault(identity, set()).add(environment)
    return found


def _served(one: Connection, environments: set[str]) -> int | Unknown:
    """How many environments its identity serves."""
    if environments or _identity(one) is not None:
        return len(environments)
    return Unknown(
        reason=f"the name of the {one.word} is not known before the pipeline runs",
        decided_by=(f"`{one.name}`",),
        origin=one.record.origin,
    )


def _wide(one: Federation) -> Truth:
    """Whether a credential takes tokens of more than one branch or environment."""
    if isinstance(one.subject, Unknown):
        return one.subject
    # Only of GitHub's pull requests does the issuer decide.
    if isinstance(one.issuer, Unknown) and one.subject is not None and one.subject.endswith(":pull_request"):
        return one.issuer
    return one.wide is not None


def _trusts(one: Federation) -> str:
    told = one.subject.text or "a subject that is not known yet" if isinstance(one.subject, Unknown) else one.subject
    who = f"`{one.principal.name}`" if one.principal is not None else "an identity"
    why = f": {one.wide}" if one.wide is not None else ""
    if not one.flexible and isinstance(one.subject, str) and "*" in one.subject:
        why = ": no token has that, since a star in a subject stands for itself"
    return f"tokens of `{told}` count as {who}{why}"


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
                "wide": _wide(one),
                "wideBecause": one.wide,
                **_principal(rights, one.principal),
                "summary": _trusts(one),
            },
            condition=one.resource.condition,
        )
