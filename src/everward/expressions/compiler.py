"""From syntax tree to closures: everything that can be decided once (names, scopes, counts of arguments) is."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from everward.expressions.access import access
from everward.expressions.calls import bind_function, bind_host, fold
from everward.expressions.dialect import Dialect
from everward.expressions.forms import FORMS, Built
from everward.expressions.frame import Constant, Frame, Run
from everward.expressions.host import is_run_time
from everward.expressions.nodes import Call, Expression, Index, Literal, Member, Node
from everward.expressions.printer import inner_text, print_node
from everward.expressions.problem import ExpressionError, Failure
from everward.expressions.residual import access_text, index_text
from everward.values import Unknown, Value, combine


class Program(Struct, frozen=True, eq=False):
    """A compiled expression."""

    expression: Expression
    run: Run
    makes: bool
    """Whether its result may be an array or object that did not exist before."""


@lru_cache(maxsize=16_384)
def compile_expression(expression: Expression, dialect: Dialect) -> Program:
    """Compile an expression for a dialect: the check that every function exists there and is called as it can be.

    Raises:
        ExpressionError: for a function that does not exist or is not available, for a wrong number of arguments, and
            for a lambda or a lambda variable in a place where there can be none.

    """
    try:
        run = _Compiler(dialect).compile(expression.root)
    except ExpressionError as error:
        raise error.within(expression.text) from None
    root = expression.root
    makes = isinstance(root, Call) and root.name.lower() not in dialect.context
    return Program(expression, run, makes)


_SCOPES: Final = frozenset({"resourcegroup", "subscription"})
"""Functions (lower case) that give what a resource stands in."""


class _Chain:
    """Accesses behind an operand that are not bound yet, since more may follow."""

    def __init__(self, base: Node, run: Run, scope: tuple[str, ...]) -> None:
        self.base = base
        self.run = run
        self.scope = scope
        self.steps: list[_Step] = []


class _Step(Struct, frozen=True, eq=False):
    node: Member | Index
    key: Run | None
    """Evaluates the index; None for a property."""


class _Compiler:
    """Walks the tree twice, without recursion: down for the scopes of lambda variables, up for the closures."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._scopes: dict[int, tuple[str, ...]] = {}
        self._built: dict[int, Run | _Chain] = {}

    def compile(self, root: Node) -> Run:
        order = self._descend(root)
        for node in reversed(order):
            self._built[id(node)] = self._build(node)
        return self._run_of(root)

    def _descend(self, root: Node) -> list[Node]:
        """Nodes that are compiled, parents first, with the lambda variables that they can see."""
        order: list[Node] = []
        stack: list[tuple[Node, tuple[str, ...]]] = [(root, ())]
        while stack:
            node, scope = stack.pop()
            # INVARIANT: a node object occurs once in a tree, so its identity is its place.
            self._scopes[id(node)] = scope
            order.append(node)
            if isinstance(node, Call):
                stack.extend(self._arguments(node, scope))
            elif isinstance(node, Index):
                stack.extend(((node.target, scope), (node.index, scope)))
            elif isinstance(node, Member):
                stack.append((node.target, scope))
        return order

    def _arguments(self, call: Call, scope: tuple[str, ...]) -> list[tuple[Node, tuple[str, ...]]]:
        """The nodes below a call, with what they can see; a lambda's body sees its variables."""
        form = FORMS.get(call.name.lower()) if self._has(call.name.lower()) else None
        if form is None or not form.lambdas:
            if call.name.lower() == "lambda" and self._has("lambda"):
                raise ExpressionError(
                    "`lambda` is not a value", position=call.at, help="it can only be an argument of `map` and its like"
                )
            return [(argument, scope) for argument in call.arguments]
        below: list[tuple[Node, tuple[str, ...]]] = []
        for index, argument in enumerate(call.arguments):
            if index in form.lambdas:
                names, body = form.read_lambda(call, index)
                below.append((body, scope + names))
            else:
                below.append((argument, scope))
        return below

    def _has(self, name: str) -> bool:
        return name not in self._dialect.excluded

    def _run_of(self, node: Node) -> Run:
        built = self._built[id(node)]
        if isinstance(built, _Chain):
            optional = 1 if self._dialect.optional_tags and is_tags_of_scope(built.base, built.steps[0].node) else None
            return _bind_chain(built, self._dialect.tolerant, optional)
        return built

    def _build(self, node: Node) -> Run | _Chain:
        if isinstance(node, Literal):
            return Constant(node.value)
        if isinstance(node, Call):
            return self._build_call(node)
        below = self._built[id(node.target)]
        chain = below if isinstance(below, _Chain) else _Chain(node.target, below, self._scopes[id(node)])
        chain.steps.append(_Step(node, self._run_of(node.index) if isinstance(node, Index) else None))
        return chain

    def _build_call(self, call: Call) -> Run:
        name = call.name.lower()
        scope = self._scopes[id(call)]
        if "." in name:
            if not self._dialect.user_functions:
                raise ExpressionError(f"{self._dialect.name} have no functions of their own", position=call.at)
            return bind_host(call, self._runs(call), scope, known_only=False)
        if name in self._dialect.excluded:
            raise ExpressionError(
                f"the function `{call.name}` is not available in {self._dialect.name}", position=call.at
            )
        form = FORMS.get(name)
        if form is not None:
            check_count(call, form.low, form.high)
            return form.bind(call, Built(self._runs(call), scope))
        function = self._dialect.functions.get(name)
        if function is not None:
            check_count(call, function.low, function.high)
            constant = fold(function, self._runs(call))
            return constant if constant is not None else bind_function(function, call, self._runs(call), scope)
        if name in self._dialect.context:
            check_count(call, *self._dialect.context[name])
            return bind_host(call, self._runs(call), scope, known_only=True)
        if is_run_time(name):
            if not self._dialect.run_time:
                raise ExpressionError(
                    f"the function `{call.name}` is not available in {self._dialect.name}", position=call.at
                )
            return bind_host(call, self._runs(call), scope, known_only=False)
        raise self._no_function(call)

    def _runs(self, call: Call) -> list[Run]:
        """The closures of a call's arguments; that of a lambda is its body's."""
        runs: list[Run] = []
        for argument in call.arguments:
            inner = argument
            if isinstance(argument, Call) and argument.name.lower() == "lambda" and id(argument) not in self._built:
                inner = argument.arguments[-1]
            runs.append(self._run_of(inner))
        return runs

    def _no_function(self, call: Call) -> ExpressionError:
        from difflib import get_close_matches

        names = {name: function.name for name, function in self._dialect.functions.items()}
        names |= {name: name for name in (*FORMS, *self._dialect.context) if self._has(name)}
        close = get_close_matches(call.name.lower(), names, n=1)
        return ExpressionError(
            f"the function `{call.name}` does not exist",
            position=call.at,
            help=f"did you mean `{names[close[0]]}`?" if close else None,
        )


def check_count(call: Call, low: int, high: int | None) -> None:
    """Hold that a call has as many arguments as its function takes.

    Raises:
        ExpressionError: when it has not.

    """
    count = len(call.arguments)
    if count < low or (high is not None and count > high):
        if high == low:
            wanted = f"{low}"
        else:
            wanted = f"at least {low}" if high is None else f"{low} to {high}"
        plural = "" if wanted.endswith(" 1") or wanted == "1" else "s"
        raise ExpressionError(
            f"the function `{call.name}` takes {wanted} argument{plural}, not {count}", position=call.at
        )


def is_tags_of_scope(base: Node, access_: Member | Index) -> bool:
    """Whether an access is that to `tags` of `resourceGroup()` or `subscription()`."""
    if not isinstance(base, Call) or base.name.lower() not in _SCOPES:
        return False
    if isinstance(access_, Member):
        return access_.name.lower() == "tags"
    index = access_.index
    return isinstance(index, Literal) and isinstance(index.value, str) and index.value.lower() == "tags"


def _bind_chain(chain: _Chain, tolerant: bool, optional: int | None) -> Run:
    """Accesses one behind the other: `.?` on nothing ends the whole chain with null.

    `optional` is the place of the one that gives null where there is nothing, however it is written.
    """
    base = chain.run
    steps: list[tuple[Callable[[Frame], Value] | None, Value, bool, _Step]] = []
    for step in chain.steps:
        if step.key is None or isinstance(step.key, Constant):
            name: Value = step.key.value if step.key is not None else getattr(step.node, "name", None)
            steps.append((None, name, step.node.safe, step))
        else:
            steps.append((step.key, None, step.node.safe, step))

    def run(frame: Frame) -> Value:
        value = base(frame)
        for place, (key, name, safe, step) in enumerate(steps):
            if isinstance(value, Unknown):
                return _open(chain, place, value, frame)
            try:
                found = access(value, name if key is None else key(frame), safe=safe or tolerant or place == optional)
            except Failure as failure:
                raise ExpressionError(
                    failure.message, position=step.node.at, help=failure.help, limit=failure.limit
                ) from None
            if found is None and safe:
                return None
            if isinstance(found, Unknown) and found.text is None:
                found = _named(chain, place, found, frame)
            value = found
        return value

    return run


def _keys(chain: _Chain, start: int, end: int, frame: Frame) -> list[str]:
    """Accesses from one place to another as text, with indices that are known in their place."""
    out: list[str] = []
    for step in chain.steps[start:end]:
        mark = "?" if step.node.safe else ""
        if isinstance(step.node, Member):
            out.append(f".{mark}{step.node.name}")
            continue
        written = print_node(step.node.index)
        try:
            value = step.key(frame) if step.key is not None else None
        except ExpressionError:
            value = None
        out.append(f"[{mark}{index_text(value, written)}]")
    return out


def _open(chain: _Chain, place: int, hole: Unknown, frame: Frame) -> Unknown:
    """The hole that stands behind all accesses into a hole."""
    base = inner_text(hole)
    keys = _keys(chain, place if base is not None else 0, len(chain.steps), frame)
    return combine([hole], text=access_text(base if base is not None else print_node(chain.base), keys))


def _named(chain: _Chain, place: int, hole: Unknown, frame: Frame) -> Unknown:
    """A hole that was found without a text of its own: the accesses to it are its text."""
    return replace(hole, text=access_text(print_node(chain.base), _keys(chain, 0, place + 1, frame)))
