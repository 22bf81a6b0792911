"""Resources, readings, and the estate that merges them."""

from everward.estate.comparison import Comparison, Differing, Side, compare_sides, sides_of
from everward.estate.derived import ANALYSES, analysis_of, is_fact, subject_of
from everward.estate.differences import Difference, Statement, compare
from everward.estate.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Entity, Estate
from everward.estate.graph import Edge, Graph
from everward.estate.joining import join
from everward.estate.reading import Binding, Disposed, Disposition, Join, Reading, ReadInput, Unresolved
from everward.estate.references import references_in
from everward.estate.resource import Resource

__all__ = [
    "ANALYSES",
    "RESOURCE_GROUP_TYPE",
    "SUBSCRIPTION_TYPE",
    "Binding",
    "Comparison",
    "Difference",
    "Differing",
    "Disposed",
    "Disposition",
    "Edge",
    "Entity",
    "Estate",
    "Graph",
    "Join",
    "ReadInput",
    "Reading",
    "Resource",
    "Side",
    "Statement",
    "Unresolved",
    "analysis_of",
    "compare",
    "compare_sides",
    "is_fact",
    "join",
    "references_in",
    "sides_of",
    "subject_of",
]
