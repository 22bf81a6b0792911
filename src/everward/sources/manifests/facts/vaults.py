"""Secret provider classes: which key vault they read, and which objects of it."""

from __future__ import annotations

from typing import Any

from everward.estate import Resource
from everward.sources.limits import Limits
from everward.sources.manifests.facts.others import VAULT, Others, reference_to
from everward.sources.manifests.objects import Manifest
from everward.sources.manifests.placed import list_of, map_of, plain
from everward.sources.manifests.yamltext import read_documents
from everward.values import ProblemError, Unknown


def connect(manifest: Manifest, resource: Resource, others: Others) -> None:
    """Add to a secret provider class for Azure what its texts say: `keyVault` and `vaultObjects`."""
    if manifest.value.get("kind") != "SecretProviderClass":
        return
    spec = map_of(manifest.value.get("spec"))
    parameters = map_of(spec.get("parameters"))
    if spec.get("provider") not in ("azure", "Azure") or not parameters:
        return
    properties = resource.body.get("properties")
    if not isinstance(properties, dict):
        return
    vault = others.by_name(VAULT, parameters.get("keyvaultName", parameters.get("keyVaultName")))
    if vault is not None:
        properties["keyVault"] = reference_to(vault)
    properties["vaultObjects"] = vault_objects(parameters.get("objects"))


def vault_objects(text: Any) -> Any:
    """The objects in the text of a secret provider class: a list in YAML whose elements are texts in YAML."""
    if isinstance(text, Unknown):
        return Unknown(reason=text.reason, decided_by=text.decided_by, origin=text.origin)
    found: list[Any] = []
    for item in list_of(map_of(_parsed(text)).get("array")):
        parsed = _parsed(item) if isinstance(item, str) else item
        found.append(plain(parsed) if isinstance(parsed, dict) else parsed)
    return found


def _parsed(text: Any) -> Any:
    try:
        document = next(read_documents(text, "", Limits()), None) if isinstance(text, str) else None
    except ProblemError:
        return Unknown(reason="the text is not readable as YAML")
    return document.value if document is not None else None
