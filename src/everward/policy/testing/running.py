"""Running cases: each resource is judged, and what came out is compared with what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from everward.estate import Estate, Reading, Resource, is_fact
from everward.policy.context import EvaluationContext
from everward.policy.outcome import Explanation, Outcome, State
from everward.policy.policy import Policy
from everward.policy.testing.cases import EXPECTED, Case, CaseContext, Expectation, ExpectedChange
from everward.policy.testing.coverage import Coverage
from everward.policy.testing.written import make_resource
from everward.values import REDACTED, Origin, ProblemError, Unknown
from everward.values.secrecy import conceal_at

if TYPE_CHECKING:
    from everward.policy.effects import RequestDecision

Maker = Callable[[Mapping[str, Any], EvaluationContext], Policy]
"""Makes the policy that is tested, for parameters and a context."""
Deriver = Callable[[Estate, Iterable[str]], Estate]
"""Adds the facts of the analyses with these names to an estate."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy said of one resource of a case."""

    case: Case
    resource: str
    """Its id; empty when no resource was judged."""
    outcome: Outcome
    explanation: Explanation
    failures: tuple[str, ...] = ()
    """What is not as expected, in words."""
    origin: Origin | None = None
    """Where the resource stands."""

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.failures


@dataclass(slots=True)
class Bench:
    """What cases are run with."""

    make: Maker
    folder: Path = field(default_factory=Path)
    """The folder that paths of cases start from."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    context: CaseContext | None = None
    coverage: Coverage | None = None
    derive: Deriver | None = None
    """Without it there are no facts but those that cases write down."""

    def run(self, case: Case) -> list[Result]:
        """Judge the resources of a case.

        Raises:
            DefinitionError: when the definition or a parameter is not valid.
            ProblemError: when a resource of the case is not one, or its workload cannot be read.

        """
        policy = self.make({**self.parameters, **case.parameters}, make_context(case.context or self.context))
        judged, estate = self._estate(case, policy)
        if not judged:
            none = Outcome(State.NOT_APPLICABLE)
            # A workload of which nothing follows that the policy is about: that may be what is expected.
            meant = bool(case.estate or case.path) and _is_none(case.expected)
            return [Result(case, "", none, Explanation(none), () if meant else (NOTHING,))]
        return [self._judge(case, policy, resource, estate) for resource in judged]

    def _judge(self, case: Case, policy: Policy, resource: Resource, estate: Estate) -> Result:
        outcome, explanation = policy.evaluate(resource, estate), policy.explain(resource, estate)
        if self.coverage is not None:
            self.coverage.add(policy, resource, estate)
        failures = compare(case.expected, policy, resource, estate, outcome, explanation)
        return Result(case, resource.id, outcome, explanation, tuple(failures), resource.origin)

    def _estate(self, case: Case, policy: Policy) -> tuple[list[Resource], Estate]:
        origin = Origin(source=case.source)
        first = () if case.resource is None else (case.resource,)
        judged = [make_resource(item, origin) for item in (*first, *case.resources)]
        beside = [make_resource(item, origin) for item in case.related]
        given, outside = estate_in(case)
        readings = [Reading(case.source, case.name, [*judged, *beside, *given], elsewhere=outside)]
        read = given
        if case.path is not None:
            found = self._read(case, case.path)
            readings += found
            read = [*given, *(resource for reading in found for resource in reading.resources)]
        estate = Estate(readings)
        if (read or outside) and policy.analyses and self.derive is not None:
            estate = self.derive(estate, policy.analyses)
            read = [*read, *(resource for resource in estate if is_fact(resource) and resource not in judged)]
        if case.select is not None:
            judged += [resource for resource in read if _selected(resource, case)]
        else:
            judged += [item for item in read if policy.evaluate(item, estate).state is not State.NOT_APPLICABLE]
        return judged, estate

    def _read(self, case: Case, path: str) -> list[Reading]:
        from everward.sources import ReadOptions, read_workload

        options = ReadOptions(
            var_files=tuple(self.folder / file for file in case.variable_files),
            variables={name: _as_typed(value) for name, value in case.variables.items()},
            environment=case.environment,
        )
        readings = read_workload([self.folder / path], options)
        for reading in readings:
            for item in reading.unresolved:
                if item.incomplete and not item.represented:
                    raise ProblemError(
                        f"`{path}` cannot be read whole: {item.subject}: {item.reason}",
                        origin=item.origin,
                        help=item.help,
                    )
        return readings


def estate_in(case: Case) -> tuple[list[Resource], list[Resource]]:
    """The estate that a case writes down: resources of Azure, and what stands elsewhere.

    Types of Azure have a namespace with a point; `Pipelines/connections` is no resource, yet analyses read it.

    Raises:
        ProblemError: when one of them is no resource.

    """
    made = [make_resource(item, Origin(source=case.source)) for item in case.estate]
    azure = [item for item in made if "." in item.type.partition("/")[0]]
    return azure, [item for item in made if item not in azure]


NOTHING = "no resource was judged: the policy is about none of them"


def _is_none(wanted: Expectation) -> bool:
    return wanted.state is not None and EXPECTED[wanted.state] is State.NOT_APPLICABLE


def _as_typed(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value)


def _selected(resource: Resource, case: Case) -> bool:
    wanted = case.select
    if wanted is None:
        return False
    pairs = (
        (wanted.type, resource.type),
        (wanted.name, resource.name),
        (wanted.id, resource.id),
        (wanted.address, resource.origin.address or ""),
    )
    return all(want is None or want.lower() == have.lower() for want, have in pairs)


def make_context(written: CaseContext | None) -> EvaluationContext:
    """The context that a case describes.

    Raises:
        ProblemError: when its time is none.

    """
    if written is None:
        return EvaluationContext()
    context = EvaluationContext(
        api_version=written.api_version,
        identity=written.identity,
        assignment_id=written.assignment_id,
        definition_id=written.definition_id,
        set_definition_id=written.set_definition_id,
        definition_reference_id=written.definition_reference_id,
        resource_group=written.resource_group,
        subscription=written.subscription,
    )
    if written.now is None:
        return context
    try:
        return replace(context, now=datetime.fromisoformat(written.now))
    except ValueError as error:
        raise ProblemError(f"`{written.now}` is no time", help="write it as 2026-01-31T12:00:00Z") from error


def compare(
    wanted: Expectation, policy: Policy, resource: Resource, estate: Estate, outcome: Outcome, explanation: Explanation
) -> list[str]:
    """What is not as expected, in words."""
    out: list[str] = []
    if explanation.outcome != outcome:
        out.append(f"the explanation says {explanation.outcome.state}, the evaluation {outcome.state}")
    if wanted.state is not None and outcome.state is not EXPECTED[wanted.state]:
        out.append(f"expected {EXPECTED[wanted.state]}, got {_said(outcome)}")
    if wanted.effect is not None and wanted.effect.lower() != outcome.effect.lower():
        out.append(f"expected the effect {wanted.effect}, got {outcome.effect or 'none'}")
    if wanted.message is not None and wanted.message.lower() not in (outcome.error or "").lower():
        out.append(f"expected an error with `{wanted.message}`, got {outcome.error or 'none'}")
    deciders = outcome.hole.decided_by if outcome.hole is not None else ()
    out += [
        f"expected to wait for {name}, not for {', '.join(deciders) or 'anything'}"
        for name in _missing(wanted, deciders)
    ]
    given = {reason.path.lower() for reason in explanation.reasons}
    out += [f"expected {path} among the reasons" for path in wanted.reasons if path.lower() not in given]
    if wanted.request is not None or wanted.changes is not None or wanted.deploys is not None:
        out += _compare_request(wanted, policy, resource, estate)
    return out


def _missing(wanted: Expectation, deciders: tuple[str, ...]) -> list[str]:
    return [name for name in wanted.decided_by if name not in deciders]


def _said(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"{outcome.state} ({outcome.error})"
    if outcome.hole is not None:
        return f"{outcome.state} ({outcome.hole.reason})"
    return str(outcome.state)


def _compare_request(wanted: Expectation, policy: Policy, resource: Resource, estate: Estate) -> list[str]:
    from everward.policy.effects import evaluate_request

    decision = evaluate_request(resource, [policy], estate)
    out: list[str] = []
    if wanted.request is not None and decision.verdict != wanted.request:
        out.append(f"expected the request to be {wanted.request}, it is {decision.verdict}")
    if wanted.changes is not None:
        out += _compare_changes(wanted.changes, decision)
    if wanted.deploys is not None:
        out += _compare_deployment(wanted.deploys, decision)
    return out


def _compare_changes(wanted: tuple[ExpectedChange, ...], decision: RequestDecision) -> list[str]:
    import msgspec

    from everward.policy.effects import render_changes

    out: list[str] = []
    left = {item.path.lower(): item for item in decision.changes}
    for want in wanted:
        have = left.pop(want.path.lower(), None)
        if have is None:
            out.append(f"expected a change of {want.path}, there is none")
            continue
        pairs = [(want.before, have.before), (want.after, have.after), (want.kind or msgspec.UNSET, str(have.kind))]
        if any(one is not msgspec.UNSET and one != two for one, two in pairs):
            out.append(f"expected another change of {want.path}, got {render_changes([have])[0]}")
    out += [f"a change that was not expected: {line}" for line in render_changes(list(left.values()))]
    return out


def _compare_deployment(wanted: Any, decision: RequestDecision) -> list[str]:
    import msgspec

    found = next((item.deployment for item in decision.follow_ups if item.deployment is not None), None)
    if wanted is True or wanted is False:
        if (found is not None) is wanted:
            return []
        return ["expected a deployment, there is none" if wanted else "expected no deployment, there is one"]
    if found is None:
        return ["expected a deployment, there is none"]
    have = {"scope": found.scope, "name": found.name, "roles": list(found.roles), **found.body}
    return [f"the deployment: {text}" for text in differences(wanted, msgspec.to_builtins(have), "")]


def differences(wanted: Any, have: Any, path: str) -> list[str]:
    """Where a value lacks what is wanted of it: objects may have more members, everything else must be equal."""
    if isinstance(wanted, dict) and isinstance(have, dict):
        folded = {key.lower(): value for key, value in have.items()}
        out: list[str] = []
        for key, value in wanted.items():
            where = f"{path}.{key}" if path else key
            if key.lower() not in folded:
                out.append(f"expected {where}, there is none")
            else:
                out += differences(value, folded[key.lower()], where)
        return out
    if isinstance(wanted, str) and isinstance(have, str):
        same = wanted.lower() == have.lower()
        return [] if same else [f"expected {_short(wanted, path)} at {path}, got {_short(have, path)}"]
    if type(wanted) is type(have) and wanted == have:
        return []
    return [f"expected {_short(wanted, path)} at {path or 'the top'}, got {_short(have, path)}"]


def _short(value: Any, path: str) -> Any:
    """A value for a message: a secret is not quoted."""
    told = conceal_at(value, path)
    if isinstance(told, Unknown):
        return REDACTED if told.secret else f"unknown: {told.reason}"
    return told if told is value else REDACTED
