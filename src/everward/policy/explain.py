"""The slow way to the same verdict: the rule is walked as it is written, and every comparison that decides is kept."""

from __future__ import annotations

from typing import Any, Final

from everward.estate import Estate, Resource
from everward.expressions import calls_in
from everward.expressions import nodes as syntax
from everward.policy.compile import (
    FrameTest,
    compare,
    counted_field,
    field_text,
    late_field,
    value_elements,
    visit,
)
from everward.policy.counting import Range, decide_count, single
from everward.policy.engine import Site, UnknownAliasError, expressions_of
from everward.policy.existence import Search, find_related
from everward.policy.fields import Ref, Root, collect_places, squeeze
from everward.policy.frame import Binding, Frame, bind, read_many
from everward.policy.nodes import (
    AllOf,
    AnyOf,
    Computed,
    Condition,
    Existence,
    Field,
    FieldCount,
    Leaf,
    Not,
    Operand,
    ValueCount,
)
from everward.policy.outcome import Explanation, Reason, State
from everward.policy.parser import EXISTENCE_EFFECTS
from everward.policy.policy import NOT_APPLICABLE, Program
from everward.policy.problem import EvaluationError
from everward.policy.truth import IncomparableError
from everward.values import EACH, MISSING, Step, Truth, Unknown, combine, format_path, negate, scrub
from everward.values.secrecy import conceal_at

MAX_REASONS: Final = 24
"""Reasons that an explanation keeps."""
MAX_ELEMENTS: Final = 3
"""Elements of a count, and related resources, whose own reasons are given."""

Judged = tuple[Truth, list[Reason]]


def explain(program: Program, resource: Resource, estate: Estate, walker: Walker | None = None) -> Explanation:
    """The verdict of a policy on a resource of the program's type, with reasons; `walker` is told every judgement."""
    walker = walker if walker is not None else Walker()
    if not program.is_about(resource):
        return Explanation(NOT_APPLICABLE)
    frame = Frame(resource, estate)
    try:
        effect = program.effect(frame)
        if effect == "disabled":
            return Explanation(program.disabled(frame))
        truth, reasons = walker.judge(program.bound.definition.rule.condition, program.site, frame)
        search = None
        if truth is True and effect in EXISTENCE_EFFECTS:
            if program.existence is None:
                program.search(frame)
            else:
                search, found = _search(program, program.existence, frame, walker.beside())
                reasons = [*found, *reasons]
        outcome = program.conclude(effect, truth, frame, search)
    except EvaluationError as error:
        return Explanation(program.failed(frame, error))
    return Explanation(outcome, () if outcome.state is State.NOT_APPLICABLE else _telling(reasons))


def _telling(reasons: list[Reason]) -> tuple[Reason, ...]:
    """What people need: not that the resource is of the type that the policy is about, and nothing twice."""
    kept: list[Reason] = []
    for reason in reasons:
        if reason.path != "type" and reason not in kept:
            kept.append(reason)
            if len(kept) == MAX_REASONS:
                break
    return tuple((kept or reasons)[:MAX_REASONS])


class Walker:
    """Judges conditions and gathers reasons; it knows where the elements stand that counts around are at."""

    def __init__(self, related: bool = False) -> None:
        self._related = related
        self._places: list[tuple[Step, ...]] = []
        """The path of the current element of each count around, outermost first."""

    def beside(self) -> Walker:
        """A walker for the related resources of the judged one."""
        return Walker(related=True)

    def judge(self, node: Condition, site: Site, frame: Frame, *, negated: bool = False) -> Judged:
        """What a condition says, and the comparisons that make it say so.

        Raises:
            EvaluationError: when it cannot be evaluated.

        """
        if isinstance(node, AllOf):
            return self._parts(node.parts, site, frame, negated, decisive=False)
        if isinstance(node, AnyOf):
            return self._parts(node.parts, site, frame, negated, decisive=True)
        if isinstance(node, Not):
            truth, reasons = self.judge(node.part, site, frame, negated=not negated)
            return negate(truth), reasons
        subject = node.subject
        if isinstance(subject, Field):
            return self._field(node, subject, site, frame, negated)
        if isinstance(subject, Computed):
            return self._computed(node, subject, site, frame, negated)
        if isinstance(subject, FieldCount):
            return self._field_count(node, subject, site, frame, negated)
        return self._value_count(node, subject, site, frame, negated)

    def _parts(
        self, parts: tuple[Condition, ...], site: Site, frame: Frame, negated: bool, *, decisive: bool
    ) -> Judged:
        holes: list[Unknown] = []
        of_holes: list[Reason] = []
        of_others: list[Reason] = []
        try:
            for part in parts:
                truth, reasons = self.judge(part, site, frame, negated=negated)
                if truth is decisive:
                    return truth, reasons
                if isinstance(truth, Unknown):
                    holes.append(truth)
                    of_holes.extend(reasons)
                else:
                    of_others.extend(reasons)
        except EvaluationError:
            if holes:
                return combine(holes), of_holes
            raise
        return (combine(holes), of_holes) if holes else (not decisive, of_others)

    def _field(self, node: Leaf, subject: Field, site: Site, frame: Frame, negated: bool) -> Judged:
        name = site.value(subject.name, frame)
        expected = site.value(node.expected, frame)
        if isinstance(name, Unknown):
            return combine([name]), [Reason(str(subject.name.raw), node.operator, expected, name, negated=negated)]
        ref = late_field(site, name)
        if not ref.collects:
            actual = site.read(ref, frame)
            truth = _compare_field(node.operator, ref, actual, expected)
            return truth, [self._reason(frame, _path_of(ref), node.operator, expected, actual, negated)]
        return self._elements(node, ref, site, frame, expected, negated)

    def _elements(self, node: Leaf, ref: Ref, site: Site, frame: Frame, expected: Any, negated: bool) -> Judged:
        """A field that names elements: all must pass, so one that fails, or those that are open, decide."""
        holes: list[Unknown] = []
        of_holes: list[Reason] = []
        passed: list[Reason] = []
        bound = bind(ref, site.scope)
        # Inside a count the field of one element is one value: what it stands for is not more elements.
        several = bound is None or EACH in bound[1]
        for place, value in self._read(ref, site, frame, absent=site.bound.context.missing_array):
            truth = compare(node.operator, value, expected)
            reason = self._reason(frame, format_path(place), node.operator, expected, value, negated)
            if truth is False and not (several and isinstance(value, Unknown) and value.many):
                return False, [reason]
            if truth is True:
                passed.append(reason)
            else:
                holes.append(truth if isinstance(truth, Unknown) else value)
                of_holes.append(reason)
        if holes:
            return combine(holes), of_holes
        if len(passed) == 1:
            return True, passed
        values = [reason.actual for reason in passed]
        return True, [self._reason(frame, format_path(ref.steps), node.operator, expected, values, negated)]

    def _read(self, ref: Ref, site: Site, frame: Frame, *, absent: bool) -> list[tuple[tuple[Step, ...], Any]]:
        bound = bind(ref, site.scope)
        if bound is None:
            base: Any = frame.body
            head: tuple[Step, ...] = ()
            rest = ref.steps
        else:
            base, head, rest = frame.items[bound[0]], self._places[bound[0]], bound[1]
        if frame.opaque is not None:
            return [((*head, *rest), value) for value in read_many(frame, base, rest, absent=absent)]
        return [((*head, *place), value) for place, value in collect_places(base, rest, absent=absent)]

    def _computed(self, node: Leaf, subject: Computed, site: Site, frame: Frame, negated: bool) -> Judged:
        actual = site.value(subject.value, frame)
        expected = site.value(node.expected, frame)
        truth = compare(node.operator, actual, expected)
        return truth, [self._computed_reason(subject.value, node.operator, expected, actual, site, frame, negated)]

    def _computed_reason(
        self, value: Operand, operator: str, expected: Any, actual: Any, site: Site, frame: Frame, negated: bool
    ) -> Reason:
        path = _first_field(value, site)
        origin = frame.primary.resource.origin_of(path) if path is not None else None
        text = scrub(str(value.raw))
        return Reason(text, operator, *_told(expected, actual, text), origin, negated)

    def _field_count(self, node: Leaf, subject: FieldCount, site: Site, frame: Frame, negated: bool) -> Judged:
        name = site.value(subject.field, frame)
        if isinstance(name, Unknown):
            return combine([name]), [
                Reason(str(subject.field.raw), f"count {node.operator}", None, name, negated=negated)
            ]
        try:
            ref, binding = counted_field(site, name)
        except UnknownAliasError:
            raise EvaluationError(f"`{field_text(name)}` is no field and no alias") from None
        elements = self._read(ref, site, frame, absent=False)
        counted, inner = self._count(elements, subject.where, site.within(binding), frame)
        expected = site.value(node.expected, frame)
        truth = _decide_count(node.operator, counted, expected)
        reason = self._reason(
            frame, format_path(ref.steps), f"count {node.operator}", expected, _count_shown(counted), negated
        )
        return truth, [reason, *inner]

    def _value_count(self, node: Leaf, subject: ValueCount, site: Site, frame: Frame, negated: bool) -> Judged:
        values, around = value_elements(site.value(subject.value, frame)), frame.visits
        elements: list[tuple[tuple[Step, ...], Any]] = [((index,), value) for index, value in enumerate(values)]
        visit(frame, values)
        try:
            counted, inner = self._count(elements, subject.where, site.within(Binding(subject.name.lower())), frame)
        finally:
            frame.visits = around
        expected = site.value(node.expected, frame)
        truth = _decide_count(node.operator, counted, expected)
        reason = self._computed_reason(
            subject.value, f"count {node.operator}", expected, _count_shown(counted), site, frame, negated
        )
        return truth, [reason, *inner]

    def _count(
        self, elements: list[tuple[tuple[Step, ...], Any]], where: Condition | None, inner: Site, frame: Frame
    ) -> tuple[Range, list[Reason]]:
        counted = Range()
        kept: list[Reason] = []
        shown = 0
        for place, element in elements:
            truth: Truth = True
            reasons: list[Reason] = []
            if where is not None:
                frame.items.append(single(element))
                self._places.append(place)
                try:
                    truth, reasons = self.judge(where, inner, frame)
                finally:
                    frame.items.pop()
                    self._places.pop()
            counted.add(truth, element)
            if truth is not False and shown < MAX_ELEMENTS:
                shown += 1
                kept.extend(reasons)
        return counted, kept

    def _reason(self, frame: Frame, path: str, operator: str, expected: Any, actual: Any, negated: bool) -> Reason:
        resource = frame.resource
        return Reason(
            path,
            operator,
            *_told(expected, actual, path),
            resource.origin_of(path),
            negated,
            resource=resource.id if self._related else None,
        )


def _path_of(ref: Ref) -> str:
    return format_path(ref.steps) if ref.root is Root.BODY else ref.root.value


def _compare_field(operator: str, ref: Ref, actual: Any, expected: Any) -> Truth:
    if ref.is_location:
        return compare(operator, squeeze(actual), squeeze(expected))
    return compare(operator, actual, expected)


def _decide_count(operator: str, counted: Range, expected: Any) -> Truth:
    try:
        return decide_count(operator, counted, expected)
    except IncomparableError as error:
        raise EvaluationError(str(error)) from None


def _told(expected: Any, actual: Any, path: str) -> tuple[Any, Any]:
    """What a reason says of both sides: secrets are holes, what is missing is null."""
    return conceal_at(expected, path), None if actual is MISSING else conceal_at(actual, path)


def _count_shown(counted: Range) -> Any:
    if counted.high == counted.low:
        return counted.low
    upper = "any number" if counted.high is None else str(counted.high)
    return combine(counted.holes, text=f"{counted.low} to {upper}")


def _first_field(value: Operand, site: Site) -> str | None:
    """The path of the first field that an expression reads, when it names it."""
    for expression in expressions_of(value):
        for call in calls_in(expression):
            first = call.arguments[0] if call.arguments else None
            if (
                call.name.lower() != "field"
                or not isinstance(first, syntax.Literal)
                or not isinstance(first.value, str)
            ):
                continue
            try:
                return _path_of(site.field(first.value, site.primary_type))
            except UnknownAliasError:
                continue
    return None


def _search(program: Program, existence: Existence, frame: Frame, walker: Walker) -> tuple[Search, list[Reason]]:
    """Look for the related resource, and say what was looked for, where, and why nothing that was found will do."""
    reasons_of: dict[str, list[Reason]] = {}

    def conditions(type_key: str) -> FrameTest | None:
        condition = existence.condition
        if condition is None or program.conditions is None:
            return None
        # A name in it that is no alias fails the evaluation, whether or not there is a resource to test.
        program.conditions(type_key)
        site = Site(program.bound, type_key, program.site.primary_type)

        def test(related: Frame) -> Truth:
            truth, reasons = walker.judge(condition, site, related)
            reasons_of[related.resource.key] = reasons
            return truth

        return test

    search = find_related(existence, program.site, frame, conditions)
    open_ones = [pair for pair in search.candidates if isinstance(pair[1], Unknown)]
    candidates = open_ones if isinstance(search.truth, Unknown) and open_ones else search.candidates
    if search.truth is True:
        candidates = search.candidates[-1:]
    out = [_search_reason(search, frame, bool(reasons_of))]
    for resource, _ in candidates[:MAX_ELEMENTS]:
        out.extend(reasons_of.get(resource.key, ()))
    return search, out


def _search_reason(search: Search, frame: Frame, tested: bool) -> Reason:
    satisfying = next((resource for resource, truth in search.candidates if truth is True), None)
    named = "" if search.name is None else f" named `{_named(search.name)}`"
    kind = f"`{search.type}`{named}" if search.type else "the related resource"
    looked = f"{kind} {search.place.text}".rstrip()
    if satisfying is not None:
        message = f"found {looked}"
    elif isinstance(search.truth, Unknown):
        message = f"not known whether there is {looked}"
    elif search.candidates and tested:
        count = len(search.candidates)
        message = f"{count} found, none of which meets the condition: {looked}"
    else:
        message = f"nothing found: {looked}"
    return Reason(
        path=search.type,
        operator="exists",
        expected=True,
        actual=search.truth,
        origin=satisfying.origin if satisfying is not None else frame.resource.origin,
        message=message,
        resource=satisfying.id if satisfying is not None else None,
    )


def _named(name: Any) -> str:
    return (name.text or "{…}") if isinstance(name, Unknown) else str(name)
