"""Conditions as closures, specialised for one resource type: parameters folded, types decided, paths resolved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec

from everward.policy.counting import (
    MAX_VALUE_ITERATIONS,
    count_elements,
    count_never_fails,
    decide_count,
    decided_from,
)
from everward.policy.engine import Site, UnknownAliasError, calls_current, is_constant
from everward.policy.fields import Ref, Root, any_number, look, squeeze
from everward.policy.frame import Binding, Frame, bind, fold, read_one
from everward.policy.nodes import (
    AllOf,
    AnyOf,
    Computed,
    Condition,
    Field,
    FieldCount,
    Leaf,
    Not,
    ValueCount,
)
from everward.policy.problem import EvaluationError
from everward.policy.specialise import ValueTest, never_fails, specialise, squeezed
from everward.policy.truth import IncomparableError, decide
from everward.values import EACH, MISSING, Truth, Unknown, combine, negate

FrameTest: TypeAlias = Callable[[Frame], Truth]

_CASE_SENSITIVE: Final = frozenset({"match", "notMatch"})


class Code(msgspec.Struct, frozen=True, eq=False):
    """A compiled condition."""

    test: FrameTest
    constant: bool | None = None
    """Set when the answer is the same for every resource of the type."""
    safe: bool = False
    """Whether evaluating it never fails."""


TRUE: Final = Code(lambda _frame: True, True, True)
FALSE: Final = Code(lambda _frame: False, False, True)


def compile_condition(node: Condition, site: Site) -> Code:
    """Compile a condition for the site's resource type.

    Raises:
        UnknownAliasError: when a field is neither a name of the language nor an alias.

    """
    if isinstance(node, AllOf):
        return _joined([compile_condition(part, site) for part in node.parts], neutral=True)
    if isinstance(node, AnyOf):
        return _joined([compile_condition(part, site) for part in node.parts], neutral=False)
    if isinstance(node, Not):
        return _not(compile_condition(node.part, site))
    return _leaf(node, site)


def _trim(parts: list[Code], neutral: bool) -> list[Code]:
    """The parts that matter: none that changes nothing, none after one that decides."""
    kept: list[Code] = []
    for part in parts:
        if part.constant is neutral:
            continue
        kept.append(part)
        if part.constant is not None:
            break
    return kept


def _joined(parts: list[Code], *, neutral: bool) -> Code:
    """`allOf` (whose neutral answer is true) and `anyOf` (whose neutral answer is false) of parts."""
    kept = _trim(parts, neutral)
    if not kept:
        return TRUE if neutral else FALSE
    safe = all(part.safe for part in kept)
    decisive = not neutral
    if kept[-1].constant is decisive and safe:
        return TRUE if decisive else FALSE
    if len(kept) == 1:
        return kept[0]
    tests = tuple(part.test for part in kept)

    def test(frame: Frame) -> Truth:
        holes: list[Unknown] = []
        try:
            for part in tests:
                truth = part(frame)
                if truth is decisive:
                    return decisive
                if truth is not neutral:
                    holes.append(truth)  # type: ignore[arg-type]  # neither boolean
        except EvaluationError:
            # Behind a hole it is not known whether this part is reached at all.
            if holes:
                return combine(holes)
            raise
        return combine(holes) if holes else neutral

    return Code(test, safe=safe)


def _not(part: Code) -> Code:
    if part.constant is not None:
        return FALSE if part.constant else TRUE
    inner = part.test

    def test(frame: Frame) -> Truth:
        truth = inner(frame)
        return not truth if truth is True or truth is False else negate(truth)

    return Code(test, safe=part.safe)


def _leaf(node: Leaf, site: Site) -> Code:
    subject = node.subject
    if isinstance(subject, Field):
        return _field_leaf(node, subject, site)
    if isinstance(subject, Computed):
        return _computed_leaf(node, subject, site)
    return _count_leaf(node, subject, site)


def _field_leaf(node: Leaf, subject: Field, site: Site) -> Code:
    late = not is_constant(node.expected)
    if not is_constant(subject.name) or (late and not subject.name.literal):
        return Code(lambda frame: _dynamic_field(node, subject, site, frame))
    if late:
        return Code(_read_and_compare(node, site.field(field_text(subject.name.raw)), site))
    try:
        name = site.value(subject.name, None)
        expected = site.value(node.expected, None)
        if isinstance(name, Unknown):
            hole = combine([name])
            return Code(lambda _frame: hole, safe=True)
        ref = site.field(field_text(name))
    except EvaluationError as error:
        return _failing(error)
    test = (squeezed if ref.is_location else specialise)(node.operator, expected)
    safe = never_fails(node.operator, expected)
    if not safe:
        test = _guarded(test)
    if ref.root is Root.TYPE and safe and node.operator not in _CASE_SENSITIVE:
        # INVARIANT: these operators compare without case, so the type's key stands for every spelling of it.
        truth = test(site.type_key)
        if isinstance(truth, bool):
            return TRUE if truth else FALSE
    return Code(_read_and_test(ref, test, site), safe=safe)


def field_text(name: Any) -> str:
    """The name of a field, once it is known.

    Raises:
        EvaluationError: when it is no text.

    """
    if not isinstance(name, str):
        raise EvaluationError("the name of a field is not a text")
    return name


def late_field(site: Site, name: Any) -> Ref:
    """The field of a name that is only known during evaluation.

    Raises:
        EvaluationError: when it is no field.

    """
    text = field_text(name)
    try:
        return site.field(text)
    except UnknownAliasError:
        raise EvaluationError(f"`{text}` is no field and no alias") from None


def _read_and_test(ref: Ref, test: ValueTest, site: Site) -> FrameTest:
    if ref.collects:
        bound = bind(ref, site.scope)
        if bound is not None and EACH not in bound[1]:
            index, rest = bound
            return lambda frame: test(read_one(frame, frame.items[index], rest))
        absent = site.bound.context.missing_array
        return lambda frame: every(site.read_all(ref, frame, absent=absent), test)
    if ref.root is not Root.BODY:
        return lambda frame: test(site.read(ref, frame))
    steps = ref.steps

    def leaf(frame: Frame) -> Truth:
        value = look(frame.body, steps)
        if value is MISSING and frame.opaque is not None:
            value = frame.opaque
        return test(value)

    return leaf


def _read_and_compare(node: Leaf, ref: Ref, site: Site) -> FrameTest:
    """A comparison whose right side depends on the resource.

    While related resources are tested it depends on the judged one: then the test is made once for all of them.
    """
    operator, expected = node.operator, node.expected
    absent = site.bound.context.missing_array
    invariant = not calls_current(expected)
    make = squeezed if ref.is_location else specialise
    made_for: Frame | None = None
    made: ValueTest | None = None

    def leaf(frame: Frame) -> Truth:
        nonlocal made_for, made
        if made is not None and made_for is frame.primary:
            test = made
        else:
            test = _guarded(make(operator, site.value(expected, frame)))
            if invariant and frame.primary is not frame:
                made_for, made = frame.primary, test
        if ref.collects:
            return every(site.read_all(ref, frame, absent=absent), test)
        return test(site.read(ref, frame))

    return leaf


def every(values: list[Any], test: ValueTest) -> Truth:
    """Whether all values of a field that names elements pass; what may be any number of elements decides nothing."""
    holes: list[Unknown] = []
    for value in values:
        truth = test(value)
        if truth is False:
            if not (isinstance(value, Unknown) and value.many):
                return False
            holes.append(value)
        elif truth is not True:
            holes.append(truth)
    return combine(holes) if holes else True


def _guarded(test: ValueTest) -> ValueTest:
    def guarded(value: Any) -> Truth:
        try:
            return test(value)
        except IncomparableError as error:
            raise EvaluationError(str(error)) from None

    return guarded


def compare(operator: str, left: Any, right: Any) -> Truth:
    """`decide`, failing as evaluations fail.

    Raises:
        EvaluationError: when the values have no order.

    """
    try:
        return decide(operator, left, right)
    except IncomparableError as error:
        raise EvaluationError(str(error)) from None


def _failing(error: EvaluationError) -> Code:
    def test(_frame: Frame) -> Truth:
        raise error

    return Code(test)


def _dynamic_field(node: Leaf, subject: Field, site: Site, frame: Frame) -> Truth:
    name = site.value(subject.name, frame)
    expected = site.value(node.expected, frame)
    if isinstance(name, Unknown):
        return combine([name])
    ref = late_field(site, name)
    if ref.is_location:
        expected = squeeze(expected)
        return compare(node.operator, squeeze(site.read(ref, frame)), expected)
    if not ref.collects:
        return compare(node.operator, site.read(ref, frame), expected)
    values = site.read_all(ref, frame, absent=site.bound.context.missing_array)
    return every(values, lambda value: compare(node.operator, value, expected))


def _computed_leaf(node: Leaf, subject: Computed, site: Site) -> Code:
    operator, left, right = node.operator, subject.value, node.expected

    def test(frame: Frame | None) -> Truth:
        return compare(operator, site.value(left, frame), site.value(right, frame))

    if not is_constant(left) or not is_constant(right):
        return Code(test)
    try:
        truth = test(None)
    except EvaluationError as error:
        return _failing(error)
    if isinstance(truth, bool):
        return TRUE if truth else FALSE
    hole = truth
    return Code(lambda _frame: hole, safe=True)


def _count_leaf(node: Leaf, subject: FieldCount | ValueCount, site: Site) -> Code:
    if isinstance(subject, ValueCount):
        return Code(_value_count(node, subject, site))
    if not is_constant(subject.field):
        return Code(lambda frame: _dynamic_count(node, subject, site, frame))
    try:
        ref, binding = counted_field(site, site.value(subject.field, None))
    except EvaluationError as error:
        return _failing(error)
    where = None if subject.where is None else compile_condition(subject.where, site.within(binding))
    fixed = node.expected.literal and count_never_fails(node.operator, node.expected.raw)
    safe = fixed and (where is None or where.safe)
    limit = decided_from(node.operator, node.expected.raw) if safe else None
    return Code(_field_count(node, ref, None if where is None else where.test, site, limit), safe=safe)


def counted_field(site: Site, name: Any) -> tuple[Ref, Binding]:
    """The elements that a field count goes over, and what it binds.

    Raises:
        EvaluationError: when the field names no elements.
        UnknownAliasError: when it is no field.

    """
    text = field_text(name)
    ref = site.field(text)
    if not ref.collects:
        raise EvaluationError(f"`{text}` names no elements, so there is nothing to count")
    last = len(ref.steps) - ref.steps[::-1].index(EACH)
    ref = Ref(ref.root, ref.steps[:last])
    return ref, Binding(text.lower(), fold(ref.steps))


def _field_count(node: Leaf, ref: Ref, where: FrameTest | None, site: Site, limit: int | None = None) -> FrameTest:
    """A count over elements; from `limit` on (see `decided_from`) further elements do not matter."""
    operator, expected = node.operator, node.expected

    def test(frame: Frame) -> Truth:
        elements = site.read_all(ref, frame, absent=False)
        number = None if where is None else _count_known(elements, where, frame, limit)
        if number is not None:
            return compare(operator, number, site.value(expected, frame))
        counted = count_elements(elements, None if where is None else at_element(frame, where))
        return _decide_count(operator, counted, site.value(expected, frame))

    return test


def _count_known(elements: list[Any], where: FrameTest, frame: Frame, limit: int | None) -> int | None:
    """How many elements satisfy `where`, or `limit` when there are more; None as soon as something is not known."""
    number = 0
    items = frame.items
    items.append(None)
    try:
        for element in elements:
            items[-1] = element
            truth = None if element.__class__ is Unknown else where(frame)
            if truth is True:
                number += 1
                if number == limit:
                    break
            elif truth is not False:
                return None
    finally:
        items.pop()
    return number


def at_element(frame: Frame, where: FrameTest) -> ValueTest:
    """`where` as a test of single elements: the innermost count's current element is the value it is given."""

    def test(element: Any) -> Truth:
        frame.items.append(element)
        try:
            return where(frame)
        finally:
            frame.items.pop()

    return test


def _dynamic_count(node: Leaf, subject: FieldCount, site: Site, frame: Frame) -> Truth:
    name = site.value(subject.field, frame)
    if isinstance(name, Unknown):
        return combine([name])
    try:
        ref, binding = counted_field(site, name)
        where = None if subject.where is None else compile_condition(subject.where, site.within(binding)).test
    except UnknownAliasError as error:
        raise EvaluationError(f"`{error.name}` is no field and no alias") from None
    return _field_count(node, ref, where, site)(frame)


def _value_count(node: Leaf, subject: ValueCount, site: Site) -> FrameTest:
    inner = site.within(Binding(subject.name.lower()))
    where = None if subject.where is None else compile_condition(subject.where, inner).test
    operator, expected, counted_value = node.operator, node.expected, subject.value

    def test(frame: Frame) -> Truth:
        elements, around = value_elements(site.value(counted_value, frame)), frame.visits
        visit(frame, elements)
        try:
            number = None if where is None else _count_known(elements, where, frame, None)
            if number is not None:
                return compare(operator, number, site.value(expected, frame))
            counted = count_elements(elements, None if where is None else at_element(frame, where))
        finally:
            frame.visits = around
        return _decide_count(operator, counted, site.value(expected, frame))

    return test


def value_elements(value: Any) -> list[Any]:
    """The elements that a value count visits: none of what is no array."""
    if isinstance(value, Unknown):
        return [any_number(value)]
    return value if isinstance(value, list) else []


def visit(frame: Frame, elements: list[Any]) -> None:
    """Note that a value count visits `elements`, once for each element of the value counts around.

    Raises:
        EvaluationError: when those are more visits than Azure allows.

    """
    visits = frame.visits * len(elements)
    if visits > MAX_VALUE_ITERATIONS:
        nested = f" for each of {frame.visits}" if frame.visits > 1 else ""
        raise EvaluationError(
            f"a count over a value visits {len(elements)} elements{nested}: at most {MAX_VALUE_ITERATIONS} may be"
        )
    frame.visits = visits


def _decide_count(operator: str, counted: Any, expected: Any) -> Truth:
    try:
        return decide_count(operator, counted, expected)
    except IncomparableError as error:
        raise EvaluationError(str(error)) from None
