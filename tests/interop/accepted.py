"""Where our answer may be another than Terraform's: each rule has its reason, and says no more than it must."""

from __future__ import annotations

from pathlib import Path

from tests.interop import ours
from tests.interop.answers import Answer
from tests.interop.corpus import IMPURE, Case, functions_in

PASSES_OVER = "since 1.12 the side of `&&` or `||` that decides is enough; 1.11 works out both"
MARKED = "what was encrypted is kept from reports as if it were marked"
NOT_KNOWN = "Terraform itself leaves it open until a plan is applied"


def reason(case: Case, theirs: Answer, own: Answer, folder: Path) -> str | None:
    """Why the answers may differ; None when they may not."""
    impure = functions_in(case.expression) & IMPURE.keys()
    if impure and (theirs.state == "unknown" or "error" not in (theirs.state, own.state)):
        return IMPURE[min(impure)]
    if theirs.state == "unknown":
        return NOT_KNOWN if own.state != "error" else None
    if "rsadecrypt(" in case.expression and (theirs.type, theirs.value) == (own.type, own.value):
        return MARKED if own.sensitive else None
    if theirs.state == "error" and ("&&" in case.expression or "||" in case.expression):
        return PASSES_OVER if ours.ask(case.expression, folder, strictly=True) == theirs else None
    return None
