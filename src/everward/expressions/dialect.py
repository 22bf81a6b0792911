"""Who evaluates: the deployment engine and the policy engine know different functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from everward.expressions.functions.arrays import ARRAYS
from everward.expressions.functions.dates import DATES
from everward.expressions.functions.encoding import ENCODING
from everward.expressions.functions.formatting import FORMATTING
from everward.expressions.functions.logic import FOLDED, LOGIC
from everward.expressions.functions.network import NETWORK
from everward.expressions.functions.numbers import NUMBERS
from everward.expressions.functions.objects import OBJECTS, TOLERANT
from everward.expressions.functions.registry import Function
from everward.expressions.functions.resources import RESOURCES
from everward.expressions.functions.strings import STRINGS
from everward.expressions.functions.uris import URIS

PURE: Mapping[str, Function] = MappingProxyType(
    {
        **ARRAYS,
        **DATES,
        **ENCODING,
        **FORMATTING,
        **LOGIC,
        **NETWORK,
        **NUMBERS,
        **OBJECTS,
        **RESOURCES,
        **STRINGS,
        **URIS,
    }
)
"""Every function that needs nothing but its arguments, by its lower-case name."""


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """The functions that a caller of the language has, and how strict it is."""

    name: str
    """For messages: `templates`, `policies`."""
    context: Mapping[str, tuple[int, int | None]]
    """Functions that the host answers: lower-case name, fewest and most arguments."""
    excluded: frozenset[str]
    """Functions (lower case) of the language that this dialect lacks."""
    user_functions: bool
    """Whether there are functions of the author, called `namespace.name`."""
    run_time: bool
    """Whether there are functions that only Azure answers, such as `reference` and `list*`."""
    utc_format: str
    """How `utcNow()` is written."""
    discouraged: frozenset[str] = frozenset()
    """Functions (lower case) that work, although the documentation lists them as unavailable."""
    overrides: Mapping[str, Function] = field(default_factory=dict)
    """Functions (lower case) that behave differently here."""
    optional_tags: bool = False
    """Whether a tag that `resourceGroup()` or `subscription()` lacks is null instead of failing."""
    tolerant: bool = False
    """Whether access to what is missing gives null instead of failing."""
    max_length: int = 24_576
    """Characters that Azure allows an expression to have."""
    max_nesting: int | None = None
    """Levels of calls that Azure allows."""
    max_arguments: int | None = None
    """Arguments of one call that Azure allows."""
    functions: Mapping[str, Function] = field(init=False)
    """The functions that need no host, by their lower-case name."""

    def __post_init__(self) -> None:
        kept = {name: function for name, function in PURE.items() if name not in self.excluded}
        object.__setattr__(self, "functions", MappingProxyType({**kept, **self.overrides}))

    def without_case(self) -> Dialect:
        """The same dialect in which comparison functions ignore case, as the operators of policies do."""
        return replace(self, overrides={**self.overrides, **FOLDED})

    def forgiving(self) -> Dialect:
        """The same dialect in which access to what is missing gives null."""
        return replace(self, tolerant=True)


_POLICY_ONLY = frozenset(
    {"adddays", "iprangecontains", "field", "current", "policy", "requestcontext", "claims"}  # not in templates
)
_NOT_IN_POLICIES = frozenset(
    {
        "copyindex",
        "deployer",
        "deployment",
        "environment",
        "extensionresourceid",
        "filter",
        "groupby",
        "lambda",
        "lambdavariables",
        "managementgroup",
        "managementgroupresourceid",
        "map",
        "mapvalues",
        "newguid",
        "reduce",
        "resourceid",
        "resourceinfo",
        "sort",
        "subscriptionresourceid",
        "tenant",
        "tenantresourceid",
        "toobject",
        "variables",
    }
)

TEMPLATE = Dialect(
    name="templates",
    context=MappingProxyType(
        {
            "parameters": (1, 1),
            "variables": (1, 1),
            "copyindex": (0, 2),
            "resourcegroup": (0, 0),
            "subscription": (0, 0),
            "managementgroup": (0, 0),
            "tenant": (0, 0),
            "deployment": (0, 0),
            "deployer": (0, 0),
            "resourceinfo": (1, 1),
            "environment": (0, 0),
        }
    ),
    excluded=_POLICY_ONLY,
    user_functions=True,
    run_time=True,
    utc_format="yyyyMMddTHHmmssZ",
)
"""Expressions of ARM templates."""

POLICY = Dialect(
    name="policies",
    context=MappingProxyType(
        {
            "parameters": (1, 1),
            "field": (1, 1),
            "current": (0, 1),
            "policy": (0, 0),
            "requestcontext": (0, 0),
            "resourcegroup": (0, 0),
            "subscription": (0, 0),
            "claims": (0, 0),
        }
    ),
    excluded=_NOT_IN_POLICIES,
    user_functions=False,
    run_time=False,
    utc_format="yyyy-MM-ddTHH:mm:ss.fffffffZ",
    discouraged=frozenset({"datetimeadd", "datetimefromepoch", "datetimetoepoch"}),
    overrides=MappingProxyType(dict(TOLERANT)),
    optional_tags=True,
    max_length=81_920,
    max_nesting=64,
    max_arguments=128,
)
"""Expressions of policy rules."""
