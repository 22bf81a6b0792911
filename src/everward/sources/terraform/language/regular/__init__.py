"""Regular expressions as Go has them (RE2's syntax): what they match, without ever running away."""

from everward.sources.terraform.language.regular.engine import Match, Regular, compiled
from everward.sources.terraform.language.regular.syntax import PatternProblem

__all__ = ["Match", "PatternProblem", "Regular", "compiled"]
