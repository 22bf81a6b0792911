"""A policy: a definition with its parameters, ready to judge resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.policy.aliases import Aliases, shipped_aliases
from everward.policy.applicability import (
    compile_applicability,
    is_for_azure_alone,
    is_judged,
    is_judged_always,
    static_types,
)
from everward.policy.compile import Code, compile_condition
from everward.policy.context import EvaluationContext
from everward.policy.derived import analyses_read, settled
from everward.policy.effects.details import changes_foreign_identity
from everward.policy.effects.providers import provider_hole
from everward.policy.engine import Bound, Site, UnknownAliasError, is_constant
from everward.policy.existence import Conditions, Search, find_related
from everward.policy.frame import Frame
from everward.policy.nodes import Definition, Existence
from everward.policy.outcome import Explanation, Outcome, State
from everward.policy.parameters import bind_parameters
from everward.policy.parser import EFFECT_NAMES, EXISTENCE_EFFECTS
from everward.policy.problem import EvaluationError
from everward.values import Truth, Unknown

NOT_APPLICABLE: Final = Outcome(State.NOT_APPLICABLE)

_MATCHED: Final[dict[str, State]] = {
    "audit": State.NON_COMPLIANT,
    "deny": State.NON_COMPLIANT,
    "append": State.NON_COMPLIANT,
    "modify": State.NON_COMPLIANT,
    "auditAction": State.NON_COMPLIANT,
    "denyAction": State.PROTECTED,
    "manual": State.MANUAL,
}
"""What it means, by effect, that the condition holds for an existing resource."""


def compile_definition(
    definition: Definition,
    parameters: Mapping[str, Any] | None = None,
    *,
    context: EvaluationContext | None = None,
    aliases: Aliases | None = None,
) -> Policy:
    """Make a definition ready to judge: parameters bound, constants folded. Types are compiled as they are met.

    A parameter with neither value nor default is a hole; verdicts that depend on it are unknown.

    Raises:
        DefinitionError: when a parameter is not declared, or its value does not fit.

    """
    bound = Bound(
        definition,
        bind_parameters(definition, parameters),
        context if context is not None else EvaluationContext(),
        aliases if aliases is not None else shipped_aliases(),
    )
    return Policy(bound)


class Policy:
    """Judges resources. Verdicts depend on the resource, the estate and what the policy was compiled with alone."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.definition = bound.definition
        self._programs: dict[str, Program] = {}
        self._elsewhere: tuple[EvaluationContext, Policy] | None = None

    @cached_property
    def types(self) -> frozenset[str] | None:
        """Lower-case types that it can apply to; None when that cannot be told in advance."""
        return static_types(self.definition.rule.condition, self.bound)

    @cached_property
    def analyses(self) -> frozenset[str]:
        """Names of the analyses whose facts it reads."""
        return analyses_read(self.bound, self.types)

    def may_judge(self, resource: Resource, estate: Estate) -> bool:
        """Whether it can be about a resource, as far as type, kind and name tell."""
        return self.program(resource.type_key).may_be_about(Frame(resource, estate))

    def evaluate(self, resource: Resource, estate: Estate) -> Outcome:
        """The verdict on a resource of the estate."""
        program = self._programs.get(resource.type_key)
        if program is None:
            program = self.program(resource.type_key)
        outcome = program.judge(resource, estate)
        return outcome if resource.condition is True else settled(outcome, resource, estate)

    def explain(self, resource: Resource, estate: Estate) -> Explanation:
        """The verdict that `evaluate` gives, with the comparisons that decided it."""
        from everward.policy.explain import explain

        explanation = explain(self.program(resource.type_key), resource, estate)
        outcome = settled(explanation.outcome, resource, estate)
        return explanation if outcome is explanation.outcome else Explanation(outcome, explanation.reasons)

    def within(self, context: EvaluationContext) -> Policy:
        """The same policy at another time and for another request; of the context before it keeps the assignment."""
        if self._elsewhere is None or self._elsewhere[0] != context:
            own = self.bound.context
            there = replace(
                context,
                assignment_id=own.assignment_id,
                definition_id=own.definition_id,
                set_definition_id=own.set_definition_id,
                definition_reference_id=own.definition_reference_id,
            )
            bound = Bound(self.definition, self.bound.parameters, there, self.bound.aliases)
            self._elsewhere = context, Policy(bound)
        return self._elsewhere[1]

    def program(self, type_key: str) -> Program:
        """The policy as it is for resources of a lower-case type."""
        program = self._programs.get(type_key)
        if program is None:
            program = self._programs[type_key] = Program(self.bound, type_key)
        return program


class Program:
    """A policy for resources of one type."""

    def __init__(self, bound: Bound, type_key: str) -> None:
        self.bound = bound
        self.site = Site(bound, type_key)
        self.applicability: Code | None = None
        """None when Azure takes the policy as not applicable: it names an alias that does not exist, or would change
        the kind of identity of something other than virtual machines; or it is about Azure, and this is none of it."""
        rule = bound.definition.rule
        self.existence: Existence | None = rule.existence
        self.conditions = Conditions(rule.existence, self.site) if rule.existence is not None else None
        self._mode = bound.definition.mode
        self._fixed_effect = self._fixed() if is_constant(rule.effect) else None
        self._outcomes: dict[tuple[State, str], Outcome] = {}
        try:
            self.applicability = compile_applicability(rule.condition, self.site)
            # What does not apply is not compiled: its aliases belong to other types.
            self.condition = compile_condition(rule.condition, self.site) if self.applies else self.applicability
            self._check_existence(rule.existence)
        except UnknownAliasError:
            self.applicability = None
        if is_for_azure_alone(rule.condition, bound, type_key):
            self.applicability = None
        if self._fixed_effect == "modify" and changes_foreign_identity(bound.definition.details, type_key):
            self.applicability = None
        self._everywhere = self.applies and is_judged_always(type_key, self._mode)
        self._matched_outcome, self._unmatched_outcome = self._shortcuts()

    @property
    def applies(self) -> bool:
        """Whether the policy can be about resources of the type at all."""
        return self.applicability is not None and self.applicability.constant is not False

    def _check_existence(self, existence: Existence | None) -> None:
        if existence is not None and self.conditions is not None and existence.type.literal:
            try:
                self.conditions(str(existence.type.raw).lower())
            except EvaluationError as error:
                # A wrong name in the condition makes the whole policy not applicable, as one in `if` does.
                raise UnknownAliasError(error.message) from None

    def _fixed(self) -> str | Unknown | EvaluationError:
        try:
            return self._effect_name(None)
        except EvaluationError as error:
            return error

    def effect(self, frame: Frame) -> str | Unknown:
        """The effect, as the language spells it, or a hole.

        Raises:
            EvaluationError: when it is no effect.

        """
        fixed = self._fixed_effect
        if fixed is None:
            return self._effect_name(frame)
        if isinstance(fixed, EvaluationError):
            raise fixed
        return fixed

    def _effect_name(self, frame: Frame | None) -> str | Unknown:
        value = self.site.value(self.bound.definition.rule.effect, frame)
        if isinstance(value, Unknown):
            return value
        name = EFFECT_NAMES.get(value.lower()) if isinstance(value, str) else None
        if name is None:
            raise EvaluationError(f"`{value}` is no effect")
        return name

    def is_about(self, resource: Resource) -> bool:
        """Whether the policy is about a resource of the type at all."""
        return self.applies and is_judged(resource, self._mode)

    def _shortcuts(self) -> tuple[Outcome | None, Outcome | None]:
        """The outcomes of a condition that holds and of one that does not, where they are always the same."""
        effect = self._fixed_effect
        if not isinstance(effect, str) or effect == "disabled" or self.of_provider:
            return None, None
        matched = self.outcome(_MATCHED[effect], effect) if effect in _MATCHED else None
        if effect in EXISTENCE_EFFECTS:
            return matched, self.outcome(State.NOT_APPLICABLE, effect)
        constant = self.applicability is not None and self.applicability.constant is True
        return matched, self.outcome(State.COMPLIANT, effect) if constant else None

    def judge(self, resource: Resource, estate: Estate) -> Outcome:
        """The verdict on a resource of the type."""
        if not self._everywhere and not self.is_about(resource):
            return NOT_APPLICABLE
        frame = Frame(resource, estate)
        try:
            if self._unmatched_outcome is not None:
                truth = self.condition.test(frame)
                if truth is False:
                    return self._unmatched_outcome
                if truth is True and self._matched_outcome is not None:
                    return self._matched_outcome
                return self.conclude(self.effect(frame), truth, frame)
            effect = self.effect(frame)
            if effect == "disabled":
                return self.disabled(frame)
            return self.conclude(effect, self.condition.test(frame), frame)
        except EvaluationError as error:
            return self.failed(frame, error)

    def disabled(self, frame: Frame) -> Outcome:
        """The verdict of a disabled policy: nothing is wrong, but what it is not about has no verdict either."""
        return self.outcome(State.COMPLIANT if self.may_be_about(frame) else State.NOT_APPLICABLE, "disabled")

    def failed(self, frame: Frame, error: EvaluationError) -> Outcome:
        """The verdict when the evaluation fails, which says nothing about resources that the policy is not about."""
        return Outcome(State.ERROR, error=error.message) if self.may_be_about(frame) else NOT_APPLICABLE

    def may_be_about(self, frame: Frame) -> bool:
        """Whether the policy is about a resource, or may be: what fails or is open does not exclude it."""
        try:
            return self.applicability is not None and self.applicability.test(frame) is not False
        except EvaluationError:
            return True

    def conclude(self, effect: str | Unknown, truth: Truth, frame: Frame, search: Search | None = None) -> Outcome:
        """The verdict that follows from the condition's truth; `search` is the related resource when already found."""
        if truth is False:
            return self._unmatched(effect, frame)
        if isinstance(effect, Unknown):
            return Outcome(State.UNKNOWN, hole=effect)
        if isinstance(truth, Unknown):
            return Outcome(State.UNKNOWN, effect, hole=truth)
        if effect in EXISTENCE_EFFECTS:
            found = (search if search is not None else self.search(frame)).truth
            if isinstance(found, Unknown):
                return Outcome(State.UNKNOWN, effect, hole=found)
            return self.outcome(State.COMPLIANT if found else State.NON_COMPLIANT, effect)
        state = _MATCHED.get(effect)
        if state is None or self.of_provider:
            return Outcome(State.UNKNOWN, effect, hole=self._provider_hole(effect))
        return self.outcome(state, effect)

    @property
    def of_provider(self) -> bool:
        """Whether a resource provider judges it, by data that no reading has."""
        return self._mode not in ("All", "Indexed")

    def _provider_hole(self, effect: str) -> Unknown:
        return provider_hole(self._mode, effect)

    def _unmatched(self, effect: str | Unknown, frame: Frame) -> Outcome:
        name = "" if isinstance(effect, Unknown) else effect
        if name in EXISTENCE_EFFECTS or self.of_provider or (not name and self.existence is not None):
            return self.outcome(State.NOT_APPLICABLE, name)
        applies = self.applicability.test(frame) if self.applicability is not None else False
        # A name that is not known yet leaves open whether the policy applies, but not that nothing is wrong.
        return self.outcome(State.NOT_APPLICABLE if applies is False else State.COMPLIANT, name)

    def search(self, frame: Frame) -> Search:
        """Look for the related resource that the details name.

        Raises:
            EvaluationError: when the details cannot be evaluated, or there are none.

        """
        if self.existence is None or self.conditions is None:
            raise EvaluationError("the details name no related resource")
        return find_related(self.existence, self.site, frame, self.conditions)

    def outcome(self, state: State, effect: str) -> Outcome:
        """An outcome that has nothing of its own, made once."""
        found = self._outcomes.get((state, effect))
        if found is None:
            found = self._outcomes[state, effect] = Outcome(state, effect)
        return found
