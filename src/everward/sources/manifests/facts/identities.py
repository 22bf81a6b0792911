"""Workload identity: which service accounts may act as which identities of Azure.

A federated credential trusts the issuer of a cluster for one subject, `system:serviceaccount:NAMESPACE:NAME`
(learn.microsoft.com, workload identity on AKS, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.facts.others import CREDENTIAL, Others, reference_to
from everward.sources.manifests.kinds import NAMESPACE
from everward.sources.manifests.objects import Manifest, derived_resource, namespace_of
from everward.sources.manifests.placed import map_of
from everward.values import Truth, Unknown

CLIENT_ID: Final = "azure.workload.identity/client-id"


def facts(cluster: Cluster, manifest: Manifest, resource: Resource, others: Others) -> Iterator[Resource]:
    """A fact for each credential that trusts a service account of the cluster."""
    if manifest.value.get("kind") != "ServiceAccount":
        return
    namespace, name = namespace_of(manifest), map_of(manifest.value.get("metadata")).get("name")
    if not isinstance(namespace, str) or not isinstance(name, str):
        return
    subject = f"system:serviceaccount:{namespace}:{name}"
    for credential in others.of_type(CREDENTIAL):
        if credential.get("properties.subject") != subject:
            continue
        trusted = issued_by(credential.get("properties.issuer"), cluster)
        if trusted is False:
            continue
        identity = credential.id.rpartition("/federatedIdentityCredentials/")[0]
        annotations = map_of(map_of(manifest.value.get("metadata")).get("annotations"))
        properties: dict[str, Any] = {
            "cluster": cluster.id,
            "serviceAccount": resource.id,
            "subject": subject,
            "federatedCredential": reference_to(credential),
            "identity": _identity(credential, identity),
            "clientId": annotations.get(CLIENT_ID),
        }
        own = f"{resource.id}/providers/{NAMESPACE}/WorkloadIdentity/{credential.name}"
        yield derived_resource(own, f"{NAMESPACE}/WorkloadIdentity", properties, resource.origin, trusted)


def _identity(credential: Resource, identity: str) -> str | Unknown:
    if "{" not in identity:
        return identity
    decider = credential.origin.address or identity
    return Unknown(reason="the id is not known yet", decided_by=(decider,), present=True, reference=identity)


def issued_by(issuer: Any, cluster: Cluster) -> Truth:
    """Whether an issuer is that of a cluster."""
    if cluster.resource is None:
        return Unknown(reason="it is not known which cluster it is deployed to", decided_by=("--cluster",))
    own = cluster.resource.get("properties.oidcIssuerProfile.issuerURL")
    if isinstance(issuer, str) and isinstance(own, str):
        return issuer.rstrip("/") == own.rstrip("/")
    if isinstance(issuer, Unknown) and len(issuer.decided_by) == 1:
        head, _, attribute = issuer.decided_by[0].rpartition(".")
        if attribute.startswith("oidc_issuer") and cluster.resource.origin.address is not None:
            return head == cluster.resource.origin.address
    return Unknown(reason="the issuer of the cluster is not known", decided_by=(cluster.id,))
