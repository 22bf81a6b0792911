"""Which providers a root needs, and in which version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from everward.sources.terraform.modules.declarations import Module
from everward.sources.terraform.modules.loader import ModuleLoader
from everward.sources.terraform.syntax import Attribute, Literal, ObjectCons
from everward.values import UnreadableError

AZURERM = "hashicorp/azurerm"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What is said about the version of one provider."""

    required: str | None
    """The constraint of `required_providers`."""
    locked: str | None
    """The version in `.terraform.lock.hcl`."""


def read_requirements(root: Module, loader: ModuleLoader, source: str = AZURERM) -> Requirements:
    """What a root says about the version of the provider that comes from `source`."""
    required = None
    for name, attribute in root.required_providers.items():
        given, version = _requirement(attribute)
        if (given or f"hashicorp/{name}").lower() == source:
            required = version
    if required is None:
        required = _old_style(root, source.rpartition("/")[2])
    return Requirements(required, _locked(root.folder, loader, source))


def _requirement(attribute: Attribute) -> tuple[str | None, str | None]:
    value = attribute.value
    if isinstance(value, Literal):
        return None, value.value if isinstance(value.value, str) else None
    fields: dict[str, str] = {}
    if isinstance(value, ObjectCons):
        for key, item in value.items:
            if isinstance(key, Literal) and isinstance(item, Literal) and isinstance(item.value, str):
                fields[str(key.value)] = item.value
    return fields.get("source", "").removeprefix("registry.terraform.io/") or None, fields.get("version")


def _old_style(root: Module, name: str) -> str | None:
    """A `version` in the provider's own block, as before Terraform 0.13."""
    for block in root.providers:
        version = block.body.attributes.get("version")
        if block.labels == (name,) and version is not None and isinstance(version.value, Literal):
            return str(version.value.value)
    return None


def _locked(folder: Path, loader: ModuleLoader, source: str) -> str | None:
    path = folder / ".terraform.lock.hcl"
    if not path.is_file():
        return None
    try:
        blocks = loader.file(path).body.blocks_of("provider")
    except UnreadableError:
        return None
    for block in blocks:
        version = block.body.attributes.get("version")
        if block.labels and block.labels[0].lower().endswith(f"/{source}") and version is not None:
            value = version.value
            return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None
    return None
