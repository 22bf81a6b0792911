import base64
import json
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import attempt, evaluate, failure

from everward.expressions import TEMPLATE, ExpressionError, parse_json
from everward.expressions.functions.identity import GUID_NAMESPACE
from everward.expressions.functions.jsonreader import Reader
from everward.expressions.problem import Failure
from everward.values import Unknown, Value

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg')", "js26ofeqkqeve"),
        ("uniqueString('snap', 'crackle', 'pop')", "byghxckddilkc"),
        ("uniqueString('snap-crackle-pop')", "byghxckddilkc"),
        ("guid('foo', 'bar', 'baz')", "2ed86837-7c7c-5eaa-9864-dd077fd19b0d"),
        ("base64('ä')", "w6Q="),
        ("base64ToString('w6Q=')", "ä"),
        ("base64ToString('')", ""),
        ("base64ToJson('eyJhIjoxfQ==').a", 1),
        ("dataUri('x')", "data:text/plain;charset=utf-8;base64,eA=="),
        ("dataUriToString('data:;base64,SGVsbG8=')", "Hello"),
        ("dataUriToString('DATA:text/plain,a%20b')", "a b"),
        ("uriComponent('a b/ä~_-.')", "a%20b%2F%C3%A4~_-."),
        ("uriComponentToString('a%20b%2F%C3%A4+')", "a b/ä+"),
        ("uri('https://x.com/a/b', 'c/d')", "https://x.com/a/c/d"),
        ("uri('https://x.com/a/b/', 'c')", "https://x.com/a/b/c"),
        ("uri('https://x.com', 'c')", "https://x.com/c"),
        ("uri('https://x.com/a?x=1', '/c?y=2')", "https://x.com/c?y=2"),
        ("uri('https://x.com/a/b/c', '../d')", "https://x.com/a/d"),
        ("uri('https://x.com/a', 'http://y.com/z')", "http://y.com/z"),
    ],
)
def test_encoding(text: str, expected: Value) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("uniqueString(null())", "`uniqueString`: every argument must be a string, not null"),
        ("guid(createArray())", "`guid`: every argument must be a string, not an array"),
        ("base64(1)", "`base64`: its argument must be a string"),
        ("base64ToString('!!')", "`base64ToString`: its argument is not base64"),
        ("base64ToString('w6')", "`base64ToString`: its argument is not base64"),
        ("base64ToString('/w==')", "`base64ToString`: what is encoded is not text in UTF-8"),
        ("base64ToString('ä')", "`base64ToString`: its argument is not base64"),
        ("dataUriToString('hello')", "`dataUriToString`: its argument is not a data URI"),
        ("dataUriToString('data:,%FF')", "`dataUriToString`: what is encoded is not text in UTF-8"),
        ("uri('x/y', 'z')", "`uri`: `x/y` is not an absolute URI"),
        ("uri('https:///x', 'z')", "`uri`: `https:///x` is not an absolute URI"),
        ("uri('https://x:y/', 'z')", "`uri`: `https://x:y/` is not a URI"),
        ("parseUri('https://[x/')", "`parseUri`: `https://[x/` is not a URI"),
        ("buildUri(createObject('host', 'x'))", "`buildUri`: an address needs `scheme` and `host`"),
        ("buildUri(createObject('scheme', 1))", "`buildUri`: `scheme` must be a string, not an integer"),
        ("json('{not valid}')", "`json`: the text is not JSON: unexpected `v` in line 1"),
        ("json(1)", "`json`: its argument must be a string, not an integer"),
    ],
)
def test_encoding_that_fails(text: str, message: str) -> None:
    assert failure(text).message.startswith(message)


def test_hashes_take_scalars_as_text() -> None:
    assert evaluate("uniqueString(1, true())") == evaluate("uniqueString('1', 'True')")


def test_a_new_guid_is_a_hole() -> None:
    value = evaluate("newGuid()")
    assert isinstance(value, Unknown)
    assert value.present
    assert value.text == "[newGuid()]"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3))
def test_hashes_have_their_form(parts: list[str]) -> None:
    arguments = ", ".join(f"parameters('{index}')" for index in range(len(parts)))
    values = {str(index): part for index, part in enumerate(parts)}
    unique = evaluate(f"uniqueString({arguments})", TEMPLATE, **values)
    assert len(unique) == 13
    assert set(unique) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert evaluate(f"guid({arguments})", TEMPLATE, **values) == str(uuid5(UUID(GUID_NAMESPACE), "-".join(parts)))


@given(st.text(max_size=20))
def test_what_is_encoded_can_be_decoded(text: str) -> None:
    assert evaluate("base64(parameters('t'))", t=text) == base64.b64encode(text.encode()).decode()
    assert evaluate("base64ToString(base64(parameters('t')))", t=text) == text
    assert evaluate("dataUriToString(dataUri(parameters('t')))", t=text) == text
    assert evaluate("uriComponentToString(uriComponent(parameters('t')))", t=text) == text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "https://x.com:8443/a/b?c=d",
            {"scheme": "https", "host": "x.com", "port": 8443, "path": "/a/b", "query": "?c=d"},
        ),
        ("http://X.com", {"scheme": "http", "host": "x.com", "port": 80, "path": "/", "query": ""}),
        ("sb://bus/", {"scheme": "sb", "host": "bus", "port": None, "path": "/", "query": ""}),
    ],
)
def test_addresses_are_taken_apart_and_built(address: str, expected: Value) -> None:
    assert evaluate("parseUri(parameters('a'))", a=address) == expected
    built = evaluate("buildUri(parseUri(parameters('a')))", a=address)
    assert evaluate("parseUri(parameters('a'))", a=built) == expected


def test_a_schemes_own_port_is_left_out() -> None:
    assert evaluate("buildUri(createObject('Scheme', 'HTTPS', 'host', 'x', 'port', 443, 'path', 'a'))") == "https://x/a"
    assert (
        evaluate("buildUri(createObject('scheme', 'https', 'host', 'x', 'port', 1, 'query', 'q=1'))")
        == "https://x:1/?q=1"
    )


@given(JSON)
def test_json_is_read_by_both_readers(value: Value) -> None:
    text = json.dumps(value)
    assert parse_json(text) == value
    assert Reader(text).read() == value
    assert Reader(json.dumps(value, indent=1, ensure_ascii=False)).read() == value


@given(JSON)
def test_the_string_of_a_value_is_its_json(value: Value) -> None:
    if isinstance(value, (list, dict)):
        assert json.loads(evaluate("string(parameters('v'))", v=value)) == value
        assert evaluate("json(string(parameters('v')))", v=value) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "// head\n{ /* a */ \"a\": 1, // b\n 'b': [1, 2,], c_1: 'it\\'s', } // tail",
            {"a": 1, "b": [1, 2], "c_1": "it's"},
        ),
        ("\ufeff[]", []),
        ("{}", {}),
        ("{'a': {'b': [[], {}]}}", {"a": {"b": [[], {}]}}),
        ("'a\nb'", "a\nb"),
        ("'a\\\nb\\/\\t'", "ab/\t"),
        ("'\\u00e4\\ud83d\\ude00\\ud800'", "ä😀\ufffd"),
        ("[0x1F, -0x1, .5, 5., +7, 1e2]", [31, -1, 0.5, 5.0, 7, 100.0]),
        ("[undefined, true, false, null]", [None, True, False, None]),
        ("{a: 1, 'a': 2}", {"a": 2}),
        ("[" * 128 + "]" * 128, json.loads("[" * 128 + "]" * 128)),
        ("/**/" + "[" * 128 + "]" * 128, json.loads("[" * 128 + "]" * 128)),
        ("'2020-01-01T00:00:00Z'", "2020-01-01T00:00:00Z"),
        ("123456789012345678901234567890 // long", 123456789012345678901234567890),
    ],
)
def test_lenient_json(text: str, expected: Value) -> None:
    assert parse_json(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it ends too early in line 1"),
        ("{", "it ends too early in line 1"),
        ("[1", "it ends too early"),
        ("[1 2]", "unexpected `2`"),
        ("[,]", "unexpected `,`"),
        ("{'a' 1}", "unexpected `1`"),
        ("{'a': 1 'b': 2}", "unexpected `'`"),
        ("{1: 2}", "unexpected `1`"),
        ("'abc", "it ends too early"),
        ("'\\x'", "unexpected `\\`"),
        ("'\\u12'", "unexpected `\\`"),
        ("[1]\n\n]", "unexpected `]` in line 3"),
        ("nope", "unexpected `n`"),
        ("1e999 //", "unexpected `1`"),
        ("/* open", "unexpected `/`"),
        ("[" * 129 + "]" * 129, "nested deeper than 128 levels"),
        ("[" * 100_000, "nested deeper than 128 levels"),
        ("/**/" + "[" * 129, "nested deeper than 128 levels"),
    ],
)
def test_text_that_is_no_json(text: str, message: str) -> None:
    with pytest.raises(Failure) as caught:
        parse_json(text)
    assert message in caught.value.message


@given(st.text(alphabet="{}[]:,'\"\\ u0aF1.-/*\nntrue", max_size=40))
def test_any_text_is_json_or_fails_as_an_expression(text: str) -> None:
    result = attempt("json(parameters('t'))", t=text)
    assert not isinstance(result, ExpressionError) or result.message.startswith("`json`: the text is not JSON")
