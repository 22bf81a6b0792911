"""Resources, readings, and the estate that merges them."""

from everward.estate.differences import Difference, Statement, compare
from everward.estate.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Entity, Estate
from everward.estate.joining import join
from everward.estate.reading import Binding, Disposed, Disposition, Join, Reading, ReadInput, Unresolved
from everward.estate.references import references_in
from everward.estate.resource import Resource

__all__ = [
    "RESOURCE_GROUP_TYPE",
    "SUBSCRIPTION_TYPE",
    "Binding",
    "Difference",
    "Disposed",
    "Disposition",
    "Entity",
    "Estate",
    "Join",
    "ReadInput",
    "Reading",
    "Resource",
    "Statement",
    "Unresolved",
    "compare",
    "join",
    "references_in",
]
