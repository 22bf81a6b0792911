"""Pipelines and those whom they act as: service connections and logins, joined to service principals.

What joins them, surest first: Terraform that sets the service connection up, a client id, a federated credential whose
subject is the connection's or the workflow's. A pipeline that deploys the sources acts as whoever deploys them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.access.federations import Federation, federations
from everward.facts.access.principals import Principal, Principals
from everward.facts.shape import flag, inner, items, text_in
from everward.values import Origin, Truth, Unknown

TYPE: Final = "Pipelines/connections"
ENDPOINT: Final = "Terraform/azuredevops_serviceendpoint_azurerm"
_SCHEMES: Final = {
    "workloadidentityfederation": "workloadIdentityFederation",
    "managedserviceidentity": "managedIdentity",
}
DEPLOYER: Final = "deployer"
SCHEMES: Final[Mapping[str | None, str]] = {
    "secret": "a secret",
    "certificate": "a certificate",
    "workloadIdentityFederation": "workload identity federation",
    "managedIdentity": "a managed identity",
}
"""What proves who a pipeline is, in words."""


@dataclass(frozen=True, eq=False)
class Connection:
    """A pipeline that acts in Azure, by which connection, and as whom."""

    record: Resource
    """What its files say."""
    name: str
    """What to call the connection: its name, or how the pipeline signs in."""
    principal: Principal | None
    joined: str | None
    """How it was joined to the principal."""
    certain: Truth
    """Whether it is this principal: a hole when several could be meant."""
    scheme: str | None
    """`secret`, `certificate`, `workloadIdentityFederation`, `managedIdentity`."""
    scheme_origin: Origin | None
    approval: Truth
    """Whether people must approve a run before it can use it."""
    any_pipeline: Truth
    """Whether every pipeline of the project may use it."""

    @property
    def given(self) -> Mapping[str, Any]:
        """The properties of its record."""
        found = self.record.body.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def deploys(self) -> bool:
        """Whether it deploys infrastructure."""
        return self.given.get("deploys") is True

    @property
    def pipeline(self) -> str:
        """The file name of its pipeline."""
        return str(self.given.get("pipelineName"))

    @property
    def way(self) -> str:
        """The pipeline and the connection, in words."""
        return f"pipeline `{self.pipeline}` through {self.word} `{self.name}`"

    @property
    def word(self) -> str:
        """What it is: a service connection, or a login of the pipeline's own."""
        return "service connection" if self.given.get("connection") is not None else "login"


class Connections:
    """The connections of an estate."""

    def __init__(self, estate: Estate, principals: Principals) -> None:
        self.estate = estate
        self.principals = principals
        self._records = [item for reading in estate.readings for item in reading.elsewhere if item.type == TYPE]
        self._elsewhere: dict[str, list[Resource]] = {}
        for reading in estate.readings:
            for item in reading.elsewhere:
                self._elsewhere.setdefault(item.type, []).append(item)

    @cached_property
    def federations(self) -> list[Federation]:
        """The federated credentials of the estate."""
        return list(federations(self.principals))

    @cached_property
    def all(self) -> list[Connection]:
        """Every connection, in the order of the files."""
        return [self._join(record) for record in self._records]

    @cached_property
    def _roots(self) -> dict[str, str]:
        """The root of Terraform that declares a resource, by the resource's id."""
        return {
            resource.key: reading.label
            for reading in self.estate.readings
            if reading.source == "terraform"
            for resource in reading.resources
        }

    def of(self, principal: Principal, resource: Resource | None = None) -> list[Connection]:
        """The connections by which pipelines act as a principal.

        Whoever deploys is whichever pipeline applies the root that declares `resource`.
        """
        found = [one for one in self.all if one.principal is principal]
        if principal.key != DEPLOYER:
            return found
        deploying = [one for one in self.all if one.deploys]
        root = self._roots.get(resource.key) if resource is not None else None
        here = [one for one in deploying if root is not None and root in one.given.get("roots", ())]
        return here or deploying

    def assigns(self, one: Connection) -> int:
        """How many assignments of roles the roots declare that a pipeline applies: it needs the right to make them."""
        roots = one.given.get("roots")
        applied = set(roots) if isinstance(roots, list) else set()
        return sum(
            self._roots.get(item.key) in applied
            for item in self.estate.of_type("Microsoft.Authorization/roleAssignments")
        )

    def _join(self, record: Resource) -> Connection:
        given = record.body.get("properties")
        given = given if isinstance(given, dict) else {}
        endpoint = self._endpoint(given.get("connection"))
        principal, joined, certain = self._principal(given, endpoint)
        scheme, origin = self._scheme(given, endpoint, joined)
        if principal is None and given.get("deploys") is True:
            principal, joined = self.principals.add(DEPLOYER, "who deploys", "deployer"), "it deploys the sources"
        return Connection(
            record,
            record.name,
            principal,
            joined,
            certain,
            scheme,
            origin,
            self._approval(given, endpoint),
            self._any_pipeline(given, endpoint),
        )

    def _endpoint(self, connection: Any) -> Resource | None:
        if not isinstance(connection, str):
            return None
        for item in self._elsewhere.get(ENDPOINT, ()):
            name = text_in(item.body, "properties", "service_endpoint_name")
            if isinstance(name, str) and name.lower() == connection.lower():
                return item
        return None

    def _principal(
        self, given: Mapping[str, Any], endpoint: Resource | None
    ) -> tuple[Principal | None, str | None, Truth]:
        directory = self.principals.directory
        if endpoint is not None:
            client = text_in(endpoint.body, "properties", "credentials", "serviceprincipalid")
            found = directory.by_client(client)
            if found is not None:
                return found, "the service connection is set up with its client id", True
        client = given.get("client")
        found = directory.by_client(client) if isinstance(client, str) else None
        if found is not None:
            return found, "client id", True
        matching = [one for one in self.federations if one.principal is not None and self._matches(one, given)]
        holders = {one.principal.key: one.principal for one in matching if one.principal is not None}
        if not holders:
            return None, None, True
        return next(iter(holders.values())), "federated credential", _certain(list(holders.values()), given)

    def _matches(self, one: Federation, given: Mapping[str, Any]) -> bool:
        platform = given.get("platform")
        if one.platform != platform or not isinstance(one.subject, str):
            return False
        if platform == "azureDevOps":
            connection = given.get("connection")
            last = one.subject.rpartition("/")[2]
            return isinstance(connection, str) and last.lower() == connection.lower()
        return any(_takes(one, subject) for subject in subjects(given))

    def _scheme(
        self, given: Mapping[str, Any], endpoint: Resource | None, joined: str | None
    ) -> tuple[str | None, Origin | None]:
        if endpoint is not None:
            told = text_in(endpoint.body, "properties", "service_endpoint_authentication_scheme")
            kind = text_in(endpoint.body, "properties", "credentials", "kind")
            named = _SCHEMES.get(told.lower()) if isinstance(told, str) else None
            found = named or (kind if isinstance(kind, str) else None)
            if found is not None:
                return found, endpoint.origin
        scheme = given.get("scheme")
        if isinstance(scheme, str):
            file, line = given.get("schemeFile"), given.get("schemeLine")
            place = Origin(source="pipelines", file=file, line=line) if isinstance(file, str) else None
            return scheme, place
        return ("workloadIdentityFederation", None) if joined == "federated credential" else (None, None)

    def _approval(self, given: Mapping[str, Any], endpoint: Resource | None) -> Truth:
        """Whether people approve. What stands on the platform itself is in no file."""
        if given.get("platform") == "azureDevOps":
            if endpoint is not None and self._about("Terraform/azuredevops_check_approval", endpoint):
                return True
            where = f"approvals and checks of `{_shown(given.get('connection'))}`"
            return Unknown(reason="checks of service connections are kept in Azure DevOps", decided_by=(where,))
        guards = given.get("guards")
        names = guards if isinstance(guards, list) else []
        if given.get("unguarded") is True or not names:
            return False
        settings = [self._environment(name) for name in names]
        if all(item is not None for item in settings):
            return all(item is True for item in settings)
        shown = tuple(f"protection rules of environment `{name}`" for name in names)
        return Unknown(reason="protection rules of environments are kept on the platform", decided_by=shown)

    def _environment(self, name: Any) -> bool | None:
        """Whether an environment of GitHub that Terraform sets up has reviewers; None when none is set up."""
        for item in self._elsewhere.get("Terraform/github_repository_environment", ()):
            if text_in(item.body, "properties", "environment") == name:
                return any(True for _ in items(inner(item.body, "properties", "reviewers")))
        return None

    def _any_pipeline(self, given: Mapping[str, Any], endpoint: Resource | None) -> Truth:
        if given.get("platform") != "azureDevOps":
            return False
        for item in self._about("Terraform/azuredevops_pipeline_authorization", endpoint):
            return inner(item.body, "properties", "pipeline_id") is None
        for item in self._about("Terraform/azuredevops_resource_authorization", endpoint):
            open_ = inner(item.body, "properties", "definition_id") is None
            return open_ and flag(item.body, "properties", "authorized", default=True)
        where = f"pipeline permissions of `{_shown(given.get('connection'))}`"
        return Unknown(reason="who may use a service connection is kept in Azure DevOps", decided_by=(where,))

    def _about(self, type_: str, endpoint: Resource | None) -> list[Resource]:
        """What Terraform sets up for a service connection."""
        if endpoint is None:
            return []
        wanted = f"{endpoint.id.removeprefix('terraform:')}.id"
        found = []
        for item in self._elsewhere.get(type_, ()):
            target = inner(item.body, "properties", "target_resource_id")
            target = inner(item.body, "properties", "resource_id") if target is None else target
            if isinstance(target, Unknown) and wanted in target.decided_by:
                found.append(item)
        return found


def _certain(holders: list[Principal], given: Mapping[str, Any]) -> Truth:
    """Whether it is certain whose credential a pipeline uses."""
    if len(holders) > 1:
        names = tuple(sorted(one.name for one in holders))
        return Unknown(reason=f"its subject is taken by {len(holders)} identities", decided_by=names)
    if given.get("platform") != "azureDevOps" and given.get("repository") is None:
        return Unknown(reason="the name of the repository is not known", decided_by=("the remote of the repository",))
    return True


def subjects(given: Mapping[str, Any]) -> Iterator[str]:
    """The subjects of tokens that a workflow of GitHub, or a job of GitLab, can get; `*` where files do not tell."""
    repository = given.get("repository")
    name = repository if isinstance(repository, str) else "*/*"
    guards = given.get("guards")
    branches = given.get("branches")
    if given.get("platform") == "gitlab":
        yield f"project_path:{name}:ref_type:branch:ref:*"
        return
    for guard in guards if isinstance(guards, list) else ():
        yield f"repo:{name}:environment:{guard}"
    if given.get("unguarded") is True:
        named = branches if isinstance(branches, list) and branches else ["*"]
        yield from (f"repo:{name}:ref:refs/heads/{branch}" for branch in named)
        if given.get("pullRequests") is not False:
            yield f"repo:{name}:pull_request"


def _takes(one: Federation, subject: str) -> bool:
    """Whether a credential takes a subject, or one of those that a pattern stands for."""
    if "*" not in subject:
        return one.accepts(subject)
    if not isinstance(one.subject, str):
        return False
    return one.accepts(subject) or fnmatchcase(one.subject, subject.replace("[", "[[]"))


def _shown(value: Any) -> str:
    return str(value.text if isinstance(value, Unknown) else value)
