"""Running the rules on a text, and applying repairs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import everward.policy.lint.arrays
import everward.policy.lint.effects
import everward.policy.lint.functions
import everward.policy.lint.holding
import everward.policy.lint.limits
import everward.policy.lint.names
import everward.policy.lint.parameters
import everward.policy.lint.references
import everward.policy.lint.shape  # noqa: F401 - importing registers the rules
from everward.policy.aliases import Aliases, shipped_aliases
from everward.policy.lint.document import read_document
from everward.policy.lint.known import Known
from everward.policy.lint.registry import RULES, Rule, Surroundings
from everward.policy.lint.remark import RANK, Complaint, Edit, Fix, Remark
from everward.policy.positions import format_json_path
from everward.policy.problem import did_you_mean
from everward.values import UsageError

MAX_ROUNDS = 10
"""How often repairs are applied and looked for again: one repair can make the next one possible."""


class Found(NamedTuple):
    """A remark and its repair."""

    remark: Remark
    fix: Fix | None


class Linter:
    """Applies rules to documents. One instance serves many files."""

    def __init__(
        self,
        *,
        only: Iterable[str] = (),
        without: Iterable[str] = (),
        known: Known | None = None,
        aliases: Aliases | None = None,
    ) -> None:
        """Choose rules by id: `only` these, `without` those.

        Raises:
            UsageError: when there is no rule of that id.

        """
        chosen, left_out = tuple(only), tuple(without)
        for name in (*chosen, *left_out):
            if name not in RULES:
                raise UsageError(f"there is no rule `{name}`", help=did_you_mean(name, tuple(RULES)))
        self.rules: tuple[Rule, ...] = tuple(
            rule for rule in RULES.values() if (not chosen or rule.id in chosen) and rule.id not in left_out
        )
        self._around = Surroundings(aliases if aliases is not None else shipped_aliases(), known)

    def remarks(self, text: str, file: str) -> list[Remark]:
        """What the rules say of a definition or an initiative, in the order of the file.

        Raises:
            DefinitionError: when the text is neither.

        """
        return [found.remark for found in self.find(text, file)]

    def find(self, text: str, file: str) -> list[Found]:
        """Like `remarks`, with the repairs.

        Raises:
            DefinitionError: when the text is neither a definition nor an initiative.

        """
        document = read_document(text, file)
        out: dict[tuple[str, str, str], Found] = {}
        for rule in self.rules:
            if document.kind not in rule.kinds:
                continue
            for complaint in rule.find(document, self._around):
                found = Found(_remark(rule, complaint, file, document.line(complaint.path)), complaint.fix)
                out.setdefault((rule.id, found.remark.path, found.remark.message), found)
        return sorted(
            out.values(), key=lambda found: (found.remark.line, RANK[found.remark.severity], found.remark.rule)
        )


def _remark(rule: Rule, complaint: Complaint, file: str, line: int) -> Remark:
    return Remark(
        rule=rule.id,
        severity=complaint.severity if complaint.severity is not None else rule.severity,
        message=complaint.message,
        file=file,
        line=line,
        path=format_json_path(complaint.path),
        help=complaint.help,
        fixable=complaint.fix is not None,
        fix=complaint.fix.summary if complaint.fix is not None else None,
    )


def apply_fixes(linter: Linter, text: str, file: str) -> tuple[str, int]:
    """The text with every safe repair applied, everything else as it was; and how many were applied.

    Raises:
        DefinitionError: when the text is neither a definition nor an initiative.

    """
    applied = 0
    for _ in range(MAX_ROUNDS):
        fixes = [found.fix for found in linter.find(text, file) if found.fix is not None]
        chosen = _apart(fixes)
        if not chosen:
            break
        applied += len(chosen)
        for edit in sorted((edit for fix in chosen for edit in fix.edits), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
    return text, applied


def _apart(fixes: Sequence[Fix]) -> list[Fix]:
    """Repairs that do not touch the same text; the others have to wait for the next round."""
    taken: list[Edit] = []
    out: list[Fix] = []
    for fix in fixes:
        if all(edit.end <= other.start or other.end <= edit.start for edit in fix.edits for other in taken):
            taken.extend(fix.edits)
            out.append(fix)
    return out
