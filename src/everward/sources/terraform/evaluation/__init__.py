"""A configuration to instances: variables, locals, modules, `count`, `for_each`, dynamic blocks, references."""

from everward.sources.terraform.evaluation.session import MAX_EXPANSION, MAX_INSTANCES, GivenValue, Session

__all__ = ["MAX_EXPANSION", "MAX_INSTANCES", "GivenValue", "Session"]
