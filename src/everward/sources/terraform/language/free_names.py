"""The names that an expression takes from outside: what a template needs, whether it comes to need it or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from everward.sources.terraform.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    Index,
    ObjectCons,
    Parenthesis,
    Splat,
    Step,
    Template,
    TemplateFor,
    TemplateIf,
    Traversal,
    TupleCons,
    Unary,
    Variable,
)

_Node = Expression | TemplateIf | TemplateFor | str


def free_names(expression: Expression) -> Iterator[Variable]:
    """Every name that nothing inside the expression gives a value, where it stands."""
    for node, bound in _nodes(expression):
        if isinstance(node, Variable) and node.name not in bound:
            yield node


def references(expression: Expression) -> Iterator[tuple[str, ...]]:
    """Every reference to something outside: the name at its head and those that follow, until an index."""
    for node, bound in _nodes(expression):
        if isinstance(node, Traversal) and isinstance(node.source, Variable) and node.source.name not in bound:
            names = [node.source.name]
            for step in node.steps:
                if not isinstance(step, Attr):
                    break
                names.append(step.name)
            yield tuple(names)


def calls_in(expression: Expression) -> Iterator[Call]:
    """Every call of a function."""
    for node, _ in _nodes(expression):
        if isinstance(node, Call):
            yield node


def size(node: ForTuple | ForObject) -> int:
    """How many parts are worked out for each element of a comprehension."""
    return sum(1 for part in _body(node) for _ in _nodes(part))


def _nodes(expression: _Node) -> Iterator[tuple[_Node, frozenset[str]]]:
    """All nodes with the names that have a value there; without recursion, as input may nest deeply."""
    stack: list[tuple[_Node, frozenset[str]]] = [(expression, frozenset())]
    while stack:
        node, bound = stack.pop()
        yield node, bound
        stack += reversed(list(_inner(node, bound)))


def _inner(node: _Node, bound: frozenset[str]) -> Iterator[tuple[_Node, frozenset[str]]]:
    if isinstance(node, ForTuple | ForObject | TemplateFor):
        yield node.collection, bound
        inside = bound | {name for name in (node.key, node.value) if name is not None}
        for part in _body(node):
            yield part, inside
    else:
        for part in _children(node):
            yield part, bound


def _body(node: ForTuple | ForObject | TemplateFor) -> Iterable[_Node]:
    if isinstance(node, TemplateFor):
        return node.body
    parts: list[_Node] = [node.result]
    if isinstance(node, ForObject):
        parts.insert(0, node.name)
    if node.condition is not None:
        parts.append(node.condition)
    return parts


def _children(node: _Node) -> Iterable[_Node]:
    if isinstance(node, Template):
        return node.parts
    if isinstance(node, TemplateIf):
        return (node.condition, *node.then, *node.otherwise)
    if isinstance(node, Traversal):
        return (node.source, *_keys(node.steps))
    if isinstance(node, TupleCons):
        return node.items
    if isinstance(node, ObjectCons):
        return [part for pair in node.items for part in pair]
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Conditional):
        return (node.condition, node.then, node.otherwise)
    if isinstance(node, Unary):
        return (node.operand,)
    return (node.inner,) if isinstance(node, Parenthesis) else ()


def _keys(steps: Iterable[Step]) -> Iterator[Expression]:
    for step in steps:
        if isinstance(step, Index):
            yield step.key
        elif isinstance(step, Splat):
            yield from _keys(step.steps)


__all__ = ["calls_in", "free_names", "references", "size"]
