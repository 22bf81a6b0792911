"""Where the expressions of a template are evaluated: whose parameters and variables they see, inside which loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from everward.expressions import TEMPLATE, Evaluator, ExpressionError, OpenObject
from everward.sources.limits import limit_help
from everward.sources.template.document import Site
from everward.sources.template.host import TemplateHost
from everward.sources.template.parts import Copy, Part, Text, prepare
from everward.sources.template.validation import shorten
from everward.values import MISSING, Missing, Unknown, Value

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment

TOO_DEEP = "nested too deeply to be evaluated"
"""What is said of values that need more frames than there are."""


@dataclass(slots=True, eq=False)
class Loop:
    """One turn of a loop."""

    name: str
    index: Value
    whole: bool
    """Whether it makes resources or outputs: an unnamed `copyIndex()` means the innermost such loop."""


@dataclass(slots=True, eq=False)
class Turn:
    """What a loop gives for one of its turns."""

    loop: Loop | None
    cardinality: Unknown | None = None
    """Set when the turn stands for an unknown number of them."""


class Environment:
    """Evaluates parts of a template. Nothing but `value` raises: what fails becomes a hole and is said once."""

    __slots__ = ("_evaluator", "_lexical", "arguments", "deployment", "loops", "outer")

    def __init__(
        self,
        deployment: Deployment,
        *,
        loops: tuple[Loop, ...] = (),
        outer: Environment | None = None,
        arguments: Mapping[str, Value] | None = None,
    ) -> None:
        self.deployment = deployment
        self.loops = loops
        self.outer = outer
        """Evaluates first, in a nested template that sees the parameters of its parent instead of its own."""
        self.arguments = arguments
        """Those of a function of the author, lower-case name to value; None outside functions."""
        self._evaluator: Evaluator | None = None
        self._lexical: Environment | None = None

    def inside(self, loop: Loop) -> Environment:
        """This environment within one more loop."""
        return Environment(self.deployment, loops=(*self.loops, loop), outer=self.outer, arguments=self.arguments)

    @property
    def lexical(self) -> Environment:
        """The environment whose parameters, variables and scope functions are meant."""
        if self._lexical is None:
            if self.outer is None:
                self._lexical = self
            else:
                around = self.outer.lexical
                self._lexical = Environment(
                    around.deployment, loops=(*around.loops, *self.loops), arguments=around.arguments
                )
        return self._lexical

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator of this environment's own functions."""
        if self._evaluator is None:
            self._evaluator = Evaluator(TEMPLATE, TemplateHost(self))
        return self._evaluator

    def parameter(self, name: str) -> Value:
        """The value of a parameter: inside a function of the author one of its own.

        Raises:
            ExpressionError: when there is none of that name.

        """
        if self.arguments is None:
            return self.deployment.parameter(name)
        value = self.arguments.get(name.lower(), MISSING)
        if isinstance(value, Missing):
            raise ExpressionError(f"the function has no parameter `{name}`")
        return value

    def index(self, name: str | None) -> Value:
        """The turn of the innermost loop of a name; without one, of the innermost one of resources or outputs.

        Raises:
            ExpressionError: when there is no such loop.

        """
        loops = self.loops
        key = name.lower() if name is not None else None
        for loop in reversed(loops):
            if loop.whole if key is None else loop.name.lower() == key:
                return loop.index
        if key is None and loops:
            return loops[-1].index
        raise ExpressionError(
            f"there is no loop `{name}` here" if name is not None else "`copyIndex` outside of a loop"
        )

    def value(self, text: str) -> Value:
        """The value of a string of the template.

        Raises:
            ExpressionError: when it is an expression that fails.

        """
        if text[:1] != "[" or text[-1:] != "]":
            return text
        if self.outer is not None:
            if text[1:2] != "[":
                return self.lexical.value(text)
            # The parent takes one bracket away; what is left is the nested template's own.
            text = text[1:]
        return self.evaluator.evaluate_text(text)

    def evaluate(self, raw: Any, site: Site) -> Value:
        """The value of what is written at a place, for what is looked at once."""
        return prepare(raw, site).value(self)

    def attempt(self, part: Part, *, quiet: bool) -> Value:
        """The value of a part; with `quiet` nothing is said of a failure."""
        if not quiet or not isinstance(part, Text):
            return part.value(self)
        try:
            return part.strict(self)
        except ExpressionError as error:
            return Unknown(reason=_unevaluated(error.message), text=part.text)
        except RecursionError:
            return Unknown(reason=_unevaluated(TOO_DEEP), text=part.text)

    def failed(self, text: str, site: Site, error: ExpressionError) -> Unknown:
        """The hole for an expression that fails, which is said."""
        self.deployment.run.failed(site, error)
        return Unknown(reason=_unevaluated(error.message), text=text, origin=site.origin())

    def exhausted(self, text: str, site: Site) -> Unknown:
        """The hole for an expression that needs more frames than there are, which is said."""
        self.deployment.run.problems.add(site, TOO_DEEP)
        return Unknown(reason=_unevaluated(TOO_DEEP), text=text, origin=site.origin())

    def unroll(self, copy: Copy, *, whole: bool) -> Value:
        """The array that a loop of values makes; a hole for any number of elements where the count is not known."""
        out: list[Value] = []
        for turn in self.turns(copy, whole=whole):
            if turn.cardinality is not None:
                return [_any_number(turn.cardinality)]
            # INVARIANT: a turn of a loop has one.
            out.append(copy.input.value(self.inside(turn.loop) if turn.loop is not None else self))
        return out

    def turns(self, copy: Copy, *, whole: bool) -> Iterator[Turn]:
        """The turns of a loop; one that stands for all where the count is not known."""
        count = copy.count.value(self)
        if isinstance(count, OpenObject):
            count = count.hole
        if isinstance(count, Unknown):
            yield _for_all(copy, whole, count)
            return
        if isinstance(count, float) and count.is_integer():
            count = int(count)
        run = self.deployment.run
        most = run.limits.copies
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= most:
            reason = f"the count of a loop must be an integer from 0 to {most}, not {shorten(count)}"
            is_large = isinstance(count, int) and not isinstance(count, bool) and count > 0
            advice = limit_help("copies") if is_large else None
            run.problems.add(copy.site.below("count"), reason, help=advice, incomplete=True)
            yield _for_all(copy, whole, Unknown(reason=reason, origin=copy.site.origin()))
            return
        for index in range(count):
            hole = run.step(copy.site)
            if hole is not None:
                yield _for_all(copy, whole, hole)
                return
            yield Turn(Loop(copy.name, index, whole))


def _unevaluated(message: str) -> str:
    return f"it cannot be evaluated: {message}"


def _for_all(copy: Copy, whole: bool, hole: Unknown) -> Turn:
    """The turn that stands for an unknown number of them."""
    return Turn(Loop(copy.name, _any_index(copy.name, hole), whole), hole)


def _any_number(hole: Unknown) -> Unknown:
    return Unknown(reason=hole.reason, decided_by=hole.decided_by, many=True, origin=hole.origin)


def _any_index(name: str, hole: Unknown) -> Unknown:
    quoted = name.replace("'", "''")
    return Unknown(
        reason=hole.reason,
        decided_by=hole.decided_by,
        present=True,
        text=f"[copyIndex('{quoted}')]",
        origin=hole.origin,
    )
