"""What the analysis of networks costs, within one process: `python -m tests.bench.reach RULES SUBNETS`.

Prints JSON: processor seconds to say which rules of one group of RULES rules never decide, from the resource on, and
how many remarks there are; processor seconds for what passes between all pairs of SUBNETS subnets with groups, from
the estate on, how many pairs there are and between how many something passes.
"""

from __future__ import annotations

import collections
import gc
import json
import sys
import time
from typing import Any

from tests.bench.networks import large_group, one_network


def shadow(count: int) -> dict[str, Any]:
    """Remarks on one group."""
    from everward.estate import Estate, Reading
    from everward.facts.reach.filters import Filter
    from everward.facts.reach.names import PlainNames
    from everward.facts.reach.rules import INBOUND, rules_of
    from everward.facts.reach.services import Space
    from everward.facts.reach.shadow import remarks

    group = large_group(count)
    estate = Estate([Reading("inventory", "bench", [group])])
    started = time.process_time()
    rules = rules_of(group, estate)
    space = Space(service for rule in rules for service in rule.possible)
    own = [rule for rule in rules if rule.direction == INBOUND]
    found = collections.Counter(str(remark.kind) for remark in remarks(Filter(own, PlainNames(), space)))
    taken = time.process_time() - started
    written = sum(not rule.default for rule in own)
    return {"rules": written, "remarks": found, "shadow": taken}


def matrix(count: int) -> dict[str, Any]:
    """What passes between all pairs."""
    from everward.estate import Estate, Reading
    from everward.facts.reach.matrix import Matrix
    from everward.facts.reach.paths import Networks

    estate = Estate([Reading("inventory", "bench", one_network(count))])
    started = time.process_time()
    pairs = passing = partly = 0
    for cell in Matrix(Networks(estate)).cells():
        pairs += 1
        passing += cell.some != 0
        partly += cell.some != cell.every
    taken = time.process_time() - started
    return {"pairs": pairs, "passing": passing, "partly": partly, "matrix": taken}


def main() -> None:
    """Measure and print."""
    rules, subnets = map(int, sys.argv[1:])
    # As the command does.
    gc.disable()
    sys.stdout.write(json.dumps(shadow(rules) | matrix(subnets)) + "\n")


if __name__ == "__main__":
    main()
