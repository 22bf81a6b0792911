"""An initiative as criteria, so that a workload is assessed by any policies as it is by the shipped criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from everward.criteria.catalogue import Catalogue
from everward.criteria.criterion import Criterion, Impact, Inherited, Level, Manual, Severity
from everward.criteria.judgement import CriterionPolicy
from everward.estate import Estate, Reading, ReadInput, Resource
from everward.policy import DefinitionError
from everward.policy.binding import Bound, Member, bind_initiative, fixed_effect, missing_parameters
from everward.policy.initiative import Initiative
from everward.policy.shelf import Holder
from everward.values import Unknown, UsageError

SOURCE: Final = "policy"
UNRATED: Final[Severity] = "medium"
"""The severity of a policy whose metadata say nothing of it."""
DISABLED: Final = "disabled"
MANUAL: Final = "manual"


MADE_BY_AZURE: Final = frozenset(
    {
        "microsoft.guestconfiguration/guestconfigurationassignments",
        "microsoft.resources/links",
        "microsoft.security/assessments",
        "microsoft.security/complianceresults",
    }
)
"""Types that no code declares: Azure writes them, from what it sees or when it repairs."""
CONNECTIONS: Final = "/privateendpointconnections"
"""The ending of types that Azure writes on the other side of a private endpoint."""
ENDPOINT: Final = "microsoft.network/privateendpoints"


class AssignedPolicy(CriterionPolicy):
    """A policy written for what stands in Azure, on a workload that may not stand there yet."""

    def gap(self, resource: Resource, estate: Estate) -> Unknown | None:
        """Why the absence of a related resource proves nothing; None when it does."""
        related = (self.related_type or "").lower()
        if related in MADE_BY_AZURE and not estate.of_type(related):
            return Unknown(
                reason=f"`{self.related_type}` is written by Azure and stands in no code",
                decided_by=(f"an export of {self.related_type}",),
                origin=resource.origin,
            )
        if related.endswith(CONNECTIONS) and any(
            referrer.type_key == ENDPOINT for referrer in estate.referrers.get(resource.key, ())
        ):
            return Unknown(
                reason="a private endpoint leads to it, and only Azure knows whether the connection is approved",
                decided_by=(f"an export of {self.related_type}",),
                origin=resource.origin,
            )
        return super().gap(resource, estate)


class PolicyCriterion(Criterion, kw_only=True, dict=True):
    """A policy of an initiative in the place of a criterion."""

    member: Any = None

    @property
    def impact(self) -> Mapping[str, Level]:
        """Nothing: policies do not say what a finding does to a workload."""
        return {}

    def policy(self) -> CriterionPolicy:
        """The policy as the initiative passes its parameters.

        Raises:
            DefinitionError: when it is not valid, or a parameter does not fit.

        """
        made = self.__dict__.get("made")
        if made is None:
            made = self.__dict__["made"] = AssignedPolicy(self.member.policy().bound)
        return made


@dataclass(frozen=True, slots=True)
class Assigned:
    """An initiative ready to assess by."""

    initiative: Initiative
    catalogue: Catalogue
    reading: Reading
    """What is said of it among the inputs: how many policies there are, and which could not be found."""


def assign(holder: Holder, initiative: Initiative, given: Mapping[str, Any]) -> Assigned:
    """Make an initiative ready to assess by, with the values of its parameters.

    Raises:
        UsageError: when a parameter has no value, a name is not declared, or a value does not fit.

    """
    missing = missing_parameters(initiative.parameters, given)
    if missing:
        named = ", ".join(f"`{parameter.name}`" for parameter in missing)
        many = len(missing) > 1
        raise UsageError(
            f"the parameter{'s' * many} {named} of `{initiative.title}` {'have' if many else 'has'} no value",
            help=f'name a file with `--parameters`: {{"{missing[0].name}": …}}',
        )
    try:
        bound = bind_initiative(holder, initiative, given)
    except DefinitionError as problem:
        raise UsageError(problem.message, help=problem.help) from None
    criteria = list(_criteria(bound))
    reading = Reading(source=SOURCE, label=f"initiative `{initiative.title}`", unresolved=list(bound.problems))
    reading.inputs.append(
        ReadInput(path=initiative.file or initiative.title, role="initiative", detail=_numbers(bound, criteria))
    )
    return Assigned(initiative, Catalogue(criteria), reading)


def _numbers(bound: Bound, criteria: list[PolicyCriterion]) -> str:
    references = len(bound.members) + len(bound.problems)
    off = len(bound.members) - len(criteria)
    text = f"{references:,} policies"
    if off:
        text += f", {off:,} of them disabled"
    return text


def _criteria(bound: Bound) -> Iterator[PolicyCriterion]:
    names = Counter(member.held.name.lower() for member in bound.members)
    for member in bound.members:
        effect = "" if member.held.static else _effect(member)
        if effect != DISABLED:
            # A definition is looked up by its name; its reference says which one it is where there are several.
            unique = member.held.name and names[member.held.name.lower()] == 1
            yield _criterion(member, member.held.name if unique else member.reference_id, effect)


def _effect(member: Member) -> str:
    try:
        return fixed_effect(member.policy())
    except DefinitionError:
        # Judging it says what is wrong.
        return ""


def _criterion(member: Member, name: str, effect: str) -> PolicyCriterion:
    try:
        definition = member.definition
        metadata: Mapping[str, Any] = definition.metadata
        description = definition.description
    except DefinitionError:
        metadata, description = {}, ""
    title = member.title
    question = description or title
    return PolicyCriterion(
        id=name,
        title=title,
        chapter=str(metadata.get("category", "")),  # type: ignore[arg-type]  # words of the initiative
        rows=member.groups,
        severity=severity_of(metadata),
        confidence="medium",
        stride=(),
        effects=Impact(availability="none", integrity="none", confidentiality="none"),
        availability="",
        why=description,
        tradeoff="",
        cheapest="",
        references=(),
        editions=("2022", "2026"),
        manual=Manual(question=question, evidence=(), valid_for_days=0) if effect == MANUAL else None,
        inherited=_inherited(question, metadata) if member.held.static else None,
        member=member,
    )


def severity_of(metadata: Mapping[str, Any]) -> Severity:
    """The severity that a policy's metadata say, else medium."""
    said = metadata.get("severity")
    known = {str(severity): severity for severity in get_args(Severity)}
    return known.get(said.lower(), UNRATED) if isinstance(said, str) else UNRATED


def _inherited(statement: str, metadata: Mapping[str, Any]) -> Inherited:
    from datetime import date

    link = metadata.get("additionalMetadataId")
    return Inherited(
        statement=statement,
        provider="Microsoft",
        scope="the platform",
        source=link if isinstance(link, str) else "",
        read=date.min,
    )
