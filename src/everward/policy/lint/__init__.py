"""Lint for policy definitions and initiatives: what is wrong, where, what to do, and a repair where one is safe."""

from everward.policy.lint.document import Document, is_policy, read_document
from everward.policy.lint.known import Known, fingerprint, is_deprecated
from everward.policy.lint.linter import Linter, apply_fixes
from everward.policy.lint.registry import RULES, Rule
from everward.policy.lint.remark import RANK, Edit, Fix, Remark, Severity

__all__ = [
    "RANK",
    "RULES",
    "Document",
    "Edit",
    "Fix",
    "Known",
    "Linter",
    "Remark",
    "Rule",
    "Severity",
    "apply_fixes",
    "fingerprint",
    "is_deprecated",
    "is_policy",
    "read_document",
]
