"""From azurerm (and azapi) to ARM: ids, defaults, and a declarative table of what every attribute becomes."""

from everward.sources.terraform.mapping.provider import AzureProvider
from everward.sources.terraform.mapping.resources import to_resources

__all__ = ["AzureProvider", "to_resources"]
