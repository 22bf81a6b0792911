"""What an expression can see."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from everward.sources.limits import limit_help
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.functions import Context
from everward.sources.terraform.language.values import Data
from everward.sources.terraform.syntax import Step
from everward.values import ProblemError, Unknown


class EvaluationError(ProblemError):
    """An expression that has no value. `line` is where; who knows the file makes it an origin.

    `refused` says that Terraform would not even begin with a configuration that has it, `limit` that Terraform may well
    give it a value, and we do not: the name of a field of `Limits`. `caught` says that `try` passes over it.
    """

    def __init__(
        self, message: str, *, line: int, refused: bool = False, caught: bool = False, limit: str | None = None
    ) -> None:
        super().__init__(message, help=limit_help(limit) if limit is not None else None)
        self.line = line
        self.refused = refused
        self._caught = caught
        self.limit = limit

    @property
    def final(self) -> bool:
        """Whether no `try` and no condition can make something else of it."""
        return (self.refused and not self._caught) or self.limit is not None


class Lazy(ABC):
    """A thing that references lead to, worked out as far as it is asked for: instances of a resource or a module."""

    listed: bool = False
    """Whether it is a list, to which `[*]` applies; to anything else it applies as to a list of one."""

    @abstractmethod
    def attribute(self, name: str) -> Data:
        """What `.name` gives.

        Raises:
            ValueProblem: when there is no such thing.

        """

    @abstractmethod
    def index(self, key: Data) -> Data:
        """What `[key]` gives.

        Raises:
            ValueProblem: when there is no such thing.

        """

    @abstractmethod
    def items(self) -> Iterator[tuple[Data, Data, Unknown | None]]:
        """Key and value of every element; with a hole when the element stands for any number of them."""

    @abstractmethod
    def settle(self) -> Data:
        """The whole as a plain value."""


class Resolver(Protocol):
    """Gives the heads of references their values: a module instance."""

    def resolve(self, name: str, steps: tuple[Step, ...]) -> tuple[Data, int]:
        """The value that `name` and the first steps lead to, and how many steps were used up.

        Raises:
            ValueProblem: when nothing is declared under that name.

        """
        ...

    def computed(self, instance: Instance, path: str) -> Data:
        """An attribute of an instance that is not configured."""
        ...


@dataclass(slots=True, eq=False)
class Scope:
    """Local names over a resolver."""

    resolver: Resolver
    functions: Context
    names: Mapping[str, Data] = field(default_factory=dict)

    def with_names(self, names: Mapping[str, Data]) -> Scope:
        """This scope with further names, which hide those of the same spelling."""
        return Scope(self.resolver, self.functions, {**self.names, **names})
