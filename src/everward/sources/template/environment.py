"""Where the expressions of a template are evaluated: whose parameters and variables they see, inside which loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from everward.expressions import TEMPLATE, Evaluator, ExpressionError, OpenObject, close, is_expression
from everward.expressions.symbols import symbolic
from everward.sources.template.document import Site
from everward.sources.template.host import TemplateHost
from everward.values import MISSING, Unknown, Value, member

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment

MAX_COPIES: Final = 800
"""Instances of a loop that Azure allows (documentation of `copy`)."""


@dataclass(frozen=True, slots=True)
class Loop:
    """One turn of a loop."""

    name: str
    index: Value
    whole: bool
    """Whether it makes resources or outputs: an unnamed `copyIndex()` means the innermost such loop."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a loop gives for one of its turns."""

    loop: Loop
    cardinality: Unknown | None = None
    """Set when the turn stands for an unknown number of them."""


class Environment:
    """Evaluates text and trees. Nothing but `value` raises: what fails becomes a hole and is said once."""

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
        if not is_expression(text):
            return self.evaluator.evaluate_text(text)
        return self.evaluator.evaluate_text(text)

    def attempt(self, raw: Any, site: Site, *, quiet: bool = False) -> Value:
        """The value of a string or literal; a hole when it fails, which is said unless `quiet`."""
        if not isinstance(raw, str):
            return self.tree(raw, site)
        if raw[:1] != "[":
            return raw
        try:
            return self.value(raw)
        except ExpressionError as error:
            return self._failed(raw, site, error.message, error.help, quiet)
        except RecursionError:
            return self._failed(raw, site, "nested too deeply to be evaluated", None, quiet)

    def _failed(self, raw: str, site: Site, message: str, help: str | None, quiet: bool) -> Unknown:
        reason = f"it cannot be evaluated: {message}"
        if quiet:
            return Unknown(reason=reason, text=raw)
        self.deployment.run.problems.add(site, message, help=help)
        return Unknown(reason=reason, text=raw, origin=site.origin())

    def tree(self, raw: Any, site: Site) -> Value:
        """A whole value with every expression in it evaluated and every `copy` loop unrolled."""
        if isinstance(raw, str):
            return self.attempt(raw, site) if raw[:1] == "[" else raw
        if isinstance(raw, dict):
            return self._object(raw, site)
        if isinstance(raw, list):
            return [self.tree(item, site.below(index)) for index, item in enumerate(raw)]
        return raw  # type: ignore[no-any-return]

    def closed(self, raw: Any, site: Site) -> Value:
        """Like `tree`, for what leaves the template: objects known only in part are holes."""
        return close(self.tree(raw, site))

    def _object(self, raw: dict[str, Any], site: Site) -> Value:
        out: dict[str, Value] = {}
        for key, below in raw.items():
            if len(key) == 4 and key.lower() == "copy" and is_copy(below):
                for index, entry in enumerate(below):
                    self._unroll(entry, site.below(key, index), out)
                continue
            if key[:1] == "[":
                name = self._key(key, site)
                if isinstance(name, Unknown):
                    return name
                out[name] = self.tree(below, site.below(key))
            else:
                out[key] = self.tree(below, site.below(key))
        return out

    def _key(self, key: str, site: Site) -> str | Unknown:
        """The name of a property that an expression makes. An id that is not known has a symbolic one."""
        name = self.attempt(key, site.below(key))
        if isinstance(name, OpenObject):
            return name.hole
        if isinstance(name, Unknown) and name.reference is None:
            return name
        return symbolic(name)

    def _unroll(self, entry: dict[str, Any], site: Site, out: dict[str, Value]) -> None:
        """One loop of a `copy` in an object: a property with an array."""
        name = str(member(entry, "name"))
        out[name] = self.unroll(entry, site, name, whole=False)

    def unroll(self, entry: dict[str, Any], site: Site, name: str, *, whole: bool) -> Value:
        """The array that a loop of values makes; a hole for any number of elements where the count is not known."""
        out: list[Value] = []
        raw = member(entry, "input")
        for turn in self.turns(entry, site, name, whole=whole):
            if turn.cardinality is not None:
                return [_any_number(turn.cardinality)]
            out.append(self.inside(turn.loop).tree(None if raw is MISSING else raw, site.below("input")))
        return out

    def turns(self, entry: dict[str, Any], site: Site, name: str, *, whole: bool) -> Iterator[Turn]:
        """The turns of a loop; one that stands for all where the count is not known."""
        raw = member(entry, "count")
        count = self.attempt(None if raw is MISSING else raw, site.below("count"))
        if isinstance(count, OpenObject):
            count = count.hole
        if isinstance(count, Unknown):
            yield Turn(Loop(name, _any_index(name, count), whole), count)
            return
        if isinstance(count, float) and count.is_integer():
            count = int(count)
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MAX_COPIES:
            reason = f"the count of a loop must be an integer from 0 to {MAX_COPIES}, not {shorten(count)}"
            self.deployment.run.problems.add(site.below("count"), reason, incomplete=True)
            hole = Unknown(reason=reason, origin=site.origin())
            yield Turn(Loop(name, _any_index(name, hole), whole), hole)
            return
        for index in range(count):
            yield Turn(Loop(name, index, whole))


def is_copy(value: Any) -> bool:
    """Whether the value under a key `copy` is the language's own: loops with name and count."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(entry, dict) and isinstance(member(entry, "name"), str) and member(entry, "count") is not MISSING
            for entry in value
        )
    )


def shorten(value: Any) -> str:
    """A value for a message."""
    text = repr(value) if not isinstance(value, str) else f"`{value}`"
    return text if len(text) <= 80 else text[:79] + "…"


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
