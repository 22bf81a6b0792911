"""What is known of kinds of objects: which stand in no namespace, which are no objects of a cluster at all."""

from __future__ import annotations

from typing import Any, Final

from everward.sources.manifests.placed import map_of, text_of
from everward.values import Unknown, placeholder

NAMESPACE: Final = "Everward.Kubernetes"
"""The namespace of types of objects. Types of `Everward.*` are facts to policies: every property has an alias."""

CLUSTER_SCOPED: Final = frozenset(
    {
        "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
        "StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "VolumeSnapshotClass", "PriorityClass",
        "RuntimeClass", "IngressClass", "GatewayClass", "APIService", "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "CertificateSigningRequest", "FlowSchema",
        "PriorityLevelConfiguration", "PodSecurityPolicy", "ClusterIssuer", "ClusterSecretStore",
        "ClusterExternalSecret", "ClusterPolicy", "ClusterTriggerAuthentication", "CiliumClusterwideNetworkPolicy",
        "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "GlobalNetworkPolicy", "ConstraintTemplate",
        "NodeClass", "NodePool", "AKSNodeClass", "ClusterTrustBundle", "IPAddress", "ServiceCIDR",
        "DeviceClass", "ClusterImageCatalog", "ComponentStatus", "NginxIngressController",
    }
)  # fmt: skip
"""Kinds that stand in no namespace, by their name: built in (Kubernetes 1.33) and of what is common on AKS."""

_CONSTRAINTS: Final = "constraints.gatekeeper.sh"

_ELSEWHERE: Final = (
    "kustomize.config.k8s.io", "kubeadm.k8s.io", "kubelet.config.k8s.io", "kubeproxy.config.k8s.io", "kind.x-k8s.io",
    "client.authentication.k8s.io", "audit.k8s.io", "skaffold", "backstage.io", "eksctl.io", "tilt.dev",
    "krew.googlecontainertools", "apiserver.config.k8s.io", "minikube.sigs.k8s.io", "config.istio.io", "ctlptl.dev",
)  # fmt: skip
"""Groups of configuration files that have `apiVersion` and `kind`, and are never sent to a cluster."""

POD_SPEC: Final[dict[str, tuple[str, ...]]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Rollout": ("spec", "template", "spec"),
}
"""Where the specification of pods stands, by kind."""


def group_of(value: dict[str, Any]) -> str:
    """The API group of an object; empty for the core one, in braces when it is not known."""
    version = value.get("apiVersion")
    if not isinstance(version, str):
        return placeholder(f"group of {text_of(value.get('kind')) or 'an object'}")
    return version.rpartition("/")[0]


def type_of(value: dict[str, Any]) -> str:
    """The type of the resource that an object becomes: `Everward.Kubernetes.apps/Deployment`."""
    group = group_of(value).replace("/", "|")
    kind = (text_of(value.get("kind")) or "Object").replace("/", "|")
    return f"{NAMESPACE}.{group}/{kind}" if group else f"{NAMESPACE}/{kind}"


def is_namespaced(value: dict[str, Any]) -> bool:
    """Whether an object stands in a namespace."""
    kind = text_of(value.get("kind")) or ""
    if kind in CLUSTER_SCOPED or group_of(value) == _CONSTRAINTS:
        return False
    # Knative and others have a Service of their own; only these names are used twice in both ways.
    return not (kind == "ClusterRole" or (kind == "NodePool" and group_of(value).startswith("karpenter")))


def is_object(value: Any) -> bool:
    """Whether a document is an object of a cluster: it says its version and kind."""
    return isinstance(value, dict) and isinstance(value.get("kind"), str) and "apiVersion" in value


def is_configuration(value: dict[str, Any]) -> bool:
    """Whether it is the configuration of a tool rather than an object: a kubeconfig, a kustomization."""
    version = text_of(value.get("apiVersion")) or ""
    if version.startswith(_ELSEWHERE):
        return True
    return value.get("kind") == "Config" and version == "v1" and "clusters" in value


def name_of(value: dict[str, Any]) -> Any:
    """The name of an object, or what it is generated from."""
    meta = map_of(value.get("metadata"))
    if "name" in meta:
        return meta["name"]
    begun = text_of(meta.get("generateName"))
    if not begun:
        return None
    text = f"{begun}{placeholder('generated')}"
    return Unknown(reason="the cluster makes up the name", present=True, filled=True, text=text)


def pod_spec(value: dict[str, Any]) -> tuple[tuple[str, ...], Any] | None:
    """The path and the specification of pods that an object makes; None when it makes none."""
    path = POD_SPEC.get(text_of(value.get("kind")) or "")
    if path is None:
        return None
    found: Any = value
    for step in path:
        if not isinstance(found, dict):
            return (path, found) if found is not None else None
        found = found.get(step)
    return path, found
