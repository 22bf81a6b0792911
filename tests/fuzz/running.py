"""What must hold of every input: it is used up in time, or refused by an error that people can read."""

from __future__ import annotations

import random
import signal
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

SEEDS: Final = Path(__file__).with_name("seeds")
FOUND: Final = SEEDS / "found"
"""Inputs that failed once, kept so that they never do again: a folder a target."""


class HangError(BaseException):
    """An input took too long; no handler of the product's can swallow it by catching exceptions."""


@dataclass(frozen=True)
class Failure:
    """An input for which it does not hold, and what happened instead."""

    content: bytes
    what: str


class Target(ABC):
    """Something that made inputs are fed to. One module a target; `targets.py` lists them."""

    name: ClassVar[str]
    """What `--only` calls it, and the folder of what failed once."""
    suffix: ClassVar[str] = ".json"
    """Of the files in which inputs are kept."""
    limit: ClassVar[float] = 2.0
    """Seconds that one input may take."""

    @abstractmethod
    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        """Makes inputs: the same ones for the same source of chance."""

    @abstractmethod
    def use(self, content: bytes) -> None:
        """Feed one input to the product. Whatever this raises is a failure; what the product refuses is caught here."""

    @abstractmethod
    def seeds(self) -> list[bytes]:
        """Inputs that are known to be good, or at least to matter."""

    def found(self) -> list[Path]:
        """The files with inputs that failed once."""
        return sorted((FOUND / self.name).glob("*" + self.suffix))

    def known_inputs(self) -> list[bytes]:
        """The seeds themselves, and what failed once."""
        return [*self.seeds(), *(item.read_bytes() for item in self.found())]


@contextmanager
def in_time(seconds: float) -> Iterator[None]:
    """Raise `HangError` in the block once it has taken too long: processor time, so that a busy machine is no fault."""

    def late(_number: int, _frame: Any) -> None:
        raise HangError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check(content: bytes, target: Target) -> Failure | None:
    """Feed an input to a target, and say what went wrong, if anything did."""
    try:
        with in_time(target.limit):
            target.use(content)
    except (Exception, HangError):
        # Whatever it is, it is what is looked for.
        return Failure(content, traceback.format_exc(limit=-4))
    return None


def run(target: Target, seconds: float, seed: int) -> tuple[int, list[Failure]]:
    """Check made inputs until the seconds of its own work are over; how many there were, and those that failed."""
    make = target.maker(random.Random(seed))
    end = time.process_time() + seconds
    cases = 0
    failures: list[Failure] = []
    while time.process_time() < end:
        cases += 1
        failure = check(make(), target)
        if failure is not None:
            failures.append(failure)
    return cases, failures
