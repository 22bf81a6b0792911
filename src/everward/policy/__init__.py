"""The Azure Policy language over the estate: definitions, and the verdicts that they give."""

from everward.policy.aliases import Aliases, Catalogue, ListedTables, shipped_aliases
from everward.policy.context import EvaluationContext
from everward.policy.definition import load_definition
from everward.policy.nodes import Definition, Parameter
from everward.policy.outcome import Explanation, Outcome, Reason, State
from everward.policy.policy import Policy, compile_definition
from everward.policy.problem import DefinitionError, EvaluationError

__all__ = [
    "Aliases",
    "Catalogue",
    "Definition",
    "DefinitionError",
    "EvaluationContext",
    "EvaluationError",
    "Explanation",
    "ListedTables",
    "Outcome",
    "Parameter",
    "Policy",
    "Reason",
    "State",
    "compile_definition",
    "load_definition",
    "shipped_aliases",
]
