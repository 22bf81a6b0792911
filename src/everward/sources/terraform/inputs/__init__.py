"""Where the values of a root's variables come from."""

from everward.sources.terraform.inputs.environment import find_workspace
from everward.sources.terraform.inputs.values import InputValues, gather_values

__all__ = ["InputValues", "find_workspace", "gather_values"]
