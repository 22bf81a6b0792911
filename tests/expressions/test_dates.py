from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import attempt, evaluate, evaluate_policy, failure

from everward.expressions import POLICY, TEMPLATE
from everward.expressions.functions.moments import from_datetime, parse_moment, write_iso
from everward.values import Value


@pytest.mark.parametrize(
    ("base", "duration", "expected"),
    [
        ("2023-01-01 00:00:00Z", "P1Y", "2024-01-01T00:00:00Z"),
        ("2024-01-01 00:00:00Z", "P1Y", "2024-12-31T00:00:00Z"),
        ("2023-02-01 00:00:00Z", "P1M", "2023-03-03T00:00:00Z"),
        ("2024-02-28T23:00:00Z", "PT90M", "2024-02-29T00:30:00Z"),
        ("2020-04-07T14:53:14Z", "-P9D", "2020-03-29T14:53:14Z"),
        ("2020-04-07T14:53:14Z", "P1Y2M1W3DT4H5M6S", "2021-06-16T18:58:20Z"),
        ("2020-04-07", "PT0S", "2020-04-07T00:00:00Z"),
        ("20200407T145314Z", "P1D", "2020-04-08T14:53:14Z"),
        ("2020-04-07T14:53", "PT1M", "2020-04-07T14:54:00Z"),
        ("2020-04-07T14:53:14.1234567Z", "P1D", "2020-04-08T14:53:14.1234567Z"),
        ("2020-04-07T14:53:14.5Z", "PT0.75S", "2020-04-07T14:53:15.25Z"),
        ("2020-04-07T14:53:14-0800", "P1D", "2020-04-08T14:53:14-08:00"),
        ("2020-04-07T14:53:14+05", "PT0S", "2020-04-07T14:53:14+05:00"),
        ("0001-01-02T00:00:00Z", "-P1D", "0001-01-01T00:00:00Z"),
    ],
)
def test_durations_are_added(base: str, duration: str, expected: str) -> None:
    assert evaluate("dateTimeAdd(parameters('b'), parameters('d'))", b=base, d=duration) == expected


BASE = "2026-03-04T05:06:07.0890000+02:00"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("d", "03/04/2026"),
        ("D", "Wednesday, 04 March 2026"),
        ("f", "Wednesday, 04 March 2026 05:06"),
        ("F", "Wednesday, 04 March 2026 05:06:07"),
        ("g", "03/04/2026 05:06"),
        ("G", "03/04/2026 05:06:07"),
        ("m", "March 04"),
        ("M", "March 04"),
        ("o", "2026-03-04T05:06:07.0890000+02:00"),
        ("O", "2026-03-04T05:06:07.0890000+02:00"),
        ("r", "Wed, 04 Mar 2026 03:06:07 GMT"),
        ("s", "2026-03-04T05:06:07"),
        ("t", "05:06"),
        ("T", "05:06:07"),
        ("u", "2026-03-04 03:06:07Z"),
        ("U", "Wednesday, 04 March 2026 03:06:07"),
        ("y", "2026 March"),
        ("Y", "2026 March"),
        ("yyyyMMddHHmmss", "20260304050607"),
        ("d/M/y h:m:s t", "4/3/26 5:6:7 A"),
        ("ddd dddd MMM MMMM", "Wed Wednesday Mar March"),
        ("yy yyy yyyyy", "26 2026 02026"),
        ("hh tt", "05 AM"),
        ("f ff fff FFF FFFFFFF", "0 08 089 089 089"),
        ("ss.FFF", "07.089"),
        ("z zz zzz K", "+2 +02 +02:00 +02:00"),
        ("'day' d \"month\" M \\d", "day 4 month 3 d"),
        ("%d", "4"),
        ("gg", "A.D."),
        ("H HH", "5 05"),
    ],
)
def test_formats_are_those_of_dotnet(pattern: str, expected: str) -> None:
    assert evaluate("dateTimeAdd(parameters('b'), 'PT0S', parameters('p'))", b=BASE, p=pattern) == expected


def test_details_of_formats() -> None:
    assert evaluate("dateTimeAdd('2026-03-04T13:00:00Z', 'PT0S', 'h tt ss.FFF K z')") == "1 PM 00 Z +0"
    assert evaluate("dateTimeAdd('2026-03-04T00:00:00-09:30', 'PT0S', 'h zzz')") == "12 -09:30"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dateTimeAdd('soon', 'P1D')", "`dateTimeAdd`: `soon` is not an ISO 8601 date and time"),
        ("dateTimeAdd('2023-02-29', 'P1D')", "`dateTimeAdd`: `2023-02-29` is not a date and time of the calendar"),
        ("dateTimeAdd('2023-02-28T25:00', 'P1D')", "is not a date and time of the calendar"),
        ("dateTimeAdd('2023-02-28T05:00+19:00', 'P1D')", "`dateTimeAdd`: `+19:00` is not a distance from UTC"),
        ("dateTimeAdd('2023-0228', 'P1D')", "is not an ISO 8601 date and time"),
        ("dateTimeAdd('2023-02-28', 'P')", "`dateTimeAdd`: `P` is not an ISO 8601 duration"),
        ("dateTimeAdd('2023-02-28', 'P1DT')", "is not an ISO 8601 duration"),
        ("dateTimeAdd('2023-02-28', '1D')", "is not an ISO 8601 duration"),
        ("dateTimeAdd('2023-02-28', 'P9999999Y')", "the duration `P9999999Y` is too long"),
        ("dateTimeAdd('9999-12-31', 'P1D')", "the result lies outside the years 1 to 9999"),
        ("dateTimeAdd('0001-01-01', '-P1D')", "the result lies outside the years 1 to 9999"),
        ("dateTimeAdd('2023-02-28', 'P1D', 'x')", "`x` is not a standard format of dates"),
        ("dateTimeAdd('2023-02-28', 'P1D', 'dd ''x')", "is not a format of dates"),
        ("dateTimeAdd('2023-02-28', 'P1D', 5)", "the format must be a string, not an integer"),
        ("dateTimeAdd('0001-01-01T00:00:00+01:00', 'PT0S', 'u')", "the result lies outside the years 1 to 9999"),
        ("dateTimeToEpoch(1)", "`dateTimeToEpoch`: its argument must be a string, not an integer"),
        ("dateTimeFromEpoch('1')", "`dateTimeFromEpoch`: its argument must be an integer, not a string"),
        ("dateTimeFromEpoch(9223372036854775807)", "the result lies outside the years 1 to 9999"),
    ],
)
def test_dates_that_fail(text: str, message: str) -> None:
    assert message in failure(text).message


def test_days_outside_the_calendar_fail() -> None:
    assert "years 1 to 9999" in failure("addDays('2026-01-01', 9000000)", POLICY).message
    assert "years 1 to 9999" in failure("addDays('2026-01-01', -800000)", POLICY).message


@pytest.mark.parametrize(
    ("base", "days", "expected"),
    [("2026-12-31", 1, "2027-01-01T00:00:00Z"), ("2026-01-01T01:02:03.5+01:00", -1, "2025-12-31T01:02:03.5+01:00")],
)
def test_days_are_added(base: str, days: Value, expected: str) -> None:
    assert evaluate_policy("addDays(parameters('b'), parameters('d'))", b=base, d=days) == expected


MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))


@given(MOMENTS)
def test_epochs_are_those_of_python(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    seconds = int((whole - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))
    text = whole.isoformat().replace("+00:00", "Z")
    assert evaluate("dateTimeToEpoch(parameters('t'))", t=text) == seconds
    assert evaluate("dateTimeFromEpoch(parameters('s'))", s=seconds) == text


@given(MOMENTS)
def test_a_written_moment_reads_as_itself(moment: datetime) -> None:
    ours = from_datetime(moment)
    again = parse_moment(write_iso(parse_moment(moment.isoformat())))
    assert again.ticks == ours.ticks
    assert evaluate("dateTimeAdd(parameters('t'), 'PT0S', 'o')", t=moment.isoformat()).startswith(
        moment.isoformat()[:19]
    )


@given(st.text(alphabet="0123456789-:.TZ+ PYMWDHS", max_size=24), st.text(max_size=8))
def test_any_text_is_a_date_or_fails_as_an_expression(text: str, pattern: str) -> None:
    for call, values in (
        ("dateTimeAdd('2026-01-01', parameters('d'))", {"d": text}),
        ("dateTimeAdd(parameters('t'), 'PT1S', parameters('p'))", {"t": text, "p": pattern}),
        ("dateTimeAdd('2026-01-01', 'PT1S', parameters('p'))", {"p": pattern}),
    ):
        result = attempt(call, TEMPLATE, **values)
        assert isinstance(result, str) or result.message.startswith("`dateTimeAdd`")
