"""How steps sign in, whatever the platform."""

from pathlib import Path
from typing import Any

import pytest

from everward.sources.pipelines.signin import SignIn, sign_ins
from everward.sources.pipelines.step import Step


def step(task: str = "", *scripts: str, **inputs: Any) -> Step:
    env = inputs.pop("env", {})
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    return Step(
        Path("p.yaml"), (Path("p.yaml"),), lambda text: text.replace("$(sc)", "prod"), env=env, scripts=scripts,
        task=task, inputs=given,
    )  # fmt: skip


def only(made: Step) -> SignIn:
    [found] = sign_ins(made)
    return found


@pytest.mark.parametrize("name", ["azureSubscription", "connectedServiceNameARM", "environmentServiceNameAzureRM"])
def test_tasks_name_a_service_connection(name: str) -> None:
    found = only(step("azurecli", **{name: " $(sc) "}))
    assert (found.connection, found.scheme, found.written) == ("prod", None, " $(sc) ")


def test_other_connections_of_tasks_are_none_to_azure() -> None:
    assert list(sign_ins(step("docker", containerRegistry="acr", azureSubscription=" "))) == []


@pytest.mark.parametrize(
    ("script", "scheme"),
    [
        ("echo $env:servicePrincipalKey", "secret"),
        ("export ARM_OIDC_TOKEN=$idToken", "workloadIdentityFederation"),
        ("echo $servicePrincipalId", None),
    ],
)
def test_what_a_script_takes_tells_the_scheme(script: str, scheme: str | None) -> None:
    made = step("azurecli", script, azureSubscription="a", addSpnToEnvironment=True)
    assert only(made).scheme == scheme
    assert only(step("azurecli", script, azureSubscription="a")).scheme is None


@pytest.mark.parametrize(
    ("inputs", "client", "scheme"),
    [
        ({"client_id": "1"}, "1", "workloadIdentityFederation"),
        ({"client_id": "1", "auth_type": "identity"}, "1", "managedIdentity"),
        ({"auth_type": "IDENTITY"}, None, "managedIdentity"),
        ({"creds": "${{ secrets.A }}"}, None, "secret"),
    ],
)
def test_the_login_action(inputs: dict[str, str], client: str | None, scheme: str) -> None:
    found = only(step("azure/login", **inputs))
    assert (found.connection, found.client, found.scheme) == (None, client, scheme)


def test_actions_that_do_not_sign_in() -> None:
    assert list(sign_ins(step("actions/checkout", creds="x"))) == []
    assert list(sign_ins(step("azure/webapps-deploy", client_id="x"))) == []
    assert only(step("azure/aks-set-context", creds="x")).scheme == "secret"


@pytest.mark.parametrize(
    ("script", "client", "scheme"),
    [
        ("az login --service-principal -u 1 -p $S -t t", "1", "secret"),
        ("az login --service-principal --username=1 -p c.pem -t t", "1", "certificate"),
        ("az login --service-principal -u 1 --tenant t \\\n  --federated-token $T", "1", "workloadIdentityFederation"),
        ("if ! az login --identity; then exit; fi", None, "managedIdentity"),
        ("Connect-AzAccount -ServicePrincipal -ApplicationId 1 -CertificateThumbprint x", "1", "certificate"),
        ("Connect-AzAccount -Identity", None, "managedIdentity"),
        ("az login -u", None, None),
    ],
)
def test_logins_in_scripts(script: str, client: str | None, scheme: str | None) -> None:
    found = only(step("", f"set -e\n{script}\n"))
    assert (found.client, found.scheme) == (client, scheme)


def test_a_comment_is_no_login() -> None:
    assert list(sign_ins(step("", "# az login --identity\necho az login"))) == []


@pytest.mark.parametrize(
    ("more", "scheme"),
    [
        ({"ARM_USE_OIDC": True}, "workloadIdentityFederation"),
        ({"ARM_CLIENT_SECRET": "$(s)"}, "secret"),
        ({"arm_client_certificate_path": "c"}, "certificate"),
        ({}, None),
    ],
)
def test_terraform_signs_in_by_variables(more: dict[str, Any], scheme: str | None) -> None:
    found = only(step("", "terraform apply", env={"ARM_CLIENT_ID": "1", **more}))
    assert (found.client, found.scheme) == ("1", scheme)
    assert list(sign_ins(step("", "terraform apply", env=more))) == []
    assert list(sign_ins(step("", "echo", env={"ARM_CLIENT_ID": "1", **more}))) == []
