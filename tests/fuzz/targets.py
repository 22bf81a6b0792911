"""What inputs are fed to: the name that `--only` takes, and the module whose `TARGET` is the class.

Modules are imported when their target is asked for, so that one room's trouble is not another's.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from tests.fuzz.running import Target

TARGETS: Final = {
    "arm": "tests.fuzz.templates",
    "bicepparam": "tests.fuzz.bicepparams",
    "hcl": "tests.fuzz.configurations",
    "inventory": "tests.fuzz.inventories",
    "manifests": "tests.fuzz.manifests",
    "policy": "tests.fuzz.policies",
}


def target(name: str) -> Target:
    """A target by its name."""
    made: Target = import_module(TARGETS[name]).TARGET()
    return made
