"""A configuration to instances: variables, locals, modules, `count`, `for_each`, dynamic blocks, references."""

from everward.sources.terraform.evaluation.session import GivenValue, Session

__all__ = ["GivenValue", "Session"]
