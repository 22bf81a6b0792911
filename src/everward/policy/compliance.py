"""Compliance: what every assignment says of every resource in its scope, as a scan of Azure records it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from everward.estate import Estate, Resource, Unresolved
from everward.policy.assignment import EFFECT_OVERRIDE, NO_IDENTITY, VERSION_OVERRIDE, Assignment
from everward.policy.attestation import Attestation
from everward.policy.binding import Bound, Member, bind, fixed_effect, role_ids
from everward.policy.context import EvaluationContext
from everward.policy.effects.manual import manual_outcome
from everward.policy.effects.scan import scan_resource
from everward.policy.exemption import Coverage, Exemption
from everward.policy.frame import Frame
from everward.policy.hierarchy import Hierarchy
from everward.policy.outcome import Outcome, State
from everward.policy.policy import Policy
from everward.policy.problem import EvaluationError
from everward.policy.shelf import Holder
from everward.values import Origin, ProblemError, Truth, Unknown, any_of

ENROLL: Final = "Enroll"
DO_NOT_ENFORCE: Final = "DoNotEnforce"
REPAIRING: Final = frozenset({"modify", "deployIfNotExists"})
"""Effects whose remediation acts with the identity of the assignment."""


@dataclass(slots=True, eq=False)
class Verdict:
    """What one policy of one assignment says of one resource."""

    resource_id: str
    """Empty when the policy could not be evaluated at all."""
    assignment: Assignment
    member: Member
    state: State
    effect: str = ""
    hole: Unknown | None = None
    error: str | None = None
    disabled: bool = False
    """Whether it is compliant only because the effect is `disabled`: nothing was evaluated."""
    enforced: Truth = True
    """Whether the effect acts on requests; otherwise the state is recorded and nothing else happens."""
    exemption: Exemption | None = None
    attestation: Attestation | None = None
    policy: Policy | None = None
    """What judged it, for explanations."""

    @property
    def message(self) -> str:
        """What the assignment tells people whose resource does not comply."""
        return self.assignment.message(self.member.reference_id)


@dataclass(slots=True)
class Compliance:
    """The verdicts of a scan. What is out of scope or not applicable has none."""

    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[Unresolved] = field(default_factory=list)
    """What could not be judged, and objects that have no effect."""
    bound: dict[str, Bound] = field(default_factory=dict)
    """What each assignment brings to bear, by the assignment's lower-case id."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force: the objects that a scan goes by."""

    assignments: Sequence[Assignment]
    exemptions: Sequence[Exemption] = ()
    attestations: Sequence[Attestation] = ()
    enrollments: Sequence[Coverage] = ()
    hierarchy: Hierarchy = field(default_factory=Hierarchy)


def scan(rules: Rules, holder: Holder, estate: Estate, *, context: EvaluationContext | None = None) -> Compliance:
    """Judge an estate by everything that is assigned. The context's moment decides what has ended."""
    base = context if context is not None else EvaluationContext()
    found = Compliance()
    for assignment in rules.assignments:
        _Scan(rules, holder, estate, base, found).assignment(assignment)
    _settle_conflicts(found.verdicts, estate)
    return found


def _settle_conflicts(verdicts: Iterable[Verdict], estate: Estate) -> None:
    """Where several policies would modify one property of a resource, say that they are in each other's way."""
    by_resource: dict[str, list[tuple[Verdict, Policy]]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.effect == "modify" and verdict.state is State.NON_COMPLIANT and verdict.policy is not None:
            by_resource[verdict.resource_id].append((verdict, verdict.policy))
    for resource_id, group in by_resource.items():
        resource = estate.find(resource_id)
        if resource is not None and len(group) > 1:
            outcomes = scan_resource(resource, [policy for _, policy in group], estate)
            for (verdict, _), outcome in zip(group, outcomes, strict=True):
                verdict.state, verdict.hole = outcome.state, outcome.hole


class _Scan:
    """One assignment at work."""

    def __init__(
        self, rules: Rules, holder: Holder, estate: Estate, context: EvaluationContext, found: Compliance
    ) -> None:
        self.rules = rules
        self.holder = holder
        self.estate = estate
        self.context = context
        self.found = found
        self.covered: dict[str, Truth] = {}

    @property
    def now(self) -> datetime:
        return self.context.now

    def assignment(self, assignment: Assignment) -> None:
        here = replace(self.context, assignment_id=assignment.id)
        try:
            bound = bind(
                self.holder, assignment.definition_id, assignment.parameters, version=assignment.version, context=here
            )
        except ProblemError as problem:
            self._problem(assignment, problem.message, problem.help)
            return
        self.found.bound[assignment.id.lower()] = bound
        self.found.problems.extend(bound.problems)
        exemptions = self._exemptions(assignment)
        for member in bound.members:
            if not member.held.static:
                self._member(assignment, member, exemptions)

    def _exemptions(self, assignment: Assignment) -> list[Exemption]:
        """The exemptions from an assignment that Azure would take and that have not ended."""
        kept: list[Exemption] = []
        for exemption in self.rules.exemptions:
            if exemption.assignment_id.lower() != assignment.id.lower() and exemption.assignment_id:
                continue
            if exemption.assignment_id and exemption.fits(assignment, self.rules.hierarchy) is False:
                self._problem(
                    exemption,
                    f"its scope does not lie in that of the assignment `{assignment.title}`: it exempts nothing",
                    "move it, or set `assignmentScopeValidation` to `DoNotValidate`",
                    incomplete=False,
                )
            elif exemption.is_in_force(self.now):
                kept.append(exemption)
        return kept

    def _member(self, assignment: Assignment, member: Member, exemptions: list[Exemption]) -> None:
        mine = [item for item in exemptions if item.concerns(assignment, member.reference_id, member.definition_id)]
        enrollments = [
            item
            for item in self.rules.enrollments
            if item.concerns(assignment, member.reference_id, member.definition_id)
        ]
        try:
            self._check_identity(assignment, member)
            for resource in self._subjects(member):
                covered = self._covers(assignment, resource)
                if covered is not False:
                    verdict = self._judge(assignment, member, resource, covered, mine)
                    if verdict is not None:
                        verdict.enforced = self._enforced(assignment, member, resource, enrollments)
                        self.found.verdicts.append(verdict)
        except ProblemError as problem:
            # What one resource failed on holds for the others as well: the policy as a whole was not evaluated.
            self.found.verdicts.append(Verdict("", assignment, member, State.ERROR, error=problem.message))
            self._problem(assignment, f"`{member.title}` cannot be evaluated: {problem.message}", problem.help)

    def _check_identity(self, assignment: Assignment, member: Member) -> None:
        if assignment.identity != NO_IDENTITY:
            return
        if fixed_effect(member.policy()) in REPAIRING and role_ids(member.definition):
            self._problem(
                assignment,
                f"it has no identity, so `{member.title}` can repair nothing",
                "give the assignment an identity with the roles that the policy names",
                incomplete=False,
            )

    def _subjects(self, member: Member) -> Iterator[Resource]:
        types = member.held.types if member.held.types is not None else member.policy().types
        if types is None:
            yield from self.estate
        else:
            for kind in sorted(types):
                yield from self.estate.of_type(kind)

    def _covers(self, assignment: Assignment, resource: Resource) -> Truth:
        truth = self.covered.get(resource.key)
        if truth is None:
            truth = self.covered[resource.key] = assignment.covers(resource, self.rules.hierarchy)
        return truth

    def _judge(
        self,
        assignment: Assignment,
        member: Member,
        resource: Resource,
        covered: Truth,
        exemptions: list[Exemption],
    ) -> Verdict | None:
        effect = assignment.overriding(EFFECT_OVERRIDE, resource, member.reference_id)
        version = assignment.overriding(VERSION_OVERRIDE, resource, member.reference_id)
        open_override = next((item for item in (effect, version) if isinstance(item, Unknown)), None)
        if open_override is not None:
            if member.policy().evaluate(resource, self.estate).state is State.NOT_APPLICABLE:
                return None
            return Verdict(resource.id, assignment, member, State.UNKNOWN, hole=open_override)
        policy = member.policy(str(effect or ""), str(version or ""))
        outcome = policy.evaluate(resource, self.estate)
        if outcome.state is State.NOT_APPLICABLE:
            return None
        verdict = Verdict(resource.id, assignment, member, outcome.state, outcome.effect, policy=policy)
        if isinstance(covered, Unknown):
            verdict.state, verdict.hole = State.UNKNOWN, covered
            return verdict
        self._settle(verdict, policy, outcome, resource, exemptions)
        return verdict

    def _settle(
        self, verdict: Verdict, policy: Policy, outcome: Outcome, resource: Resource, exemptions: list[Exemption]
    ) -> None:
        """The state by Azure's precedence: exemption, error, attestation, protection, then the evaluation."""
        exempt = self._exempt(verdict, resource, exemptions)
        if exempt is True:
            verdict.state = State.EXEMPT
        elif isinstance(exempt, Unknown) and outcome.state is not State.COMPLIANT:
            verdict.state, verdict.hole = State.UNKNOWN, exempt
        elif outcome.state is State.ERROR:
            verdict.error = outcome.error
        elif outcome.effect == "manual" and outcome.state is State.MANUAL:
            self._attest(verdict, resource, policy)
        elif outcome.effect == "denyAction":
            # Azure records whatever such an assignment is about as protected.
            verdict.state = State.PROTECTED
        elif outcome.state is State.UNKNOWN:
            verdict.hole = outcome.hole
        else:
            verdict.disabled = outcome.effect == "disabled"

    def _exempt(self, verdict: Verdict, resource: Resource, exemptions: list[Exemption]) -> Truth:
        holes: list[Truth] = []
        for exemption in exemptions:
            truth = exemption.reaches(resource, verdict.member.reference_id, self.rules.hierarchy)
            if truth is True:
                verdict.exemption = exemption
                return True
            holes.append(truth)
        return any_of(holes)

    def _attest(self, verdict: Verdict, resource: Resource, policy: Policy) -> None:
        """What people attest, the worst of it where they differ; else what the policy says until somebody does."""
        mine = [
            item
            for item in self.rules.attestations
            if item.is_in_force(self.now)
            and item.concerns(resource.id, verdict.assignment.id, verdict.member.reference_id)
        ]
        if mine:
            worst = next((item for item in mine if item.state is State.NON_COMPLIANT), mine[0])
            verdict.attestation, verdict.state = worst, worst.state
            return
        try:
            site = policy.program(resource.type_key).site
            outcome = manual_outcome(policy.definition.details, site, Frame(resource, self.estate))
        except EvaluationError as error:
            verdict.state, verdict.error = State.ERROR, error.message
        else:
            verdict.state, verdict.hole = outcome.state, outcome.hole

    def _enforced(
        self, assignment: Assignment, member: Member, resource: Resource, enrollments: list[Coverage]
    ) -> Truth:
        if assignment.mode != ENROLL:
            return assignment.mode != DO_NOT_ENFORCE
        return any_of(item.reaches(resource, member.reference_id, self.rules.hierarchy) for item in enrollments)

    def _problem(
        self, subject: Assignment | Exemption, reason: str, help: str | None, *, incomplete: bool = True
    ) -> None:
        kind = "exemption" if isinstance(subject, Exemption) else "assignment"
        file = subject.file if isinstance(subject, Assignment) else None
        origin = subject.origin or (Origin(source="policy", file=file) if file else None)
        name = subject.display_name or subject.name
        self.found.problems.append(
            Unresolved(subject=f"{kind} `{name}`", reason=reason, origin=origin, help=help, incomplete=incomplete)
        )


def of_resource(verdicts: Iterable[Verdict], resource_id: str) -> list[Verdict]:
    """The verdicts on one resource."""
    key = resource_id.rstrip("/").lower()
    return [verdict for verdict in verdicts if verdict.resource_id.rstrip("/").lower() == key]
