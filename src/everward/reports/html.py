"""A page that stands alone: no network, no script, and nothing in a name can become markup."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from everward import __version__
from everward.assessment import reason_text
from everward.reports.interface import Material, Report
from everward.reports.words import (
    headline,
    place_text,
    repair,
    resource_name,
    resources_text,
    unknown_by_criterion,
    ways_down,
    what_is_missing,
)
from everward.values import clean

_HERE = Path(__file__).parent
_WORST: Final = 3
_MANY: Final = 200
"""Resources of one finding that the page names."""


class HtmlReport(Report):
    """One HTML file under a content policy that allows its own style sheet (by hash) and nothing else."""

    name = "html"

    def render(self, material: Material) -> Iterator[bytes]:
        """Write the page."""
        assessment = material.assessment
        from jinja2 import Environment, StrictUndefined

        # INVARIANT: everything is escaped unless it is our own style sheet.
        environment = Environment(
            autoescape=True, undefined=StrictUndefined, finalize=_cleaned, trim_blocks=True, lstrip_blocks=True
        )
        template = environment.from_string((_HERE / "page.html").read_text(encoding="utf-8"))
        style = (_HERE / "page.css").read_text(encoding="utf-8")
        pieces = template.generate(
            a=assessment,
            s=assessment.summary,
            style=style,
            style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
            headline=headline(assessment, with_gaps=False),
            missing=what_is_missing(assessment),
            name=resource_name,
            concerned=resources_text,
            subject=", ".join(assessment.subject.paths),
            ways=ways_down(assessment.findings)[:_WORST],
            needs=assessment.needs,
            missed=[item for item in assessment.unresolved if item.incomplete],
            open=[item for item in assessment.unresolved if not item.incomplete],
            unknown=[
                (criterion, reasons.total(), reasons.most_common(1)[0][0])
                for criterion, reasons in unknown_by_criterion(assessment)
            ],
            errors=[verdict for verdict in assessment.verdicts if verdict.error is not None],
            many=_MANY,
            version=__version__,
            place=place_text,
            reason_text=reason_text,
            repair=repair,
        )
        for piece in pieces:
            yield piece.encode("utf-8", "backslashreplace")


def _cleaned(value: object) -> object:
    """A text without control characters except the ends of its lines; other values, and our own markup, as they are."""
    return "\n".join(map(clean, value.splitlines())) if type(value) is str else value
