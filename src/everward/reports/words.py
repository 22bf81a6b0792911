"""Words that several reports share: places, values, counts, conditions, in the same form everywhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from everward.assessment import Assessment, Finding, Verdict, block_address, listed
from everward.estate import SUBSCRIPTION_TYPE, Unresolved
from everward.values import Origin, try_parse_id

_LANGUAGE: Final = {"template": "arm", "inventory": "cli"}
"""The language in which a fault of a source is mended; the cheapest break is written for Terraform."""
_ONE_LINE: Final = 150
"""Characters up to which a repair counts as one line."""


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 finding`, `1,204 findings`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def place_text(origin: Origin) -> str:
    """`modules/stamp/keyvault.tf:12`; the address or the source's name where there is no file."""
    if origin.file is None:
        return origin.address or origin.source
    return str(origin)


def unresolved_text(item: Unresolved, places: Places | None = None) -> str:
    """Where something is not read or not settled, what it is, and why; what the place says is not said twice."""
    place = place_text(item.origin) if item.origin is not None else ""
    texts = [place, item.subject] if place and place != item.subject else [item.subject]
    return f"{': '.join(map(places.path, texts) if places is not None else texts)}: {item.reason}"


class Places:
    """Writes places short where all of them share a folder that is far from where the user stands."""

    def __init__(self, files: Iterable[str | None]) -> None:
        self.base = _common_folder(list({file for file in files if file}))
        """The folder below which the places are; empty when they are written as the user would open them."""

    @classmethod
    def of(cls, assessment: Assessment) -> Places:
        """For the places that an assessment names."""
        unresolved = (item.origin.file for item in assessment.unresolved if item.origin is not None)
        return cls([*(finding.origin.file for finding in assessment.findings), *unresolved])

    def path(self, path: str) -> str:
        """A file or folder."""
        return path.removeprefix(f"{self.base}/") if self.base else path

    def text(self, origin: Origin) -> str:
        """`modules/stamp/keyvault.tf:12`."""
        return self.path(place_text(origin))


def _common_folder(files: Sequence[str]) -> str:
    """The deepest folder that holds all these files when each is given from the root of the disk, else nothing."""
    if len(files) < 2 or not all(file.startswith("/") for file in files):
        return ""
    folders = [file.rsplit("/", 1)[0].split("/") for file in files]
    shared = 0
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return "/".join(folders[0][:shared])


def resource_name(resource: str, origin: Origin) -> str:
    """How people call a resource: its address in Terraform, else its name and where it stands."""
    if origin.address and origin.source in ("terraform", "plan", "state") and not origin.address.startswith("/"):
        return origin.address
    parsed = try_parse_id(resource)
    if parsed is None:
        return resource
    if parsed.type == SUBSCRIPTION_TYPE:
        return f"subscription {parsed.name}"
    group = parsed.resource_group
    name = "/".join(parsed.names)
    return f"{name} in {group}" if group is not None and group != name else name


def resources_text(finding: Finding) -> str:
    """The resource of a finding, or how many there are; of a plan, which has no lines, with their block."""
    number = len(finding.resources)
    name = resource_name(finding.resources[0], finding.locations[0])
    if number == 1:
        return name
    if finding.origin.line is None and finding.origin.source in ("plan", "state"):
        return f"{block_address(name)}, {number:,} resources"
    return f"{number:,} resources"


def ways_down(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings by criterion, in the order of the worst of each: every way to go down once, with its causes."""
    ways: dict[str, list[Finding]] = {}
    for finding in findings:
        ways.setdefault(finding.criterion, []).append(finding)
    return list(ways.values())


def repair(finding: Finding) -> str:
    """The cheapest break in one line, in the language of the finding's source when that says it in one line."""
    language = _LANGUAGE.get(finding.origin.source, "terraform")
    own = " ".join(finding.fix.get(language, "").split())
    if own and language != "terraform" and len(own) <= _ONE_LINE:
        return own
    return " ".join(finding.cheapest.split()) or own


def unknown_text(verdict: Verdict) -> str:
    """Why a verdict is unknown, and what would decide it."""
    text = verdict.unknown or "not known"
    return f"{text}: {listed(verdict.decided_by, 4)}" if verdict.decided_by else text


def alike_gaps(gaps: Sequence[Unresolved]) -> list[list[Unresolved]]:
    """What could not be read, together where the same input decides; the largest group first."""
    groups: dict[object, list[Unresolved]] = {}
    for gap in gaps:
        groups.setdefault(gap.decided_by or (gap.subject, gap.reason), []).append(gap)
    return sorted(groups.values(), key=len, reverse=True)


def headline(assessment: Assessment, *, with_gaps: bool = True) -> str:
    """The assessment in one line: how many findings, how bad, and (`with_gaps`) what may be missing."""
    summary = assessment.summary
    found = sum(summary.findings.values())
    worst = [f"{number} {severity}" for severity, number in summary.findings.items() if number]
    text = f"{count(found, 'finding')}: {', '.join(worst)}" if found else "No findings"
    if not summary.resources:
        text = "Nothing was judged"
    if with_gaps and not summary.complete:
        return f"{text}. INCOMPLETE: {what_is_missing(assessment)}"
    if summary.unknown and not found:
        return f"{text}, but {count(summary.unknown, 'verdict')} could not be settled"
    return text


def what_is_missing(assessment: Assessment) -> str:
    """Why an assessment is incomplete, in numbers."""
    missed = sum(item.incomplete for item in assessment.unresolved)
    parts = [f"{count(missed, 'thing')} could not be read"] if missed else []
    if assessment.summary.error:
        parts.append(f"{count(assessment.summary.error, 'verdict')} could not be given")
    return ", ".join(parts)


def unknown_by_criterion(assessment: Assessment) -> list[tuple[str, Counter[str]]]:
    """Unknown verdicts by criterion, most first, each with its reasons and how often they occur."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in assessment.verdicts:
        if verdict.state == "unknown":
            groups[verdict.criterion][unknown_text(verdict)] += 1
    return sorted(groups.items(), key=lambda group: (-group[1].total(), group[0]))
