"""Finding test files and the definitions that they test, and running them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from everward.policy.context import EvaluationContext
from everward.policy.definition import load_definition
from everward.policy.nodes import Definition
from everward.policy.policy import Policy, compile_definition
from everward.policy.testing.cases import Case, Suite, read_suite
from everward.policy.testing.coverage import Coverage
from everward.policy.testing.running import Bench, Deriver, Result
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError, UsageError

_ENDINGS: Final = (".yaml", ".yml")
_NAMES: Final = frozenset({"cases", "test", "tests"})


@dataclass(slots=True)
class CaseRun:
    """A case that was run."""

    case: Case
    results: list[Result] = field(default_factory=list)
    problem: ProblemError | None = None
    """Why it could not be run."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it ran, and everything was as expected."""
        return self.problem is None and all(result.passed for result in self.results)


@dataclass(slots=True)
class SuiteRun:
    """A test file that was run."""

    path: Path
    cases: list[CaseRun] = field(default_factory=list)
    definition: Path | None = None
    coverage: Coverage | None = None
    problem: ProblemError | None = None
    """Why nothing of it could be run."""

    @property
    def shown(self) -> str:
        """Its path as the user would open it."""
        return display(self.path)

    @property
    def passed(self) -> bool:
        """Whether it could be run, and every case passed."""
        return self.problem is None and all(case.passed for case in self.cases)

    @property
    def folders(self) -> set[Path]:
        """Where what it tests stands: of the definition, of the workloads of its cases, of the file itself."""
        read = (self.path.parent / run.case.path for run in self.cases if run.case.path is not None)
        named = (path if path.is_dir() else path.parent for path in read)
        return {self.path.parent, *named, *([self.definition.parent] if self.definition is not None else ())}


def find_tests(paths: Sequence[Path]) -> list[Path]:
    """The test files that were named, those beside definitions that were, and those in folders that were.

    Raises:
        UsageError: when a path does not exist, or there is no test file.

    """
    found: dict[Path, Path] = {}
    for path in paths:
        tree = Tree(path)
        files: Iterable[Path]
        if path.is_dir():
            files = [file for file in tree.files if is_test_file(file)]
        elif path.suffix.lower() in _ENDINGS:
            files = [path]
        else:
            files = list(_beside(path))
        if not files:
            raise UsageError(
                f"there are no tests for `{path}`",
                help="tests stand beside a definition, in `NAME.test.yaml`, `tests.yaml` or `cases.yaml`",
            )
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def is_test_file(path: Path) -> bool:
    """Whether a file of a folder is named as test files are."""
    if path.suffix.lower() not in _ENDINGS:
        return False
    stem = path.stem.lower()
    return stem in _NAMES or stem.endswith((".test", ".tests", ".cases"))


def _beside(definition: Path) -> Iterator[Path]:
    for file in sorted(definition.parent.iterdir()):
        if is_test_file(file) and definition.resolve() in {item.resolve() for item in _candidates(file)}:
            yield file


def _candidates(test: Path) -> list[Path]:
    """The definitions that a test file may be about by its name, the likeliest first."""
    stem = test.stem
    base, dot, _ = stem.rpartition(".")
    if dot:
        return [test.with_name(f"{base}.json")]
    listed = sorted(path for path in test.parent.glob("*.json") if not path.name.endswith((".tfvars.json",)))
    named = [path for path in listed if path.name in ("definition.json", "policy.json", "azurepolicy.json")]
    return named or (listed if len(listed) == 1 else [])


def definition_of(test: Path, suite: Suite) -> Path:
    """The definition that a test file is about.

    Raises:
        ProblemError: when there is none.

    """
    if suite.definition is not None:
        named = test.parent / suite.definition
        if not named.is_file():
            raise ProblemError(
                f"there is no definition `{suite.definition}`",
                origin=Origin(source="cases", file=display(test)),
                help="give its path from the test file",
            )
        return named
    found = next((path for path in _candidates(test) if path.is_file()), None)
    if found is None:
        raise ProblemError(
            "there is no definition to test",
            origin=Origin(source="cases", file=display(test)),
            help="put it beside the tests as `definition.json` or `NAME.json`, or name it under `definition`",
        )
    return found


def run_suite(
    path: Path, *, only: str | None = None, coverage: bool = False, derive: Deriver | None = None
) -> SuiteRun:
    """Run a test file; `only` names cases by a part of their name. What goes wrong is kept in the run."""
    run = SuiteRun(path)
    try:
        suite = read_suite(path)
        run.definition = definition_of(path, suite)
        definition = load_definition(run.definition.read_bytes(), file=display(run.definition))
    except ProblemError as problem:
        run.problem = problem
        return run
    except OSError as error:
        run.problem = ProblemError(
            f"cannot read `{path}`: {(error.strerror or 'error').lower()}", help="check that you may read it"
        )
        return run
    run.coverage = Coverage(definition) if coverage else None
    bench = Bench(_maker(definition), path.parent, suite.parameters, suite.context, run.coverage, derive)
    for case in suite.cases:
        if only is None or only.lower() in case.name.lower():
            run.cases.append(_run_case(bench, case, path))
    return run


def _maker(definition: Definition) -> Any:
    def make(parameters: Mapping[str, Any], context: EvaluationContext) -> Policy:
        return compile_definition(definition, parameters, context=context)

    return make


def _run_case(bench: Bench, case: Case, path: Path) -> CaseRun:
    run = CaseRun(case)
    started = time.perf_counter()
    try:
        run.results = bench.run(case)
    except ProblemError as problem:
        if problem.origin is None or problem.origin.file is None:
            problem.origin = Origin(source="cases", file=display(path))
        run.problem = problem
    run.seconds = time.perf_counter() - started
    return run
