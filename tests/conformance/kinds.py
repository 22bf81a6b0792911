"""Which adapter answers which kind of case."""

from tests.conformance import policies
from tests.conformance.cases import Adapter, Judge

KINDS: dict[str, tuple[Adapter, Judge]] = {
    "parse": (policies.parse, policies.judge_parse),
    "operator": (policies.operator, policies.judge_value),
    "function": (policies.function, policies.judge_value),
    "policy": (policies.policy, policies.judge_policy),
}
