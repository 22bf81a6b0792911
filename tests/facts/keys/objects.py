"""Clusters and what runs in them, for tests about keys."""

from __future__ import annotations

from typing import Any

from tests.facts.keys.test_keys import RG, cluster

from everward.estate import Resource
from everward.values import Origin

CLUSTER = cluster().id
NAMESPACE = f"{CLUSTER}/providers/Everward.Kubernetes/Namespace/web"


def rotating(interval: str = "5m", **more: Any) -> Resource:
    """A cluster whose driver rotates, in a region."""
    made = cluster(enableSecretRotation="true", rotationPollInterval=interval)
    return made.with_body({**made.body, "location": "westeurope", **more})


def kube(kind: str, name: str, group: str = "", **body: Any) -> Resource:
    """An object of the namespace `web`."""
    type_ = f"Everward.Kubernetes{f'.{group}' if group else ''}/{kind}"
    id_ = f"{NAMESPACE}/providers/{type_}/{name}"
    return Resource(id_, type_, name, {"properties": {"cluster": CLUSTER, **body}}, Origin(source="kubernetes"))


def provider_class(name: str = "app", objects: Any = None, vault: Any = "kv", **spec: Any) -> Resource:
    """A secret provider class for Azure."""
    listed = [{"objectName": "a"}, {"objectName": "b", "objectType": "cert"}] if objects is None else objects
    whole = {"provider": "azure", "parameters": {"keyvaultName": vault}, **spec}
    return kube("SecretProviderClass", name, "secrets-store.csi.x-k8s.io", spec=whole, vaultObjects=listed)


def deployment(name: str = "api") -> Resource:
    """What makes the pods."""
    return kube("Deployment", name, "apps", spec={})


def pods(name: str = "api", mounts: str = "app", kind: str = "Deployment", **body: Any) -> Resource:
    """The template of pods that mount a class."""
    workload = f"{NAMESPACE}/providers/Everward.Kubernetes.apps/{kind}/{name}"
    csi = {"driver": "secrets-store.csi.k8s.io", "volumeAttributes": {"secretProviderClass": mounts}}
    told = {"workload": workload, "kind": kind, "cluster": CLUSTER, "volumes": [{"csi": csi}], **body}
    type_ = "Everward.Kubernetes/PodTemplate"
    return Resource(f"{workload}/providers/{type_}/{name}", type_, name, {"properties": told}, Origin(source="x"))


def scaler(name: str = "api", **spec: Any) -> Resource:
    """An autoscaler."""
    return kube("HorizontalPodAutoscaler", name, "autoscaling", spec=spec)


def secret(name: str) -> Resource:
    """A secret of the vault `kv`."""
    type_ = "Microsoft.KeyVault/vaults/secrets"
    id_ = f"{RG}/providers/Microsoft.KeyVault/vaults/kv/secrets/{name}"
    return Resource(id_, type_, name, {"properties": {}}, Origin(source="terraform"))
