"""The facts that judging needs: those that some criterion reads, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from everward.estate import Estate, Resource
from everward.policy import Policy
from everward.values import ProblemError

if TYPE_CHECKING:
    from everward.criteria import Criterion


def add_needed_facts(estate: Estate, criteria: Iterable[Criterion]) -> Estate:
    """The estate with the facts that criteria read; the estate itself when they read none, or it has them.

    INVARIANT: an analysis runs when, and only when, a type, a field, a value or a parameter of some criterion names
    a type of its facts. A criterion is never judged without the facts that it reads: it would find nothing to judge,
    and that looks like a pass.
    """
    policies: list[Policy] = []
    for criterion in criteria:
        if criterion.kind != "policy":
            continue
        try:
            policy = criterion.policy()
        except ProblemError:
            # Judging by it says what is wrong with it.
            continue
        if policy.analyses:
            policies.append(policy)
    if not policies:
        return estate
    from everward.facts.analyses import add_facts

    return add_facts(estate, frozenset().union(*(policy.analyses for policy in policies)), _Wanted(policies, estate))


class _Wanted:
    """Whether a fact can be judged, or be what judging looks for: large estates have very many that are neither."""

    def __init__(self, policies: Iterable[Policy], estate: Estate) -> None:
        self._estate = estate
        self._always: set[str] = set()
        """Types that are looked for beside what is judged, whatever their kind."""
        self._by_type: dict[str, list[Policy]] = defaultdict(list)
        self._untyped: list[Policy] = []
        for policy in policies:
            existence = policy.definition.rule.existence
            if existence is not None and existence.type.literal:
                self._always.add(str(existence.type.raw).lower())
            elif existence is not None or policy.types is None:
                self._untyped.append(policy)
            for type_key in policy.types or ():
                self._by_type[type_key].append(policy)

    def reads(self, type_key: str) -> bool:
        """Whether some policy can be about facts of a lower-case type, or looks for them."""
        return bool(self._untyped) or type_key in self._always or type_key in self._by_type

    def __call__(self, fact: Resource) -> bool:
        if self._untyped or fact.type_key in self._always:
            return True
        return any(policy.may_judge(fact, self._estate) for policy in self._by_type.get(fact.type_key, ()))
