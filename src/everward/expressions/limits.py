"""What an expression may cost. Documented limits of Azure where there are any, and ours against hostile input."""

from __future__ import annotations

from typing import Final

MAX_TEXT: Final = 131_072
"""Characters of an expression that is read at all."""
MAX_NESTING: Final = 256
"""Levels of calls, brackets and accesses within each other that are read at all."""
MAX_TREE_DEPTH: Final = 400
"""Levels of objects and arrays whose expressions are expanded."""
MAX_NODES: Final = 1_000_000
"""Values inside one result, itself included."""
MAX_STRING: Final = 4_194_304
"""Characters of a string that an expression makes: the size that a template may have in all."""
MAX_STEPS: Final = 1_000_000
"""Elements that the lambdas of one evaluation may visit and make."""
MAX_RANGE: Final = 10_000
"""Elements that `range` makes."""
MAX_RESIDUAL: Final = 8_192
"""Characters of a partially evaluated form; a longer one falls back to what was written."""
MAX_JSON_DEPTH: Final = 128
"""Levels of text that `json` reads."""
MAX_ALIGNMENT: Final = 999_999
"""Width of a placeholder of `format`, as in .NET."""
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
