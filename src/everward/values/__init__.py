"""What everything else is made of: holes, places, ids, paths, and logic with holes."""

from everward.values.data import data_file
from everward.values.ids import ResourceId, build_id, is_symbolic, parse_id, placeholder, try_parse_id
from everward.values.logic import Truth, all_of, any_of, negate
from everward.values.origin import Origin
from everward.values.paths import (
    EACH,
    MISSING,
    Missing,
    Step,
    assign,
    format_path,
    key_of,
    member,
    parse_path,
    walk,
)
from everward.values.problem import ProblemError, UnreadableError, UsageError
from everward.values.screen import clean, without_credentials
from everward.values.secrecy import (
    REDACTED,
    SECRET,
    conceal,
    is_secret_name,
    is_secret_text,
    may_hold_secret,
    scrub,
    withhold,
    without_text,
)
from everward.values.unknown import Unknown, Value, combine, is_empty, is_known, unknowns_in

__all__ = [
    "EACH",
    "MISSING",
    "REDACTED",
    "SECRET",
    "Missing",
    "Origin",
    "ProblemError",
    "ResourceId",
    "Step",
    "Truth",
    "Unknown",
    "UnreadableError",
    "UsageError",
    "Value",
    "all_of",
    "any_of",
    "assign",
    "build_id",
    "clean",
    "combine",
    "conceal",
    "data_file",
    "format_path",
    "is_empty",
    "is_known",
    "is_secret_name",
    "is_secret_text",
    "is_symbolic",
    "key_of",
    "may_hold_secret",
    "member",
    "negate",
    "parse_id",
    "parse_path",
    "placeholder",
    "scrub",
    "try_parse_id",
    "unknowns_in",
    "walk",
    "withhold",
    "without_credentials",
    "without_text",
]
