"""One page a criterion, and a list of all: written by `make docs`, held in step by a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from everward.criteria.catalogue import Catalogue
from everward.criteria.criterion import Criterion
from everward.criteria.words import describe_rule

TITLES: Final = {
    "zero-trust": "Zero Trust",
    "threat-modelling": "Threat modelling",
    "network-intrusion": "Network intrusion protection",
    "data-integrity": "Data integrity protection",
    "governance": "Policy-driven governance",
}
"""The chapters of the guidance by their names."""

THREATS: Final = {
    "spoofing": "spoofing",
    "tampering": "tampering",
    "repudiation": "repudiation",
    "informationDisclosure": "information disclosure",
    "denialOfService": "denial of service",
    "elevationOfPrivilege": "elevation of privilege",
}
LANGUAGES: Final = {"terraform": ("Terraform", "hcl"), "arm": ("ARM", "jsonc"), "cli": ("Command line or portal", "sh")}


def pages(criteria: Sequence[Criterion]) -> dict[str, str]:
    """The pages by file name: `README.md` and one a criterion."""
    made = {f"{criterion.id}.md": page(criterion) for criterion in criteria}
    return {"README.md": overview(criteria), **made}


def page(criterion: Criterion) -> str:
    """The page of a criterion."""
    return "\n".join(_page(criterion)).rstrip("\n") + "\n"


def _page(criterion: Criterion) -> Iterator[str]:
    yield f"# {criterion.title}"
    yield ""
    yield from _facts(criterion)
    yield "## How the workload goes down"
    yield ""
    yield criterion.availability
    yield ""
    yield "## Why"
    yield ""
    yield criterion.why
    yield ""
    yield "## How it is verified"
    yield ""
    yield from _verification(criterion)
    yield "## How to repair it"
    yield ""
    yield f"Cheapest: {criterion.cheapest}"
    yield ""
    for language, text in criterion.fix.items():
        title, fence = LANGUAGES[language]
        yield f"### {title}"
        yield ""
        yield f"```{fence}"
        yield text.rstrip("\n")
        yield "```"
        yield ""
    yield "## What the repair costs"
    yield ""
    yield criterion.tradeoff
    yield ""
    yield "## References"
    yield ""
    yield from (f"- <{reference}>" for reference in criterion.references)


def _facts(criterion: Criterion) -> Iterator[str]:
    impact = ", ".join(f"{name} {level}" for name, level in criterion.impact.items())
    rows: list[tuple[str, str]] = [
        ("id", f"`{criterion.id}`"),
        ("chapter", TITLES[criterion.chapter]),
        ("guidance", ", ".join(criterion.rows)),
        ("editions", ", ".join(criterion.editions)),
        ("severity", criterion.severity),
        ("confidence", criterion.confidence),
        ("threats", ", ".join(THREATS[threat] for threat in criterion.stride)),
        ("impact", impact),
    ]
    if criterion.relates:
        rows.append(("relates", ", ".join(f"`{kind}`" for kind in criterion.relates)))
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {text} |" for name, text in rows)
    yield ""


def _verification(criterion: Criterion) -> Iterator[str]:
    if criterion.manual is not None:
        yield f"By an attestation, valid for {criterion.manual.valid_for_days} days. {criterion.manual.question}"
        yield ""
        yield from (f"- {item}" for item in criterion.manual.evidence)
        yield ""
    if criterion.inherited is not None:
        held = criterion.inherited
        yield f"It is not: {held.provider} holds it ({held.scope}). {held.statement}"
        yield ""
        yield f"Source: <{held.source}>, read on {held.read}."
        yield ""
    if criterion.definition is not None:
        yield from _policy(criterion.definition)
    if criterion.defaults:
        yield f"Where a property is absent: {criterion.defaults}"
        yield ""
    if criterion.confidence_note:
        yield f"When a finding can be wrong: {criterion.confidence_note}"
        yield ""


def _policy(definition: dict[str, Any]) -> Iterator[str]:
    properties = definition["properties"]
    yield describe_rule(properties["policyRule"])
    parameters = properties["parameters"]
    if parameters:
        yield "Parameters:"
        yield ""
        for name, parameter in parameters.items():
            default = parameter["defaultValue"]
            text = ", ".join(str(item) for item in default) if isinstance(default, list) else str(default)
            yield f"- `{name}`: {parameter['metadata']['description']} Default: {text}"
        yield ""
    yield "<details><summary>The policy definition</summary>"
    yield ""
    yield "```json"
    yield msgspec.json.format(msgspec.json.encode(definition), indent=2).decode()
    yield "```"
    yield ""
    yield "</details>"
    yield ""


def overview(criteria: Sequence[Criterion]) -> str:
    """The list of all criteria by chapter."""
    lines = ["# The engineering criteria", ""]
    lines += [
        "Each criterion says what must hold, how the workload goes down when it does not, and how it is verified.",
        "These pages are written by `make docs` from the folders in `src/everward/criteria/catalogue`.",
        "",
    ]
    for chapter, title in TITLES.items():
        inside = [criterion for criterion in criteria if criterion.chapter == chapter]
        lines += [f"## {title}", "", "| criterion | severity | guidance | verified by |", "|---|---|---|---|"]
        lines += [
            f"| [{criterion.title}]({criterion.id}.md) | {criterion.severity} | {', '.join(criterion.rows)} "
            f"| {_way(criterion)} |"
            for criterion in inside
        ]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _way(criterion: Criterion) -> str:
    if criterion.kind == "policy":
        return "policy over related resources" if criterion.relates else "policy"
    return "attestation" if criterion.kind == "manual" else "the platform"


def write(folder: Path, criteria: Sequence[Criterion]) -> None:
    """Write the pages, and remove those of criteria that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(criteria)
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder that is named, by default `docs/criteria`."""
    write(Path(arguments[0] if arguments else "docs/criteria"), list(Catalogue.load()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
