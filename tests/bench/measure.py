"""What a whole process costs: processor time, wall time and peak memory, from start to exit."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class BenchError(Exception):
    """A measurement that would mean nothing: the process failed, or did not do the work."""


@dataclass(frozen=True)
class Sample:
    """One run."""

    cpu: float
    """Seconds of processor time, user and system, of the process and the children it waited for."""
    wall: float
    """Seconds."""
    peak: float
    """Mebibytes of resident memory at most."""


@dataclass(frozen=True)
class Command:
    """What is measured: its arguments, where it runs, and the exit codes that mean it did its work."""

    arguments: tuple[str, ...]
    folder: Path
    succeeds: frozenset[int] = frozenset({0})


def run_once(command: Command) -> Sample:
    """Run it to its end, output thrown away.

    The peak of a child includes what its parent held when it forked: this process stays small for that reason.

    Raises:
        BenchError: when it exits with a code that means failure.

    """
    started = time.perf_counter()
    with subprocess.Popen(
        command.arguments,
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.succeeds:
        tail = errors.decode(errors="replace")[-800:]
        raise BenchError(f"`{' '.join(command.arguments)}` ended with {process.returncode}\n{tail}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Sample(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def median(samples: Sequence[Sample]) -> Sample:
    """The median of each figure by itself."""
    return Sample(
        statistics.median(sample.cpu for sample in samples),
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.peak for sample in samples),
    )


def race(ours: Command, theirs: Command, runs: int) -> tuple[Sample, Sample]:
    """Medians of both, run in turns so that whatever else the machine does falls on both; the first turn warms up."""
    pairs = [(run_once(ours), run_once(theirs)) for _ in range(runs + 1)][1:]
    return median([mine for mine, _ in pairs]), median([other for _, other in pairs])


def output_of(command: Command) -> bytes:
    """The standard output of one run, to see that it did the work.

    Raises:
        BenchError: when it exits with a code that means failure.

    """
    done = subprocess.run(command.arguments, cwd=command.folder, capture_output=True, check=False)
    if done.returncode not in command.succeeds:
        tail = done.stderr.decode(errors="replace")[-800:]
        raise BenchError(f"`{' '.join(command.arguments)}` ended with {done.returncode}\n{tail}")
    return done.stdout
