"""What may stand in a kustomization."""

from __future__ import annotations

from typing import Any

import pytest

from everward.sources.manifests.kustomize.schema import KUSTOMIZATION, faults_of
from everward.sources.manifests.placed import copied


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        ({"resources": ["a"], "sortOptions": 5, "vars": "any", "patches": None}, []),
        ({"images": [{"name": "a", "newTag": 1}]}, ["`images[0].newTag` must be a text, and is not"]),
        ({"replicas": [{"count": True}]}, ["`replicas[0].count` must be a whole number, and is not"]),
        ({"generatorOptions": {"immutable": 1}}, ["`generatorOptions.immutable` must be true or false, and is not"]),
        ({"labels": {"a": "b"}}, ["`labels` must be a list, and is none"]),
        ({"openapi": []}, ["`openapi` must be an object, and is none"]),
        ({"labels": [{"x": 1}]}, ["kustomize has no field `labels[0].x`"]),
    ],
)
def test_faults(value: Any, faults: list[str]) -> None:
    assert [reason for _, reason in faults_of(copied(value), KUSTOMIZATION, "")] == faults
    assert [reason for _, reason in faults_of(value, KUSTOMIZATION, "")] == faults
