"""Expressions to values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final

from msgspec.structs import replace

from everward.sources.terraform.language import numbers, provider_functions
from everward.sources.terraform.language.access import attribute, index, iterate, settled, under_mark
from everward.sources.terraform.language.element_types import type_after
from everward.sources.terraform.language.free_names import size
from everward.sources.terraform.language.functions import invoke
from everward.sources.terraform.language.functions.registry import STEP_TEXT, check_length, hole_of_call
from everward.sources.terraform.language.operations import as_many, as_truth, binary, choose, unary
from everward.sources.terraform.language.scope import EvaluationError, Lazy, Scope
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    RefusedReference,
    Sensitive,
    SetValue,
    UndeclaredOutput,
    ValueProblem,
    bared,
    describe,
    hole_text,
    holes_of,
    is_null,
    kind_name,
    nfc,
    shorten,
    to_number,
    to_string,
    type_of,
    unify_items,
)
from everward.sources.terraform.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    Index,
    Literal,
    ObjectCons,
    Parenthesis,
    Part,
    Step,
    Template,
    TemplateIf,
    Traversal,
    TupleCons,
    Unary,
    Variable,
)
from everward.values import Truth, Unknown, combine, placeholder, try_parse_id


def evaluate(expression: Expression, scope: Scope) -> Data:
    """The value of an expression.

    Raises:
        EvaluationError: when it has none.

    """
    try:
        value = _EVALUATORS[type(expression)](expression, scope)
        if _DOUBTS and isinstance(value, Unknown) and type(expression) not in _PLAIN:
            _DOUBTS[-1].append(value)
        return value
    except ValueProblem as problem:
        refused = isinstance(problem, RefusedReference)
        limit = problem.limit if isinstance(problem, LimitProblem) else None
        caught = isinstance(problem, UndeclaredOutput)
        raise EvaluationError(str(problem), line=expression.line, refused=refused, caught=caught, limit=limit) from None


def _literal(node: Literal, _scope: Scope) -> Data:
    value = node.value
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, Decimal) or (isinstance(value, int) and value.bit_length() > numbers.WIDTH):
        return _exact(value)
    return value


@lru_cache(maxsize=1024)
def _exact(value: int | Decimal) -> Data:
    """A number as written, in Terraform's width."""
    return to_number(format(value, "f") if isinstance(value, Decimal) else str(value))


def _parenthesis(node: Parenthesis, scope: Scope) -> Data:
    return evaluate(node.inner, scope)


def _tuple(node: TupleCons, scope: Scope) -> Data:
    return [evaluate(item, scope) for item in node.items]


def _object(node: ObjectCons, scope: Scope) -> Data:
    result: dict[str, Data] = {}
    holes: list[Unknown] = []
    marked = False
    for key_node, value_node in node.items:
        if isinstance(key_node, Traversal) and _is_reference(key_node):
            raise ValueProblem("a reference as a key stands in parentheses, and other text in quotes")
        key = evaluate(key_node, scope)
        value = evaluate(value_node, scope)
        if isinstance(key, Sensitive):
            marked, key = True, key.value
        if isinstance(key, Unknown):
            holes.append(key)
        elif is_null(key):
            raise ValueProblem("the key of an object must not be null")
        else:
            result[nfc(to_string(key))] = value
    if holes:
        text = "{" + ", ".join(f"{name} = {describe(item)}" for name, item in result.items()) + ", …}"
        return combine([*holes, *holes_of([result])], present=True, text=placeholder(text))
    return Sensitive(result) if marked else result


def _unary(node: Unary, scope: Scope) -> Data:
    return unary(node.operator, evaluate(node.operand, scope))


def _binary(node: Binary, scope: Scope) -> Data:
    left = evaluate(node.left, scope)
    if node.operator in _DECIDED_BY:
        return _logical(node, left, scope)
    return binary(node.operator, left, evaluate(node.right, scope))


_DECIDED_BY = {"&&": False, "||": True}
"""Operators whose left side may decide alone: Terraform looks at the right one no more since version 1.12."""


def _logical(node: Binary, left: Data, scope: Scope) -> Data:
    truth = as_truth(bared(left))
    if isinstance(truth, Unknown):
        _doubt(left)
        # Whether the right side is looked at is open: where it fails, it says nothing.
        return binary(node.operator, left, _other(node.right, scope, truth))
    if truth is _DECIDED_BY[node.operator]:
        # Before version 1.12 a mark on the right side marks the result, and nobody is worse off with it.
        return under_mark(truth, isinstance(left, Sensitive) or isinstance(_other(node.right, scope), Sensitive))
    return binary(node.operator, left, evaluate(node.right, scope))


def _conditional(node: Conditional, scope: Scope) -> Data:
    condition = evaluate(node.condition, scope)
    marked = isinstance(condition, Sensitive)
    truth = as_truth(condition.value if marked else condition)
    if isinstance(truth, Unknown):
        _doubt(condition)
        then, otherwise = _other(node.then, scope, truth), _other(node.otherwise, scope, truth)
    elif truth:
        then, otherwise = evaluate(node.then, scope), _other(node.otherwise, scope)
    else:
        then, otherwise = _other(node.then, scope), evaluate(node.otherwise, scope)
    chosen = choose(truth, then, otherwise)
    return under_mark(chosen, marked)


_DOUBTS: list[list[Unknown]] = []
"""For each `try` and `can` that is being worked out, innermost last: holes of whose values it depends whether all goes
well, such as those that would fail if they were null. What a local or a variable is made of is not among them, as its
failure is not caught."""
_PLAIN: Final = frozenset({Literal, Variable, Traversal, Parenthesis})
"""Expressions that are a hole without anything that could fail."""


def _doubt(value: Data) -> None:
    hole = bared(value)
    if _DOUBTS and isinstance(hole, Unknown):
        _DOUBTS[-1].append(hole)


def _attempted(attempt: Callable[[], Data]) -> tuple[Data, list[Unknown]]:
    """A value, and the holes that decide whether there is one: those in it, and others."""
    _DOUBTS.append([])
    try:
        value = attempt()
        return value, [*holes_of([value]), *_DOUBTS[-1]]
    finally:
        _DOUBTS.pop()


def _other(node: Expression, scope: Scope, condition: Unknown | None = None) -> Data:
    """A branch that may not be taken: where it fails, at most its type is left."""
    try:
        return evaluate(node, scope)
    except EvaluationError as error:
        if error.final:
            raise
    if condition is not None:
        return condition
    from everward.sources.terraform.language.remains import remains

    return remains(node, scope)


# Templates


def _template(node: Template, scope: Scope) -> Data:
    if node.sole and isinstance(node.parts[0], Expression):
        return evaluate(node.parts[0], scope)
    out: list[str] = []
    holes: list[Unknown] = []
    marked = _render(node.parts, scope, out, holes)
    text = nfc("".join(out))
    check_length(text, scope.functions.limits)
    scope.functions.spend(len(text) // STEP_TEXT)
    value = combine(holes, present=True, text=text, reference=_reference(text, holes)) if holes else text
    return Sensitive(value) if marked else value


def _reference(text: str, holes: list[Unknown]) -> str | None:
    """The id that a text spells when it goes on from the id of a resource, as `${x.id}/blobServices/default` does."""
    first = holes[0].reference
    if first is None or not text.startswith(first):
        return None
    return text.rstrip("/") if try_parse_id(text) is not None else None


def _render(parts: tuple[Part, ...], scope: Scope, out: list[str], holes: list[Unknown]) -> bool:
    """Append the text of `parts`, and the holes in them; whether something sensitive was among it."""
    marked = False
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Expression):
            marked = _interpolate(part, scope, out, holes) or marked
        elif isinstance(part, TemplateIf):
            condition = evaluate(part.condition, scope)
            if isinstance(condition, Sensitive):
                marked, condition = True, condition.value
            truth = as_truth(condition)
            if isinstance(truth, Unknown):
                holes.append(truth)
                out.append(placeholder(describe(truth)))
            else:
                marked = _render(part.then if truth else part.otherwise, scope, out, holes) or marked
        else:
            collection = evaluate(part.collection, scope)
            marked = marked or isinstance(collection, Sensitive)
            for key, value, many in iterate(bared(collection)):
                scope.functions.spend(1)
                names = {part.value: value} if part.key is None else {part.key: key, part.value: value}
                if many is not None:
                    # Any number of turns may come of it, none among them.
                    holes.append(many)
                    out.append(placeholder(f"for each of {describe(many)}"))
                    continue
                marked = _render(part.body, scope.with_names(names), out, holes) or marked
    return marked


def _interpolate(part: Expression, scope: Scope, out: list[str], holes: list[Unknown]) -> bool:
    value = evaluate(part, scope)
    marked = isinstance(value, Sensitive)
    if isinstance(value, Sensitive):
        value = value.value
    if isinstance(value, Unknown):
        holes.append(value)
        out.append(hole_text(value))
    elif is_null(value):
        raise EvaluationError("a null value stands in a text", line=part.line)
    else:
        try:
            out.append(to_string(value))
        except ValueProblem as problem:
            raise EvaluationError(str(problem), line=part.line) from None
    return marked


# References


def _variable(node: Variable, scope: Scope) -> Data:
    return _walk(node.name, (), scope)


def _traversal(node: Traversal, scope: Scope) -> Data:
    if isinstance(node.source, Variable):
        return _walk(node.source.name, node.steps, scope)
    return settled(_steps(evaluate(node.source, scope), node.steps, scope))


def _resolved(name: str, steps: tuple[Step, ...], scope: Scope) -> tuple[Data, int]:
    """What the head of a reference leads to. How it is worked out is nothing that a `try` around it could catch."""
    if not _DOUBTS:
        return scope.resolver.resolve(name, steps)
    _DOUBTS.append([])
    try:
        return scope.resolver.resolve(name, steps)
    finally:
        _DOUBTS.pop()


def _walk(name: str, steps: tuple[Step, ...], scope: Scope) -> Data:
    if name in scope.names:
        value, used = scope.names[name], 0
    else:
        value, used = _resolved(name, steps, scope)
    return settled(_steps(value, steps[used:], scope))


def _steps(value: Data, steps: tuple[Step, ...], scope: Scope) -> Data:
    for step in steps:
        if _DOUBTS and isinstance(value, Unknown):
            _DOUBTS[-1].append(value)
        if isinstance(step, Attr):
            value = attribute(value, step.name, scope)
        elif isinstance(step, Index):
            value = index(value, evaluate(step.key, scope), scope)
        else:
            value = _splat(value, step.steps, scope)
    return value


def _splat(value: Data, steps: tuple[Step, ...], scope: Scope) -> Data:
    if isinstance(value, Sensitive):
        return under_mark(_splat(value.value, steps, scope))
    if is_null(value):
        if type_of(value).kind in ("list", "set", "tuple"):
            raise ValueProblem("a null list has no elements")
        return []
    if not isinstance(value, list | Unknown) and not (isinstance(value, Lazy) and value.listed):
        return [settled(_steps(value, steps, scope))]
    out: list[Data] = []
    for _, item, many in iterate(value):
        result = settled(_steps(item, steps, scope))
        out.append(result if many is None else as_many(result, many))
    if not isinstance(value, ListValue | SetValue):
        return out
    return (
        ListValue(*unify_items(out))
        if out
        else ListValue((), type_after(value.of, steps, partial(evaluate, scope=scope)))
    )


# Comprehensions


_PARTS: Final = 8
"""Parts of an expression that cost one step of work."""


class Rows:
    """The elements that a comprehension goes through, and whether something sensitive decided which."""

    def __init__(self, node: ForTuple | ForObject, scope: Scope) -> None:
        self._node = node
        self._scope = scope
        self.collection, self.marked = _collection_of(node, scope)
        if is_null(self.collection):
            raise ValueProblem("a null has no elements")

    def __iter__(self) -> Iterator[tuple[Scope, Unknown | None]]:
        """The scope of every element that the condition lets pass, with a hole where it is open whether it does."""
        any_row = False
        work = self._node.work
        if not work:
            work = self._node.work = 1 + size(self._node) // _PARTS
        for key, value, many in iterate(self.collection):
            any_row = True
            self._scope.functions.spend(work)
            inner = self._inner(key, value)
            doubt = many
            if self._node.condition is not None:
                passes = self._passes(self._node.condition, inner)
                if isinstance(passes, Unknown):
                    doubt = passes if many is None else combine([many, passes])
                elif not passes:
                    continue
            yield inner, doubt
        if not any_row and self._node.condition is not None:
            # A condition that no element could ever meet is an error even where there is none.
            anything = Unknown(reason="no element")
            self._passes(self._node.condition, self._inner(anything, anything))

    def _inner(self, key: Data, value: Data) -> Scope:
        node = self._node
        return self._scope.with_names({node.value: value} if node.key is None else {node.key: key, node.value: value})

    def value(self, node: Expression, inner: Scope) -> Data:
        """What an expression gives for one element; of a sensitive one, what is wrong is not quoted."""
        try:
            return evaluate(node, inner)
        except EvaluationError as error:
            if not self.marked or error.final:
                raise
            raise EvaluationError("a sensitive value does not fit", line=error.line) from None

    def _passes(self, condition: Expression, inner: Scope) -> Truth:
        passes = self.value(condition, inner)
        if isinstance(passes, Sensitive):
            self.marked, passes = True, passes.value
        return as_truth(passes)


def _collection_of(node: ForTuple | ForObject, scope: Scope) -> tuple[Data, bool]:
    source = node.collection
    # A whole expansion is iterated as it is: unsettled, its elements keep what is known of them.
    if isinstance(source, Traversal) and isinstance(source.source, Variable) and source.source.name not in scope.names:
        value, used = _resolved(source.source.name, source.steps, scope)
        collection = _steps(value, source.steps[used:], scope)
    else:
        collection = evaluate(source, scope)
    _doubt(collection)
    return (collection.value, True) if isinstance(collection, Sensitive) else (collection, False)


def _for_tuple(node: ForTuple, scope: Scope) -> Data:
    rows = Rows(node, scope)
    out: list[Data] = []
    for inner, doubt in rows:
        result = rows.value(node.result, inner)
        out.append(result if doubt is None else as_many(result, doubt))
    return under_mark(out, rows.marked)


def _for_object(node: ForObject, scope: Scope) -> Data:
    rows = Rows(node, scope)
    result: dict[str, Data] = {}
    holes: list[Unknown] = []
    for inner, doubt in rows:
        name = rows.value(node.name, inner)
        value = rows.value(node.result, inner)
        if isinstance(name, Sensitive):
            rows.marked, name = True, name.value
        if doubt is not None or isinstance(name, Unknown):
            holes += [hole for hole in (doubt, name) if isinstance(hole, Unknown)]
            continue
        if is_null(name):
            raise ValueProblem("the key of an object must not be null")
        key = nfc(to_string(name))
        if node.grouped:
            result.setdefault(key, []).append(value)
        elif key in result:
            shown = "a sensitive key" if rows.marked else f"the key `{shorten(key)}`"
            raise ValueProblem(f"{shown} comes out twice; `...` after the value would group them")
        else:
            result[key] = value
    if holes:
        text = placeholder(f"{{for {node.value} in {describe(_shown(rows.collection))}}}")
        return combine(holes, present=True, text=None if rows.marked else text)
    return under_mark({key: result[key] for key in sorted(result)}, rows.marked)


def _shown(collection: Data) -> Data:
    return collection if not isinstance(collection, Lazy) else Unknown(reason="instances")


# Calls


def _call(node: Call, scope: Scope) -> Data:
    name = node.name.removeprefix("core::")
    if name == "try":
        return _try(node, scope)
    if name == "can":
        return _can(node, scope)
    if name == "templatestring" and node.arguments and not _is_reference(node.arguments[0]):
        raise ValueProblem("`templatestring`: the template must be a reference, such as `local.template`")
    arguments = [evaluate(item, scope) for item in node.arguments]
    if node.spread and arguments:
        last = arguments.pop()
        if isinstance(last, Unknown):
            return hole_of_call(name, [*arguments, last], holes_of([*arguments, last]), present=False)
        arguments += [under_mark(item, isinstance(last, Sensitive)) for item in _listed(bared(last))]
    if provider_functions.knows(name):
        return provider_functions.call_provider(name, arguments)
    for item in arguments if _DOUBTS else ():
        _doubt(item)
    return invoke(name, arguments, scope.functions)


def _is_reference(node: Expression) -> bool:
    """Whether an expression is a name and steps that are written out."""
    if isinstance(node, Traversal):
        written = all(
            isinstance(step, Attr) or (isinstance(step, Index) and isinstance(step.key, Literal)) for step in node.steps
        )
        return isinstance(node.source, Variable) and written
    return isinstance(node, Variable)


def _attempts(node: Call, scope: Scope) -> list[Callable[[], Data]] | Unknown:
    """What `try` and `can` are given, to be worked out; a list with `...` is so before."""
    attempts: list[Callable[[], Data]] = [partial(evaluate, item, scope) for item in node.arguments]
    if not node.spread:
        return attempts
    last = attempts.pop()()
    if isinstance(bared(last), Unknown):
        return hole_of_call(node.name, [last], holes_of([last]), present=False)
    given = [under_mark(item, isinstance(last, Sensitive)) for item in _listed(bared(last))]
    return [*attempts, *(partial(_given, item) for item in given)]


def _given(value: Data) -> Data:
    return value


def _listed(value: Data) -> list[Data]:
    if not isinstance(value, list):
        raise ValueProblem(f"`...` needs a list, not a {kind_name(value)}")
    return value


def _try(node: Call, scope: Scope) -> Data:
    failures: list[str] = []
    attempts = _attempts(node, scope)
    if isinstance(attempts, Unknown):
        return attempts
    for position, attempt in enumerate(attempts, 1):
        try:
            value, holes = _attempted(attempt)
        except EvaluationError as error:
            if error.final:
                raise
            failures.append(error.message)
            continue
        if position == len(attempts) or not holes:
            return value
        # What is not known yet may still turn out to fail, and then another expression is the answer.
        if isinstance(value, Unknown) and len(holes) == 1:
            return replace(value, present=False)
        return combine(holes, text=placeholder(f"try({describe(value)}, …)"))
    raise ValueProblem("`try`: no expression has a value" + (f": {failures[-1]}" if failures else ""))


def _can(node: Call, scope: Scope) -> Data:
    attempts = _attempts(node, scope)
    if isinstance(attempts, Unknown):
        return attempts
    if len(attempts) != 1:
        raise ValueProblem("`can` needs one expression")
    try:
        _, holes = _attempted(attempts[0])
    except EvaluationError as error:
        if error.final:
            raise
        return False
    # What is not known yet may still turn out to fail.
    return combine(holes, present=True) if holes else True


_EVALUATORS: dict[type[Expression], Callable[[Any, Scope], Data]] = {
    Literal: _literal,
    Template: _template,
    Variable: _variable,
    Traversal: _traversal,
    TupleCons: _tuple,
    ObjectCons: _object,
    ForTuple: _for_tuple,
    ForObject: _for_object,
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    Parenthesis: _parenthesis,
}
