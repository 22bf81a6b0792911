"""Conditions of role assignments and of role definitions (ABAC, version 2.0)."""

from everward.facts.access.conditions.evaluate import Context, evaluate
from everward.facts.access.conditions.holding import condition_holds
from everward.facts.access.conditions.nodes import Condition, Node
from everward.facts.access.conditions.parser import ConditionError, parse_condition

__all__ = ["Condition", "ConditionError", "Context", "Node", "condition_holds", "evaluate", "parse_condition"]
