"""Azure as it is: exports of resources."""

from everward.sources.inventory.source import InventorySource

__all__ = ["InventorySource"]
