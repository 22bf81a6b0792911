"""One entry of the engineering criteria."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from everward.criteria.judgement import CriterionPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

Chapter: TypeAlias = Literal["zero-trust", "threat-modelling", "network-intrusion", "data-integrity", "governance"]
"""The chapters of the guidance."""
Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
"""How bad it is: high takes down or destroys a stamp or the workload, or hands over control."""
Confidence: TypeAlias = Literal["high", "medium", "low"]
"""How sure a finding is to be one; an absence is rarely certain."""
Threat: TypeAlias = Literal[
    "spoofing", "tampering", "repudiation", "informationDisclosure", "denialOfService", "elevationOfPrivilege"
]
"""The categories of STRIDE."""
Level: TypeAlias = Literal["none", "low", "moderate", "severe"]
"""How much it harms."""
Edition: TypeAlias = Literal["2022", "2026"]
"""The editions of the guidance."""
Kind: TypeAlias = Literal["policy", "manual", "inherited"]
"""How it is verified: by a policy, by a person's attestation, or not at all because the platform holds it."""

Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]
Row: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^(IN|ZT|TM|NI|DI|PG)-[PCQRLN]\d{2}([a-z]|\.\d)?$")]
"""The id of an item of the guidance, such as `ZT-R14`."""
Link: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^https://\S+$")]


class Impact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a finding does to the workload."""

    availability: Level
    integrity: Level
    confidentiality: Level


class Fix(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to repair it, in the language that the workload is written in."""

    terraform: Text | None = None
    arm: Text | None = None
    cli: Text | None = None
    """A command or, where there is none, the way through the portal."""


class Manual(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What only people know (`manual.yaml`)."""

    question: Text
    """What is attested with yes or no."""
    evidence: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    """What the attestation must show."""
    valid_for_days: Annotated[int, msgspec.Meta(ge=1, le=400)]
    """How long an attestation holds."""


class Inherited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the platform holds (`inherited.yaml`)."""

    statement: Text
    provider: Text
    scope: Text
    """Where it holds."""
    source: Link
    read: date
    """The day the source was read."""


class Metadata(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel", dict=True):
    """What is said of a criterion (`criterion.yaml`)."""

    title: Text
    """What must hold, as a sentence without a full stop."""
    chapter: Chapter
    rows: Annotated[tuple[Row, ...], msgspec.Meta(min_length=1)]
    """The items of the guidance that it answers."""
    severity: Severity
    confidence: Confidence
    stride: Annotated[tuple[Threat, ...], msgspec.Meta(min_length=1)]
    effects: Impact = msgspec.field(name="impact")
    availability: Text
    """How the workload goes down or loses data because of it."""
    why: Text
    tradeoff: Text
    """What the repair costs in performance, money or agility."""
    cheapest: Text = msgspec.field(name="break")
    """The cheapest repair in one line: what breaks the chain."""
    references: Annotated[tuple[Link, ...], msgspec.Meta(min_length=1)]
    editions: Annotated[tuple[Edition, ...], msgspec.Meta(min_length=1)]
    repairs: Fix = msgspec.field(name="fix", default_factory=Fix)
    relates: tuple[Text, ...] = ()
    """The types it brings together, when it is about more than one resource."""
    confidence_note: Text | None = None
    """When a finding can be wrong."""
    one_finding_for: Literal["place", "subscription"] = "place"
    """What one repair settles: the place in the source, or the whole subscription when what lacks belongs to it."""
    defaults: Text | None = None
    """What the service does where a property is absent."""

    @property
    def impact(self) -> Mapping[str, Level]:
        """What a finding does to availability, integrity and confidentiality."""
        return {
            "availability": self.effects.availability,
            "integrity": self.effects.integrity,
            "confidentiality": self.effects.confidentiality,
        }

    @property
    def fix(self) -> dict[str, str]:
        """How to repair it: `terraform`, `arm`, `cli`, those that there are."""
        named = (("terraform", self.repairs.terraform), ("arm", self.repairs.arm), ("cli", self.repairs.cli))
        return {language: text for language, text in named if text is not None}


class Criterion(Metadata, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel", dict=True):
    """One criterion of the catalogue; its policy is compiled when it is asked for."""

    id: Id
    """The name for ever: folder, page and id are the same."""
    definition: dict[str, Any] | None = None
    """The policy definition (`definition.json`)."""
    manual: Manual | None = None
    inherited: Inherited | None = None

    @property
    def kind(self) -> Kind:
        """How it is verified."""
        if self.manual is not None:
            return "manual"
        return "inherited" if self.inherited is not None else "policy"

    def policy(self) -> CriterionPolicy:
        """The policy with the parameters' defaults, compiled once.

        Raises:
            DefinitionError: when the definition is not valid.
            ValueError: when the criterion is not verified by a policy.

        """
        return self._compiled

    @cached_property
    def _compiled(self) -> CriterionPolicy:
        if self.definition is None:
            raise ValueError(f"`{self.id}` is not verified by a policy")
        return CriterionPolicy.compile(self.definition, file=f"{self.id}/definition.json")
