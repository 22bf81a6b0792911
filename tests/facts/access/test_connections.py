"""Pipelines, their connections, and whom they act as."""

from typing import Any

import pytest
from tests.facts.access.made import HERE, HOLE, YOU, assigned, facts, graph, res, rights

from everward.estate import Resource
from everward.facts.access.connections import Connection
from everward.facts.access.edges import Edge
from everward.facts.access.escalation import escalations
from everward.facts.access.radius import blast_radius
from everward.values import Unknown

IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
AUDIENCE = ["api://AzureADTokenExchange"]
GITHUB = "https://token.actions.githubusercontent.com"


def pipeline(**more: Any) -> Resource:
    given: dict[str, Any] = {
        "platform": "azureDevOps", "pipeline": ".ado/release.yaml", "pipelineName": "release.yaml", "repository": None,
        "connection": "prod", "client": None, "scheme": None, "schemeFile": None, "environment": "prod",
        "guards": [], "unguarded": True, "branches": [], "pullRequests": False, "roots": ["infra"], "deploys": False,
    }  # fmt: skip
    return Resource("pipelines:x", "Pipelines/connections", "prod", {"properties": {**given, **more}}, HERE)


def workflow(**more: Any) -> Resource:
    given: dict[str, Any] = {"platform": "github", "connection": None, "repository": "acme/app", "branches": ["main"]}
    return pipeline(**{**given, **more})


def terraform(type_: str, name: str = "x", **properties: Any) -> Resource:
    return Resource(f"terraform:{type_}.{name}", f"Terraform/{type_}", name, {"properties": properties}, HERE)


def endpoint(**credentials: Any) -> Resource:
    return terraform(
        "azuredevops_serviceendpoint_azurerm", service_endpoint_name="PROD",
        service_endpoint_authentication_scheme="ServicePrincipal", credentials=credentials,
    )  # fmt: skip


def about(type_: str, **more: Any) -> Resource:
    hole = Unknown(reason="known after apply", decided_by=("azuredevops_serviceendpoint_azurerm.x.id",))
    key = "target_resource_id" if "check" in type_ else "resource_id"
    return terraform(type_, **{key: hole, **more})


def identity(name: str = "ship") -> Resource:
    return res(IDENTITY, name, {"clientId": f"client-{name}"})


def trusted(subject: Any, name: str = "ship", issuer: Any = GITHUB) -> Resource:
    body = {"issuer": issuer, "subject": subject, "audiences": AUDIENCE}
    return res(f"{IDENTITY}/federatedIdentityCredentials", f"{name}/c", body)


def joined(record: Resource, *resources: Resource, elsewhere: tuple[Resource, ...] = ()) -> Connection:
    [found] = rights(*resources, elsewhere=[record, *elsewhere]).connections.all
    return found


def name_of(found: Connection) -> str | None:
    return found.principal.name if found.principal is not None else None


def test_a_service_connection_that_terraform_sets_up() -> None:
    found = joined(pipeline(), identity(), elsewhere=(endpoint(serviceprincipalid="CLIENT-ship", kind="secret"),))
    assert (name_of(found), found.scheme, found.certain) == ("ship", "secret", True)
    federated = terraform(
        "azuredevops_serviceendpoint_azurerm", service_endpoint_name="prod",
        service_endpoint_authentication_scheme="WorkloadIdentityFederation", credentials=HOLE,
    )  # fmt: skip
    found = joined(pipeline(scheme="secret"), elsewhere=(federated,))
    assert (name_of(found), found.scheme) == (None, "workloadIdentityFederation")
    assert joined(pipeline(connection=HOLE), elsewhere=(federated,)).scheme is None


def test_a_client_id() -> None:
    found = joined(workflow(client="client-ship"), identity())
    assert (name_of(found), found.joined) == ("ship", "client id")
    assert name_of(joined(workflow(client="other"), identity())) is None


def test_a_federated_credential_of_a_service_connection() -> None:
    credential = trusted("sc://acme/app/Prod", issuer="https://vstoken.dev.azure.com/1")
    found = joined(pipeline(), identity(), credential)
    assert (name_of(found), found.joined, found.scheme) == (
        "ship",
        "federated credential",
        "workloadIdentityFederation",
    )
    assert found.certain is True
    other = trusted("sc://acme/app/prod-2", issuer="https://vstoken.dev.azure.com/1")
    assert name_of(joined(pipeline(), identity(), other)) is None


@pytest.mark.parametrize(
    ("subject", "record", "matches"),
    [
        ("repo:acme/app:environment:prod", workflow(guards=["prod"], unguarded=False), True),
        ("repo:acme/app:environment:int", workflow(guards=["prod"], unguarded=False), False),
        ("repo:acme/other:environment:prod", workflow(guards=["prod"], unguarded=False), False),
        ("repo:acme/other:environment:prod", workflow(guards=["prod"], repository=None), True),
        ("repo:acme/app:ref:refs/heads/main", workflow(), True),
        ("repo:acme/app:ref:refs/heads/next", workflow(), False),
        ("repo:acme/app:ref:refs/heads/next", workflow(branches=[]), True),
        ("repo:acme/app:pull_request", workflow(pullRequests=True), True),
        ("repo:acme/app:pull_request", workflow(), False),
        (HOLE, workflow(), False),
    ],
)
def test_federated_credentials_of_workflows(subject: Any, record: Resource, matches: bool) -> None:
    assert (joined(record, identity(), trusted(subject)).principal is not None) is matches


def test_jobs_of_gitlab() -> None:
    record = pipeline(platform="gitlab", connection=None, repository="acme/app")
    credential = trusted("project_path:acme/app:ref_type:branch:ref:main", issuer="https://gitlab.com")
    assert name_of(joined(record, identity(), credential)) == "ship"


def test_whom_it_is_may_be_open() -> None:
    subject = "repo:acme/app:ref:refs/heads/main"
    found = joined(workflow(), identity(), identity("more"), trusted(subject), trusted(subject, "more"))
    assert isinstance(found.certain, Unknown)
    assert found.certain.decided_by == ("more", "ship")
    nameless = joined(workflow(repository=None), identity(), trusted(subject))
    assert isinstance(nameless.certain, Unknown)
    assert "name of the repository" in nameless.certain.reason


def test_a_star_in_a_subject_stands_for_itself() -> None:
    star = trusted("repo:acme/app:*")
    assert joined(workflow(), identity(), star).principal is None
    [fact] = facts(identity(), star, kind="federations")
    assert (fact["wide"], fact["pattern"]) == (False, False)
    assert fact["summary"].endswith("no token has that, since a star in a subject stands for itself")


def test_patterns_and_registrations() -> None:
    registration = graph("applications", "reg", id="reg", appId="c")
    service = graph("servicePrincipals", "sp", id="sp", appId="c", displayName="app")
    expression: dict[str, Any] = {"value": "claims['sub'] matches 'repo:acme/*'"}
    flexible = Resource(
        "/providers/Microsoft.Graph/applications/reg/federatedIdentityCredentials/f",
        "Microsoft.Graph/applications/federatedIdentityCredentials", "f",
        {"properties": {"issuer": GITHUB, "claimsMatchingExpression": expression}},
        HERE,
    )  # fmt: skip
    assert name_of(joined(workflow(), registration, service, flexible)) == "app"
    [fact] = facts(registration, service, flexible, assigned("Owner", "sp"), kind="federations")
    assert (fact["wide"], fact["pattern"], fact["principalName"], fact["privileged"]) == (True, True, "app", True)


@pytest.mark.parametrize(
    ("issuer", "subject", "platform", "wide"),
    [
        (GITHUB, "repo:a/b:pull_request", "github", True),
        (GITHUB, "repo:a/b:ref:refs/heads/main", "github", False),
        ("https://login.microsoftonline.com/t/v2.0", "/eid1/c/pub/t/x/a/y/sc/org/id", "azureDevOps", False),
        ("https://login.microsoftonline.com/t/v2.0", "principal", "entra", False),
        ("https://oidc.aks.azure.com/x", "system:serviceaccount:a:b", "kubernetes", False),
        ("https://gitlab.example.org", "project_path:*", "gitlab", False),
        ("https://other.example.org", "x", "other", False),
        (HOLE, "x", "unknown", False),
        (GITHUB, HOLE, "github", HOLE),
        (HOLE, "repo:acme/app:pull_request", "unknown", HOLE),
    ],
)
def test_facts_about_federated_credentials(issuer: Any, subject: Any, platform: str, wide: Any) -> None:
    [fact] = facts(identity(), trusted(subject, issuer=issuer), kind="federations")
    assert (fact["platform"], fact["wide"], fact["principalName"]) == (platform, wide, "ship")


def test_a_pipeline_that_deploys_is_whoever_deploys() -> None:
    found = joined(pipeline(deploys=True))
    assert (name_of(found), found.joined) == ("who deploys", "it deploys the sources")
    made = rights(elsewhere=[pipeline(deploys=True), pipeline(pipelineName="other.yaml")])
    deployer = made.grants.principals.add("deployer", "who deploys", "deployer")
    assert [one.pipeline for one in made.connections.of(deployer)] == ["release.yaml"]
    assert made.connections.of(deployer)[0].way == "pipeline `release.yaml` through service connection `prod`"


def test_approvals_of_azure_devops() -> None:
    assert isinstance(joined(pipeline()).approval, Unknown)
    assert isinstance(joined(pipeline()).any_pipeline, Unknown)
    checked = (endpoint(), about("azuredevops_check_approval"), about("azuredevops_pipeline_authorization"))
    found = joined(pipeline(), elsewhere=checked)
    assert (found.approval, found.any_pipeline) == (True, True)
    one = about("azuredevops_pipeline_authorization", pipeline_id=7)
    assert joined(pipeline(), elsewhere=(endpoint(), one)).any_pipeline is False
    older = about("azuredevops_resource_authorization", authorized=True)
    assert joined(pipeline(), elsewhere=(endpoint(), older)).any_pipeline is True


def test_approvals_of_github() -> None:
    assert joined(workflow()).approval is False
    guarded = workflow(guards=["prod"], unguarded=False)
    assert isinstance(joined(guarded).approval, Unknown)
    for reviewers, approved in (([{"teams": [1]}], True), ([], False)):
        environment = terraform("github_repository_environment", environment="prod", reviewers=reviewers)
        assert joined(guarded, elsewhere=(environment,)).approval is approved


def test_facts_about_connections() -> None:
    record = workflow(client="client-ship", scheme="secret", schemeFile="w.yaml", schemeLine=3)
    [fact] = facts(identity(), elsewhere=[record], kind="connections")
    assert (fact["secretless"], fact["principalName"], fact["joinedBy"]) == (False, "ship", "client id")
    [fact] = facts(elsewhere=[workflow()], kind="connections")
    assert isinstance(fact["secretless"], Unknown)
    assert (fact["principal"], fact["privileged"]) == (None, False)


def test_whoever_runs_a_pipeline_becomes_whom_it_acts_as() -> None:
    record = workflow(client="client-ship")
    assignment = assigned("Owner", Unknown(reason="x", decided_by=("azurerm_x.y.principal_id",)))
    made = rights(identity(), assignment, elsewhere=[record])
    runner = made.grants.principals.add("pipeline:.ado/release.yaml", "release.yaml", "pipeline")
    radius = blast_radius(made, runner, escalations(made))
    assert [one.name for one in radius.becomes] == ["ship"]
    assert [step.edge for step in radius.steps] == [Edge.PIPELINE]
    assert radius.steps[0].target.endswith("/userAssignedIdentities/ship")


def test_an_identity_that_is_gone_has_no_name() -> None:
    [fact] = facts(trusted("x", "gone"), kind="federations")
    assert fact["principal"] is None
    application = Resource(
        "/providers/Microsoft.Graph/applications/c9/federatedIdentityCredentials/f",
        "Microsoft.Graph/applications/federatedIdentityCredentials", "f", {"properties": {"issuer": "x"}}, HERE,
    )  # fmt: skip
    service = graph("servicePrincipals", YOU, id=YOU, appId="c9", displayName="app")
    [fact] = facts(application, service, kind="federations")
    assert (fact["principalName"], fact["subject"]) == ("app", None)


def test_an_identity_that_serves_several_environments() -> None:
    both = [pipeline(environment="int"), pipeline(pipelineName="other.yaml", environment="prod")]
    found = facts(elsewhere=both, kind="connections")
    assert [(fact["environments"], fact["environmentsServed"]) for fact in found] == [(["int", "prod"], 2)] * 2
    apart = [pipeline(environment="int", connection="int"), pipeline(environment="prod")]
    assert [fact["environmentsServed"] for fact in facts(elsewhere=apart, kind="connections")] == [1, 1]
    [open_] = facts(elsewhere=[pipeline(connection="$(connection)")], kind="connections")
    assert isinstance(open_["environmentsServed"], Unknown)
    [none] = facts(elsewhere=[pipeline(environment=None)], kind="connections")
    assert none["environmentsServed"] == 0


def test_what_a_connection_says_of_itself() -> None:
    [fact] = facts(elsewhere=[pipeline(scheme="secret")], kind="connections")
    way = "pipeline `release.yaml` through service connection `prod`"
    assert fact["summary"] == f"{way} signs in with a secret, in `prod`"
