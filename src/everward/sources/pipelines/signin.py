"""How steps sign in to Azure: service connections of tasks, login actions, logins in scripts.

Inputs of tasks: the task.json files of microsoft/azure-pipelines-tasks and microsoft/azure-pipelines-terraform; of the
action: Azure/login's action.yml; commands: `az login` and `Connect-AzAccount`; all read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.sources.pipelines.step import Step
from everward.sources.pipelines.words import join_lines, split_words

SECRET: Final = "secret"  # noqa: S105 - the name of a scheme
CERTIFICATE: Final = "certificate"
FEDERATED: Final = "workloadIdentityFederation"
MANAGED: Final = "managedIdentity"

_INPUTS: Final = frozenset(
    {
        "azuresubscription", "azureserviceconnection", "azuresubscriptionendpoint", "azureresourcemanagerconnection",
        "connectedservicename", "connectedservicenamearm", "environmentservicenameazurerm", "backendservicearm",
    }
)  # fmt: skip
"""Inputs of Azure DevOps tasks that name a service connection to Azure Resource Manager, in lower case."""


class SignIn(NamedTuple):
    """One way in which a step acts in Azure."""

    connection: str | None
    """The service connection that it names, filled in as far as files tell."""
    client: str | None
    """The client id that it gives, likewise."""
    scheme: str | None
    """What proves who it is, where the step tells."""
    written: str
    """What it is found by in its file. It may hold secrets: it is shown nowhere."""
    name: str = ""
    """What to call it, where there is neither a connection nor a client: the action, or the command."""


def sign_ins(step: Step) -> Iterator[SignIn]:
    """The ways in which a step signs in."""
    given = {str(key).lower(): value for key, value in step.inputs.items()}
    if "/" in step.task:
        yield from _of_action(step, given)
    else:
        scheme = _scheme_told(step, given)
        for key, value in given.items():
            # Whoever uses a registry or a cluster by another connection names it by other inputs.
            if key in _INPUTS and isinstance(value, str) and value.strip():
                yield SignIn(step.text(value).strip(), None, scheme, value)
    for script in step.scripts:
        yield from _of_script(step, script)
    yield from _of_environment(step)


def _scheme_told(step: Step, given: Mapping[str, Any]) -> str | None:
    """What a task's own script takes from its connection: the key is there for secrets only, the token for federation.

    Source: AzureCLIV2 of microsoft/azure-pipelines-tasks, `addSpnToEnvironment`, read 2026-11.
    """
    if str(given.get("addspntoenvironment", "")).lower() != "true":
        return None
    text = "\n".join(step.scripts).lower()
    if re.search(r"\bidtoken\b", text):
        return FEDERATED
    return SECRET if "serviceprincipalkey" in text else None


def _of_action(step: Step, given: Mapping[str, Any]) -> Iterator[SignIn]:
    if not step.task.startswith("azure/"):
        return
    creds, client = given.get("creds"), given.get("client-id")
    if isinstance(creds, str) and creds.strip():
        yield SignIn(None, None, SECRET, creds, step.task)
    elif step.task == "azure/login":
        kind = str(given.get("auth-type", "")).upper()
        text = step.text(client).strip() if isinstance(client, str) else None
        yield SignIn(None, text, MANAGED if kind == "IDENTITY" else FEDERATED, str(client or step.task), step.task)


MAX_WRITTEN: Final = 200
"""Letters of a command by which it is found in its file."""
_COMMAND: Final = re.compile(
    r"^[ \t]*(?:if[ \t]+(?:![ \t]*)?)?(?:az[ \t]+login\b|Connect-AzAccount\b)(?P<rest>.*)$", re.I | re.M
)


def _of_script(step: Step, script: str) -> Iterator[SignIn]:
    for match in _COMMAND.finditer(join_lines(script)):
        words = split_words(re.split("[|;&]", step.text(match["rest"]))[0])
        names = {word.lower().lstrip("-").partition("=")[0] for word in words if word.startswith("-")}
        client = _value(words, "-u", "--username", "-applicationid", "--client-id")
        written = match[0].strip()[:MAX_WRITTEN]
        name = "az login" if "az" in written.lower().split()[:3] else "Connect-AzAccount"
        yield SignIn(None, client, _scheme_of(names, words), written, name)


def _scheme_of(names: set[str], words: list[str]) -> str | None:
    if names & {"identity", "i"}:
        return MANAGED
    if names & {"federated-token", "federatedtoken"}:
        return FEDERATED
    password = _value(words, "-p", "--password") or ""
    if names & {"certificate", "certificatethumbprint", "certificatepath"} or password.lower().endswith(".pem"):
        return CERTIFICATE
    return SECRET if names & {"service-principal", "serviceprincipal"} else None


def _value(words: list[str], *options: str) -> str | None:
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option.lower() in options:
            return value if equals else (words[index + 1] if index + 1 < len(words) else None)
    return None


def _of_environment(step: Step) -> Iterator[SignIn]:
    """Terraform signs in by variables of the process when it is run without a task of its own."""
    if not any(re.search(r"\bterraform\b", script) for script in step.scripts):
        return
    given = {str(key).upper(): value for key, value in step.env.items()}
    client = given.get("ARM_CLIENT_ID")
    if not isinstance(client, str) or not client.strip():
        return
    scheme = None
    if str(given.get("ARM_USE_OIDC", "")).lower() in ("true", "1"):
        scheme = FEDERATED
    elif given.get("ARM_CLIENT_SECRET"):
        scheme = SECRET
    elif given.get("ARM_CLIENT_CERTIFICATE_PATH") or given.get("ARM_CLIENT_CERTIFICATE"):
        scheme = CERTIFICATE
    yield SignIn(None, step.text(client).strip(), scheme, "ARM_CLIENT_ID")
