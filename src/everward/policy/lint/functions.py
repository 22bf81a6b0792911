"""Rules about functions: which ones policies have, with how many arguments, and where they may stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.expressions import POLICY, TEMPLATE, Expression, ExpressionError, calls_in, compile_expression
from everward.expressions.forms import FORMS
from everward.policy.engine import expressions_of
from everward.policy.lint.document import Document, member_of
from everward.policy.lint.names import calls, expressions, operations, spellings, text_argument
from everward.policy.lint.registry import BOTH, Surroundings, rule
from everward.policy.lint.remark import Complaint, Severity
from everward.policy.lint.tree import Node, subject_key
from everward.policy.nodes import Computed, Field, FieldCount, Leaf, Operand
from everward.policy.positions import JsonPath
from everward.policy.problem import closest

_AVAILABLE: Final = frozenset({*POLICY.functions, *POLICY.context, *FORMS} - POLICY.excluded)
_DEPLOYMENT: Final = frozenset({*TEMPLATE.functions, *TEMPLATE.context, "reference", "listkeys", "list", "providers"})
_NOT_IN_CONDITIONS: Final = frozenset({"field", "resourcegroup", "subscription"})
_OF_RESOURCES: Final = frozenset({"field", "current", "requestcontext", "policy", "claims"})


@rule("function-unavailable", Severity.ERROR, "Every function is one that policies may call, with its arguments", *BOTH)
def function_unavailable(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Policies have most functions of templates, and some of their own."""
    for expression, path in expressions(document):
        unknown = [call for call in calls_in(expression) if call.name.lower() not in _AVAILABLE]
        for name in dict.fromkeys(call.name for call in unknown):
            yield Complaint(f"policies have no function `{name}`", path, _advice(name))
        if unknown:
            continue
        try:
            compile_expression(expression, POLICY)
        except ExpressionError as error:
            yield Complaint(error.message, path, error.help)


def _advice(name: str) -> str:
    lowered = name.lower()
    if lowered in _DEPLOYMENT or lowered.startswith("list"):
        return "only deployment templates have it: use it inside `deployment.properties.template`"
    near = closest(name, sorted({*spellings().values(), *FORMS} - POLICY.excluded))
    return f"did you mean `{near}`?" if near else "see the functions of Azure Policy"


@rule("function-discouraged", Severity.WARNING, "No function is one that the documentation lists as unavailable")
def function_discouraged(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """Some functions are evaluated although the documentation says that policies do not have them."""
    for call, path in calls(document):
        if call.name.lower() in POLICY.discouraged:
            yield Complaint(
                f"`{call.name}` is documented as unavailable in policies", path, "use `addDays` or compare texts"
            )


@rule("function-place", Severity.ERROR, "Every function stands where it has something to answer from")
def function_place(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """`current` needs a count around it; the condition of an operation may not read the resource."""
    for root in document.conditions:
        for node, leaf in root.leaves():
            for expression in _in_leaf(leaf):
                yield from _current(node, leaf, expression)
    for operation in operations(document):
        found = member_of(operation.value, "condition", operation.path)
        if found is None:
            continue
        for call, path in calls(document):
            if path == found.path and call.name.lower() in _NOT_IN_CONDITIONS:
                yield Complaint(
                    f"the condition of an operation cannot call `{call.name}`",
                    path,
                    "test it in `if`, or use parameters",
                )


def _in_leaf(leaf: Leaf) -> Iterator[Expression]:
    subject = leaf.subject
    operands: list[Operand] = [leaf.expected]
    if isinstance(subject, Field):
        operands.append(subject.name)
    elif isinstance(subject, FieldCount):
        operands.append(subject.field)
    else:
        operands.append(subject.value)
    for operand in operands:
        yield from expressions_of(operand)


def _current(node: Node, leaf: Leaf, expression: Expression) -> Iterator[Complaint]:
    path = _place(node, leaf)
    for call in calls_in(expression):
        if call.name.lower() != "current":
            continue
        given = text_argument(call)
        if not node.labels:
            yield Complaint("`current` has no count around it", path, "use it inside `where` of a `count`")
        elif given is not None and not _names_a_count(given.lower(), node.labels):
            yield Complaint(
                f"no count around `current` is named `{given}`",
                path,
                f"known are {', '.join(f'`{label}`' for label in node.labels)}",
            )


def _names_a_count(given: str, labels: tuple[str, ...]) -> bool:
    return any(given == label or ("[*]" in label and given.startswith(label)) for label in labels)


def _place(node: Node, leaf: Leaf) -> JsonPath:
    found = member_of(node.raw, subject_key(leaf), node.path)
    return found.path if found is not None and isinstance(leaf.subject, Computed) else node.path


@rule(
    "initiative-function",
    Severity.ERROR,
    "Parameters of an initiative's policies are computed from its own",
    "initiative",
)
def initiative_function(document: Document, _around: Surroundings) -> Iterator[Complaint]:
    """There is no resource when an initiative is assigned."""
    for call, path in calls(document):
        if call.name.lower() in _OF_RESOURCES:
            yield Complaint(f"an initiative cannot call `{call.name}`", path, "use `parameters`, `if`, `equals`")
