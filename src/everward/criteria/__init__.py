"""The engineering criteria: what must hold, why, how it is verified, and the catalogue that holds them."""

from everward.criteria.catalogue import Catalogue
from everward.criteria.coverage import answered_rows
from everward.criteria.criterion import Criterion, Inherited, Manual, Metadata
from everward.criteria.judgement import CriterionPolicy

__all__ = [
    "Catalogue",
    "Criterion",
    "CriterionPolicy",
    "Inherited",
    "Manual",
    "Metadata",
    "answered_rows",
]
