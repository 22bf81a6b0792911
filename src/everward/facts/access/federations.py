"""Federated credentials: whose tokens count as an identity, and how wide the subjects are that they accept.

Subjects: docs.github.com, OpenID Connect reference; docs.gitlab.com, ID token authentication; for service connections
docs/service-connections/azure-oidc of microsoft/azure-pipelines-tasks; all read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from everward.estate import Resource
from everward.facts.access.principals import Principal, Principals
from everward.facts.shape import properties, text_in
from everward.values import Unknown

TYPES: Final = (
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "Microsoft.Graph/applications/federatedIdentityCredentials",
)
GITHUB: Final = "token.actions.githubusercontent.com"
AZURE_DEVOPS: Final = "vstoken.dev.azure.com"
_ENTRA: Final = "login.microsoftonline.com"
_QUOTED: Final = re.compile(r"claims\['sub'\]\s+(?:matches|eq)\s+'(?P<pattern>[^']*)'", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Federation:
    """One federated credential."""

    resource: Resource
    principal: Principal | None
    """Who its tokens become; None when the owner is in no source."""
    platform: str
    """`github`, `azureDevOps`, `gitlab`, `entra`, `kubernetes` or `other`; `unknown` when the issuer is."""
    issuer: str | Unknown | None
    subject: str | Unknown | None
    """A subject, or a pattern of subjects."""
    flexible: bool = False
    """Whether it matches a pattern instead of one subject."""

    @property
    def wide(self) -> str | None:
        """Why it accepts more than one branch or environment of one repository; None when it does not.

        Stars count in expressions alone: "wildcard characters aren't supported" in subjects, which are compared as they
        are (learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations, read 2026-11).
        """
        if not isinstance(self.subject, str):
            return None
        subject = self.subject
        if self.flexible and ("*" in subject or "?" in subject):
            return "it accepts every subject that its pattern matches"
        if self.platform == "github" and subject.endswith(":pull_request"):
            return "every pull request of the repository gets it, whatever branch it is from"
        return None

    def accepts(self, subject: str) -> bool:
        """Whether a token with this subject is taken."""
        if not isinstance(self.subject, str):
            return False
        if self.flexible:
            return fnmatchcase(subject, self.subject.replace("[", "[[]"))
        return subject == self.subject


def federations(principals: Principals) -> Iterator[Federation]:
    """Every federated credential of an estate."""
    for type_ in TYPES:
        for resource in principals.estate.of_type(type_):
            body = properties(resource.body)
            subject = text_in(body, "subject")
            expression = text_in(body, "claimsMatchingExpression", "value")
            flexible = isinstance(expression, str)
            if isinstance(expression, str):
                match = _QUOTED.search(expression)
                subject = match["pattern"] if match is not None else "*"
            issuer = text_in(body, "issuer")
            yield Federation(
                resource, _owner(principals, resource), platform_of(issuer, subject), issuer, subject, flexible
            )


def _owner(principals: Principals, resource: Resource) -> Principal | None:
    above = resource.id.rsplit("/", 2)[0]
    registered = principals.directory.service_of(above)
    if registered is not None:
        return registered
    found = principals.named(above)
    if found is not None or "/applications/" not in above.lower():
        return found
    # An export names the registration by its object id or, in some, by its client id.
    return principals.named(above.rpartition("/")[2]) or principals.directory.by_client(above.rpartition("/")[2])


def platform_of(issuer: str | Unknown | None, subject: str | Unknown | None) -> str:
    """Who issues the tokens that a credential takes."""
    if isinstance(subject, str) and subject.lower().startswith("system:serviceaccount:"):
        return "kubernetes"
    if not isinstance(issuer, str):
        return "unknown"
    host = issuer.lower().partition("://")[2].partition("/")[0]
    if host == GITHUB:
        return "github"
    if host == AZURE_DEVOPS or (isinstance(subject, str) and subject.lower().startswith("sc://")):
        return "azureDevOps"
    if host == _ENTRA:
        return "azureDevOps" if isinstance(subject, str) and "/sc/" in subject else "entra"
    return "gitlab" if "gitlab" in host else "other"
