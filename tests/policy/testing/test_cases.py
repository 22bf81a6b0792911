"""Test files: what they may say, and what is wrong with those that are broken."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everward.policy.testing import Case, Expectation, ExpectedChange, read_cases, read_suite
from everward.policy.testing.written import make_resource
from everward.values import Origin, ProblemError


def write(folder: Path, text: str) -> Path:
    path = folder / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_of_cases_is_a_suite(tmp_path: Path) -> None:
    path = write(tmp_path, "- {name: one, expect: bad, resource: {type: A/b, name: c}}\n")
    assert read_cases(path) == [Case(name="one", expect="bad", resource={"type": "A/b", "name": "c"})]


def test_everything_that_a_suite_may_say_is_read(tmp_path: Path) -> None:
    suite = read_suite(
        write(
            tmp_path,
            """
definition: ../policy.json
parameters: {effect: Deny}
context: {now: 2026-01-31T00:00:00Z, apiVersion: 2024-01-01}
cases:
- name: whole
  terraform: ./code
  variables: {count: 3, name: x}
  variableFiles: [a.tfvars]
  environment: prod
  select: {type: A/b, name: c, id: /x, address: a.b}
  related: [{type: A/b, name: d}]
  parameters: {effect: Audit}
  context: {identity: {appid: 1}}
  expect:
    state: unknown
    effect: Deny
    request: denied
    changes: [{path: tags.a, kind: add, before: null, after: 1}]
    deploys: {properties: {mode: incremental}}
    decidedBy: [var.x]
    reasons: [properties.a]
    message: fails
""",
        )
    )
    assert suite.definition == "../policy.json"
    assert suite.context is not None
    # Dates stay as they are written: a resource's properties are texts.
    assert (suite.context.now, suite.context.api_version) == ("2026-01-31T00:00:00Z", "2024-01-01")
    (case,) = suite.cases
    assert case.path == "./code"
    assert isinstance(case.expect, Expectation)
    assert case.expect.changes == (ExpectedChange("tags.a", "add", None, 1),)
    assert case.expected is case.expect
    assert Case(name="a", expect="good", template="t.json").path == "t.json"
    assert Case(name="a", expect="good", workload="w").expected == Expectation(state="good")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("- name: [", "does not hold cases", 2),
        ("{}", "object missing required field `cases`", 1),
        ("cases:\n- name: one\n  expect: maybe\n", "invalid enum value 'maybe' at `cases[0].expect`", 3),
        ("- name: one\n  expect: good\n- name: two\n", "object missing required field `expect` at `[1]`", 3),
        ("- {name: a, expect: bad, x: 1}\n", "object contains unknown field `x`", 1),
        ("- name: a\n  expect: {stat: good}\n", "object contains unknown field `stat` at `[0].expect`", 2),
        ("cases: 7", "expected `array`, got `int` at `cases`", 1),
        ("", "expected `object`, got `null`", None),
        ("- {name: a, expect: bad, resource: {1: 2}}", "the key `1` is no text: put it in quotes", None),
        ("- &a [1, 1, 1, 1]\n- &b [*a, *a, *a, *a]\n", "expected `object`, got `array` at `[0]`", 1),
        ("a: !!python/object:os.system x", "could not determine a constructor for the tag", 1),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    with pytest.raises(ProblemError) as caught:
        read_suite(write(tmp_path, text))
    assert message in str(caught.value)
    assert caught.value.origin is not None
    assert caught.value.origin.line == line
    assert caught.value.help


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="does not hold cases: no such file"):
        read_suite(tmp_path / "none.yaml")
    path = tmp_path / "cases.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProblemError, match="does not hold cases"):
        read_suite(path)
    with pytest.raises(ProblemError, match="does not hold cases"):
        read_suite(write(tmp_path, "[" * 5000 + "]" * 5000))


def test_what_anchors_repeat_is_bounded(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9)]
    with pytest.raises(ProblemError, match="more than 200000 values"):
        read_suite(write(tmp_path, "\n".join(lines)))


@given(st.text(alphabet="-:{}[]ab&*!|>'\"\n #,?%@", max_size=40))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_file_it_is_read_or_refused(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), text)
        try:
            suite = read_suite(path)
        except ProblemError:
            return
        assert suite.cases is not None


def deep(folder: Path, depth: int) -> Path:
    text = "- {name: x, expect: good, resource: {type: A.B/c, name: d, properties: " + "[" * depth + "]" * depth + "}}"
    return write(folder, text)


def test_deep_values_are_read(tmp_path: Path) -> None:
    (case,) = read_suite(deep(tmp_path, 495)).cases
    assert case.resource is not None
    assert make_resource(case.resource, Origin(source="template")).body["properties"]


def test_deeper_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="nested deeper than 500 levels"):
        read_suite(deep(tmp_path, 600))


def test_an_id_that_is_no_text_is_told() -> None:
    with pytest.raises(ProblemError, match="the `id` of a resource of a case is not a text"):
        make_resource({"type": "A.B/c", "name": "d", "id": 5}, Origin(source="template"))
