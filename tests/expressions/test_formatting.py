import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import attempt, evaluate, failure

from everward.values import Value


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("{0}", "a", "a"),
        ("{ 0 }", "a", "a"),
        ("{0:N2}", "text ignores formats", "text ignores formats"),
        ("{0:X}", True, "True"),
        ("{0}", None, ""),
        ("{0}", [1, "a", True, None], "[1,'a',true,null]"),
        ("{0}", 1.5, "1.5"),
        ("{0,5}|", "ab", "   ab|"),
        ("{0,-5}|", "ab", "ab   |"),
        ("{0, 4 :D3}", 7, " 007"),
        ("{{{0}}}", 1, "{1}"),
        ("{{0}}", 1, "{0}"),
        ("{0:D}", -7, "-7"),
        ("{0:D4}", -7, "-0007"),
        ("{0:X4}", 255, "00FF"),
        ("{0:x}", 255, "ff"),
        ("{0:X}", -1, "FFFFFFFFFFFFFFFF"),
        ("{0:B8}", 5, "00000101"),
        ("{0:N}", 1234567.891, "1,234,567.89"),
        ("{0:N0}", 1234, "1,234"),
        ("{0:F1}", 2.25, "2.3"),
        ("{0:F0}", -0.4, "0"),
        ("{0:F}", 5, "5.00"),
        ("{0:P}", 0.5, "50.00 %"),
        ("{0:P0}", 12, "1,200 %"),
        ("{0:C}", 3.5, "¤3.50"),
        ("{0:C0}", -3, "(¤3)"),
        ("{0:E}", 12345, "1.234500E+004"),
        ("{0:e2}", -0.00012, "-1.20e-004"),
        ("{0:G}", 1234567, "1234567"),
        ("{0:G}", 1.5, "1.5"),
        ("{0:G3}", 1234567, "1.23E+06"),
        ("{0:g2}", 0.0000012, "1.2e-06"),
        ("{0:G4}", 12.3456, "12.35"),
        ("{0:R}", 0.1, "0.1"),
        ("{0:000}", 5, "005"),
        ("{0:0.00}", 3.14159, "3.14"),
        ("{0:#.##}", 2.5, "2.5"),
        ("{0:#,##0}", 1234567, "1,234,567"),
        ("{0:0,000}", 5, "0,005"),
        ("{0:0%}", 0.25, "25%"),
        ("{0:00' kg'}", 7, "07 kg"),
        ('{0:\\#0 "x"}', 7, "#7 x"),
        ("{0:.0}", 0.5, ".5"),
        ("{0:0}", -1.5, "-2"),
        ("{0:N1}", float("inf"), "Infinity"),
        ("{0:D}", 10**400, "1" + "0" * 400),
    ],
)
def test_values_are_formatted_as_dotnet_does(pattern: str, value: Value, expected: str) -> None:
    assert evaluate("format(parameters('p'), parameters('v'))", p=pattern, v=value) == expected


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a } b", "the pattern has an unmatched closing brace"),
        ("a { b", "the pattern has an unmatched opening brace"),
        ("{1}", "placeholder `{1}` has no argument: there are 1"),
        ("{}", "`{}` is not a placeholder"),
        ("{-1}", "`{-1}` is not a placeholder"),
        ("{0,}", "`` is not the width of a placeholder"),
        ("{0,a}", "`a` is not the width of a placeholder"),
        ("{0,1000000}", "the width of a placeholder must not exceed 999999"),
        ("{0,99999999999999}", "the width of a placeholder must not exceed 999999"),
        ("{0:Z}", "`Z` is not a numeric format"),
        ("{0:abc}", "`abc` is not a numeric format"),
        ("{0:0;1}", "`0;1` is not a numeric format"),
        ("{0:0'}", "`0'` is not a numeric format"),
        ("{0:D}", "the format `D` takes an integer"),
        ("{0:N400}", "the number is too large for its format"),
    ],
)
def test_patterns_that_are_wrong(pattern: str, message: str) -> None:
    assert failure("format(parameters('p'), json('1.5'))", p=pattern).message == f"`format`: {message}"


def test_a_huge_number_has_no_fixed_form() -> None:
    assert "too large for its format" in failure("format('{0:N2}', parameters('v'))", v=1e305).message


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1), st.integers(min_value=0, max_value=9))
def test_numbers_keep_their_value(value: int, digits: int) -> None:
    for pattern in ("D", f"F{digits}", f"N{digits}", "G", "0"):
        text = evaluate(f"format('{{0:{pattern}}}', parameters('v'))", v=value)
        assert float(text.replace(",", "")) == float(value)


@given(st.text(max_size=12))
def test_any_pattern_is_formatted_or_fails_as_an_expression(pattern: str) -> None:
    for value in (12, -0.75, "s"):
        result = attempt("format(parameters('p'), parameters('v'))", p=f"{{0:{pattern}}}", v=value)
        assert isinstance(result, str) or result.message.startswith("`format`")
