"""What the folders of a configuration declare, before anything is evaluated."""

from everward.sources.terraform.modules.declarations import Check, Module, VariableDeclaration, declare
from everward.sources.terraform.modules.loader import ModuleLoader, is_configuration, is_local, unresolved_of
from everward.sources.terraform.modules.providers import AZURERM, Requirements, read_requirements
from everward.sources.terraform.modules.registry import creates_resources

__all__ = [
    "AZURERM",
    "Check",
    "Module",
    "ModuleLoader",
    "Requirements",
    "VariableDeclaration",
    "creates_resources",
    "declare",
    "is_configuration",
    "is_local",
    "read_requirements",
    "unresolved_of",
]
