from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.pipelines.templating import (
    MAX_LENGTH,
    Undecided,
    as_text,
    evaluate,
    expand_macros,
    is_open,
    substitute,
)

SCOPE: dict[str, Any] = {
    "variables": {"environment": "prod", "empty": "", "count": 2},
    "parameters": {"regions": ["a", "b"], "flag": True, "settings": {"sku": "p1"}},
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("eq(variables.environment, 'PROD')", True),
        ("ne(variables['environment'], 'prod')", False),
        ("and(parameters.flag, not(eq(variables.count, 2)))", False),
        ("or(false, in(variables.environment, 'int', 'prod'))", True),
        ("notIn('a', 'b', 'c')", True),
        ("contains('abc', 'B')", True),
        ("startsWith('abc', 'AB')", True),
        ("endsWith('abc', 'x')", False),
        ("upper(lower('AbC'))", "ABC"),
        ("replace(trim('  a-b '), '-', '_')", "a_b"),
        ("coalesce(variables.empty, 'x')", "x"),
        ("coalesce('', '')", ""),
        ("format('{0}-{1}', variables.environment, 1)", "prod-1"),
        ("parameters.settings.sku", "p1"),
        ("'it''s'", "it's"),
        ("1.5", 1.5),
        ("-3", -3),
    ],
)
def test_an_expression_over_what_files_state_has_a_value(source: str, value: Any) -> None:
    assert evaluate(source, SCOPE) == value


@pytest.mark.parametrize(
    "source",
    ["", "variables.unset", "unknown('x')", "eq('a')", "eq('a',", "1 2", "@", "format('{1}', 'a')", "(", "contains(1",
     "variables.environment.deeper", "eq(parameters.settings, 1)", "x" * (MAX_LENGTH + 1),
     "not(" * 100 + "1" + ")" * 100],
)  # fmt: skip
def test_what_files_do_not_decide_is_undecided(source: str) -> None:
    with pytest.raises(Undecided):
        evaluate(source, SCOPE)


def test_a_text_that_is_one_expression_keeps_its_type() -> None:
    assert substitute("${{ parameters.regions }}", SCOPE) == ["a", "b"]
    assert substitute("${{ parameters.flag }}", SCOPE) is True
    assert substitute("config-${{ variables.environment }}.yaml", SCOPE) == "config-prod.yaml"
    assert substitute("${{ variables.unset }}", SCOPE) == "${{ variables.unset }}"
    assert substitute("a-${{ variables.unset }}", SCOPE) == "a-${{ variables.unset }}"
    assert substitute("a-${{ parameters.regions }}", SCOPE) == "a-${{ parameters.regions }}"
    assert substitute("plain", SCOPE) == "plain"


def test_macros_are_filled_in_until_nothing_changes() -> None:
    variables = {"a": "$(b)-1", "b": "x", "loop": "$(loop)y"}
    assert expand_macros("$(A) $(other)", variables) == "x-1 $(other)"
    assert expand_macros("$(loop)", variables).endswith("y")


@pytest.mark.parametrize("text", ["$(x)", "${{ x }}", "$[x]", "$x", "${x}"])
def test_a_text_with_a_part_set_while_running_is_open(text: str) -> None:
    assert is_open(f"a{text}b")
    assert not is_open('["a", "b"] 100$')


def test_values_become_text_as_pipelines_write_them() -> None:
    assert [as_text(value) for value in (True, False, None, 1, "x")] == ["True", "False", "", "1", "x"]


@given(st.text(max_size=80))
def test_any_expression_has_a_value_or_is_undecided(text: str) -> None:
    try:
        evaluate(text, SCOPE)
    except Undecided:
        return
    assert substitute("${{" + text + "}}", SCOPE) is not None or text.strip()
