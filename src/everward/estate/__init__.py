"""Resources, readings, and the estate that merges them."""

from everward.estate.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Entity, Estate
from everward.estate.reading import Disposed, Disposition, Reading, ReadInput, Unresolved
from everward.estate.references import references_in
from everward.estate.resource import Resource

__all__ = [
    "RESOURCE_GROUP_TYPE",
    "SUBSCRIPTION_TYPE",
    "Disposed",
    "Disposition",
    "Entity",
    "Estate",
    "ReadInput",
    "Reading",
    "Resource",
    "Unresolved",
    "references_in",
]
