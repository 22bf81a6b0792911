"""Which lists of Kubernetes' types are merged element by element, and by what their elements are told apart.

They are those of the schema that kustomize 5.6.0 has built in (Kubernetes 1.21, `x-kubernetes-patch-strategy`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from everward.sources.manifests.placed import text_of


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known about a field."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    """Fields of the object, or of each element of the list."""
    keys: tuple[str, ...] | None = None
    """What tells elements of a list apart that is merged; empty when they are texts; None when it is replaced."""


NO_SHAPE: Final = Shape()


def _by(*keys: str, **fields: Shape) -> Shape:
    return Shape(fields, keys)


_META: Final = Shape({"finalizers": _by(), "ownerReferences": _by("uid")})
_CONTAINERS: Final = _by(
    "name",
    env=_by("name"),
    ports=_by("containerPort", "protocol"),
    volumeDevices=_by("devicePath"),
    volumeMounts=_by("mountPath"),
)
_POD_SPEC: Final = Shape(
    {
        "containers": _CONTAINERS,
        "initContainers": _CONTAINERS,
        "ephemeralContainers": _CONTAINERS,
        "hostAliases": _by("ip"),
        "imagePullSecrets": _by("name"),
        "topologySpreadConstraints": _by("topologyKey", "whenUnsatisfiable"),
        "volumes": _by("name"),
    }
)
_TEMPLATE: Final = Shape({"metadata": _META, "spec": _POD_SPEC})
_CONDITIONS: Final = Shape({"conditions": _by("type")})
_JOB_SPEC: Final = Shape({"template": _TEMPLATE})


def _object(**fields: Shape) -> Shape:
    return Shape({"metadata": _META, **fields})


_WORKLOAD: Final = _object(spec=_JOB_SPEC, status=_CONDITIONS)
_PLAIN: Final = _object()
_WEBHOOKS: Final = _object(webhooks=_by("name"))
_CRON: Final = _object(spec=Shape({"jobTemplate": Shape({"metadata": _META, "spec": _JOB_SPEC})}))
_SHAPES: Final[dict[tuple[str, str], Shape]] = {
    **{("apps/v1", kind): _WORKLOAD for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")},
    ("v1", "ReplicationController"): _WORKLOAD,
    ("batch/v1", "Job"): _WORKLOAD,
    ("batch/v1", "CronJob"): _CRON,
    ("batch/v1beta1", "CronJob"): _CRON,
    ("v1", "Pod"): _object(spec=_POD_SPEC, status=Shape({**_CONDITIONS.fields, "podIPs": _by("ip")})),
    ("v1", "PodTemplate"): _object(template=_TEMPLATE),
    ("v1", "Service"): _object(spec=Shape({"ports": _by("port", "protocol")}), status=_CONDITIONS),
    ("v1", "ServiceAccount"): _object(secrets=_by("name")),
    ("v1", "Node"): _object(
        spec=Shape({"podCIDRs": _by()}), status=Shape({**_CONDITIONS.fields, "addresses": _by("type")})
    ),
    ("v1", "Namespace"): _object(status=_CONDITIONS),
    ("v1", "PersistentVolumeClaim"): _object(status=_CONDITIONS),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): _WEBHOOKS,
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): _WEBHOOKS,
    ("apiregistration.k8s.io/v1", "APIService"): _object(status=_CONDITIONS),
    ("storage.k8s.io/v1", "CSINode"): _object(spec=Shape({"drivers": _by("name")})),
    ("policy/v1", "PodDisruptionBudget"): _object(status=_CONDITIONS),
}
_PLAIN_TYPES: Final = frozenset(
    {
        *(("v1", kind) for kind in ("ConfigMap", "Secret", "PersistentVolume", "Endpoints", "LimitRange",
                                    "ResourceQuota", "Event")),
        *(("networking.k8s.io/v1", kind) for kind in ("Ingress", "NetworkPolicy", "IngressClass")),
        *(("rbac.authorization.k8s.io/v1", kind) for kind in ("Role", "ClusterRole", "RoleBinding",
                                                              "ClusterRoleBinding")),
        ("autoscaling/v1", "HorizontalPodAutoscaler"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("scheduling.k8s.io/v1", "PriorityClass"),
        *(("storage.k8s.io/v1", kind) for kind in ("StorageClass", "CSIDriver", "VolumeAttachment")),
        ("node.k8s.io/v1", "RuntimeClass"),
        ("coordination.k8s.io/v1", "Lease"),
        ("discovery.k8s.io/v1", "EndpointSlice"),
    }
)  # fmt: skip
"""Types with no list that is merged but those of all metadata."""


def shape_of(*values: Any) -> Shape:
    """The shape of the first of some values that is an object of a known type."""
    for value in values:
        if isinstance(value, dict):
            key = (text_of(value.get("apiVersion")) or "", text_of(value.get("kind")) or "")
            found = _SHAPES.get(key)
            if found is not None or key in _PLAIN_TYPES:
                return found or _PLAIN
    return NO_SHAPE
