"""The expression language of ARM templates and policies: grammar, functions, and evaluation with holes."""

from everward.expressions.compiler import Program, compile_expression, is_tags_of_scope
from everward.expressions.dialect import POLICY, TEMPLATE, Dialect
from everward.expressions.equality import same
from everward.expressions.evaluator import Evaluator
from everward.expressions.functions.jsontext import parse_json
from everward.expressions.holes import OpenObject, close
from everward.expressions.host import Functions, Host, call_default, is_run_time
from everward.expressions.inspection import exceeded_limits
from everward.expressions.nodes import Call, Expression, Index, Literal, Member, Node, calls_in, nodes_in
from everward.expressions.parser import is_expression, parse_expression, unescape
from everward.expressions.printer import print_node, quote
from everward.expressions.problem import ExpressionError
from everward.expressions.symbols import symbolic

__all__ = [
    "POLICY",
    "TEMPLATE",
    "Call",
    "Dialect",
    "Evaluator",
    "Expression",
    "ExpressionError",
    "Functions",
    "Host",
    "Index",
    "Literal",
    "Member",
    "Node",
    "OpenObject",
    "Program",
    "call_default",
    "calls_in",
    "close",
    "compile_expression",
    "exceeded_limits",
    "is_expression",
    "is_run_time",
    "is_tags_of_scope",
    "nodes_in",
    "parse_expression",
    "parse_json",
    "print_node",
    "quote",
    "same",
    "symbolic",
    "unescape",
]
