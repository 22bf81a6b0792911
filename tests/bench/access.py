"""What the analysis of rights costs, within one process: `python -m tests.bench.access ASSIGNMENTS CUSTOM`.

Prints JSON: processor seconds to build the rights of an estate of ASSIGNMENTS assignments of Azure's own roles and
CUSTOM others; those of the slowest and of the median answer to who may do what somewhere, each the first about its
operation; how many assignments, roles and operations there are, and how many holders the answers name.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from typing import Any

from tests.bench.identities import assignments, custom_roles, directory, management_groups, members, scopes

SEED = 5
QUESTIONS = 12
"""Operations of each plane that are asked for, besides `TELLING`."""
TELLING = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Compute/virtualMachines/runCommand/action",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Storage/storageAccounts/listKeys/action",
)
"""Operations that many roles grant or that people ask about."""


def measured(count: int, custom: int) -> dict[str, Any]:
    """Building, and asking."""
    from everward.estate import Estate, Reading
    from everward.facts.access.rights import Rights
    from everward.facts.access.roles import built_in_roles, operations

    rng = random.Random(SEED)
    actions, data = map(sorted, operations())
    own = list(custom_roles(rng, custom, actions, data))
    names = [*built_in_roles(), *(role.name for role in own)]
    levels = scopes(40, 60, 20)
    resources = [
        *management_groups(40),
        *members(40, 60),
        *directory(rng, 2_000, 200),
        *own,
        *assignments(rng, count, names, 2_200, levels),
    ]
    estate = Estate([Reading("inventory", "bench", resources)])
    asked = [*TELLING, *rng.sample(actions, QUESTIONS), *rng.sample(data, QUESTIONS)]
    gc.collect()
    started = time.process_time()
    rights = Rights(estate)
    building = time.process_time() - started
    figures, holders = [], 0
    for operation in asked:
        scope = rng.choice(levels[-1])
        started = time.process_time()
        holders += len(list(rights.who_may(operation, scope)))
        figures.append(time.process_time() - started)
    return {
        "assignments": len(rights.grants.all),
        "roles": sum(1 for _ in rights.grants.roles),
        "operations": len(actions) + len(data),
        "building": building,
        "slowest": max(figures),
        "median": statistics.median(figures),
        "holders": holders,
    }


def main() -> None:
    """Measure and print."""
    count, custom = map(int, sys.argv[1:])
    # As the command does.
    gc.disable()
    sys.stdout.write(json.dumps(measured(count, custom)) + "\n")


if __name__ == "__main__":
    main()
