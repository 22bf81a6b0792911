"""The main job: an estate judged by the criteria, grouped into findings, with what is still open."""

from everward.assessment.assess import AssessOptions, assess, select
from everward.assessment.deriving import add_needed_facts
from everward.assessment.evidence import Evidence
from everward.assessment.exits import NEVER, Exit, decide_exit
from everward.assessment.findings import block_address
from everward.assessment.model import (
    SCHEMA,
    Assessment,
    Attestation,
    Fact,
    Finding,
    Inherited,
    Need,
    Reason,
    Record,
    Source,
    Subject,
    Summary,
    Verdict,
)
from everward.assessment.phrases import listed, reason_text, value_text
from everward.assessment.redaction import (
    REDACTED,
    is_secret_name,
    is_secret_text,
    may_hold_secret,
    redact,
    show_unknown,
)
from everward.assessment.severity import SEVERITIES, Confidence, Severity, at_or_above, severity_rank

__all__ = [
    "NEVER",
    "REDACTED",
    "SCHEMA",
    "SEVERITIES",
    "AssessOptions",
    "Assessment",
    "Attestation",
    "Confidence",
    "Evidence",
    "Exit",
    "Fact",
    "Finding",
    "Inherited",
    "Need",
    "Reason",
    "Record",
    "Severity",
    "Source",
    "Subject",
    "Summary",
    "Verdict",
    "add_needed_facts",
    "assess",
    "at_or_above",
    "block_address",
    "decide_exit",
    "is_secret_name",
    "is_secret_text",
    "listed",
    "may_hold_secret",
    "reason_text",
    "redact",
    "select",
    "severity_rank",
    "show_unknown",
    "value_text",
]
