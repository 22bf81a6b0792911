"""What is secret, decided in one place: by its name, by where it stands, or by its shape. It is never shown.

Sources mark what they know to be sensitive. Everything else that is read passes through `conceal` before anybody
judges or prints it: a secret becomes a hole that is known to be there and not to be empty, and nothing else.
"""

from everward.values.secrecy.hints import may_hold_secret
from everward.values.secrecy.names import is_secret_label, is_secret_name, is_settings
from everward.values.secrecy.scrubbing import REDACTED, scrub
from everward.values.secrecy.shapes import is_harmless, is_secret_text
from everward.values.secrecy.walk import (
    MAX_DEPTH,
    SECRET,
    Mode,
    Walker,
    conceal,
    conceal_at,
    conceal_body,
    is_name_only,
    withhold,
    without_text,
)

__all__ = [
    "MAX_DEPTH",
    "REDACTED",
    "SECRET",
    "Mode",
    "Walker",
    "conceal",
    "conceal_at",
    "conceal_body",
    "is_harmless",
    "is_name_only",
    "is_secret_label",
    "is_secret_name",
    "is_secret_text",
    "is_settings",
    "may_hold_secret",
    "scrub",
    "withhold",
    "without_text",
]
