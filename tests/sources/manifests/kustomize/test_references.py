"""References that follow the names of what they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.sources.manifests.repository import find, read, reasons

BINDING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [%s]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r}
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [c, other], verbs: [get]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: s}
"""


def renamed(folder: Path, subject: str) -> Any:
    kustomization = {"resources": ["all.yaml"], "namePrefix": "p-", "namespace": "shop"}
    return read(folder, {"kustomization.yaml": json.dumps(kustomization), "all.yaml": BINDING % subject})


def test_roles_subjects_and_names_of_resources_follow(tmp_path: Path) -> None:
    reading = renamed(tmp_path, "{kind: ServiceAccount, name: s, namespace: default}, {kind: Group, name: g}")
    binding: Any = find(reading, "RoleBinding", "p-b").body["properties"]
    assert binding["roleRef"]["name"] == "p-r"
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "p-s", "namespace": "shop"},
        {"kind": "Group", "name": "g"},
    ]
    assert find(reading, "Role", "p-r").get("properties.rules[0].resourceNames") == ["p-c", "other"]


def test_a_subject_without_a_name_is_said(tmp_path: Path) -> None:
    reading = renamed(tmp_path, "{kind: ServiceAccount}")
    assert "a reference cannot be followed: `subjects` has no name" in reasons(reading)
