"""What Terraform sets up where pipelines run: service connections, their checks, environments.

Attributes: the documentation of the providers microsoft/azuredevops and integrations/github, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from everward.estate import Resource
from everward.sources.terraform.instance import Instance
from everward.values import Truth, Unknown

KEPT: Final[Mapping[str, frozenset[str]]] = {
    "azuredevops_serviceendpoint_azurerm": frozenset(
        {"service_endpoint_name", "service_endpoint_authentication_scheme", "credentials"}
    ),
    "azuredevops_check_approval": frozenset({"target_resource_id", "target_resource_type", "approvers"}),
    "azuredevops_check_branch_control": frozenset({"target_resource_id", "target_resource_type", "allowed_branches"}),
    "azuredevops_pipeline_authorization": frozenset({"resource_id", "type", "pipeline_id"}),
    "azuredevops_resource_authorization": frozenset({"resource_id", "type", "definition_id", "authorized"}),
    "azuredevops_environment": frozenset({"name"}),
    "github_repository_environment": frozenset({"environment", "repository", "reviewers", "deployment_branch_policy"}),
}
"""Types and those of their attributes that are handed on: none of them is secret."""


def at_platforms(instances: Iterable[Instance]) -> Iterator[Resource]:
    """The instances that are about pipelines, without what is secret of them."""
    for instance in instances:
        kept = KEPT.get(instance.type)
        if kept is None or instance.mode != "managed":
            continue
        properties: dict[str, Any] = {name: value for name, value in instance.attributes.items() if name in kept}
        if "credentials" in properties:
            properties["credentials"] = _credentials(properties["credentials"])
        condition: Truth = True if instance.cardinality is None else instance.cardinality
        yield Resource(
            id=f"terraform:{instance.address}",
            type=f"Terraform/{instance.type}",
            name=instance.name,
            body={"properties": properties},
            origin=instance.origin,
            condition=condition,
        )


def _credentials(value: Any) -> Any:
    """Whose credentials they are, and whether they are a key or a certificate, but not which."""
    if isinstance(value, Unknown):
        return value
    found = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    if not found:
        return None
    one = found[0]
    certificate = one.get("serviceprincipalcertificate") is not None
    kind = "certificate" if certificate else ("secret" if one.get("serviceprincipalkey") is not None else None)
    return {"serviceprincipalid": one.get("serviceprincipalid"), "kind": kind}
