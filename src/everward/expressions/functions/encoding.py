"""Functions that encode, decode, hash and parse."""

from __future__ import annotations

import binascii

from everward.expressions.functions import identity
from everward.expressions.functions.jsontext import parse_json
from everward.expressions.functions.registry import Family, Holes
from everward.expressions.kinds import as_string, is_number
from everward.expressions.problem import Failure
from everward.expressions.text import check_length, text_of
from everward.values import Unknown, Value

ENCODING = Family()


@ENCODING.add("uniqueString", 1, None)
def unique_string(*values: Value) -> Value:
    """Thirteen letters and digits that the arguments decide, the same as in Azure."""
    return identity.unique_string(*[_hashable(value) for value in values])


@ENCODING.add("guid", 1, None)
def guid(*values: Value) -> Value:
    """A name-based id that the arguments decide, the same as in Azure."""
    return identity.guid(*[_hashable(value) for value in values])


def _hashable(value: Value) -> str:
    if isinstance(value, bool) or is_number(value):
        return text_of(value)
    return as_string(value, "every argument")


@ENCODING.add("newGuid", 0, 0, holes=Holes.OWN)
def new_guid() -> Value:
    """A hole: the id is drawn anew at every deployment."""
    return Unknown(reason="drawn anew at every deployment: newGuid()", present=True)


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Failure("what is encoded is not text in UTF-8") from None


def _from_base64(text: str) -> str:
    try:
        return _decoded(binascii.a2b_base64("".join(text.split()), strict_mode=bool(text)))
    except (binascii.Error, ValueError):
        raise Failure("its argument is not base64") from None


@ENCODING.add("base64", 1, 1)
def base64(value: Value) -> Value:
    """The base64 form of a string in UTF-8."""
    text = as_string(value)
    check_length(len(text) * 4)
    return binascii.b2a_base64(_bytes_of(text), newline=False).decode("ascii")


@ENCODING.add("base64ToString", 1, 1)
def base64_to_string(value: Value) -> Value:
    """The string that base64 stands for."""
    return _from_base64(as_string(value))


@ENCODING.add("base64ToJson", 1, 1, present=False)
def base64_to_json(value: Value) -> Value:
    """The value whose JSON base64 stands for."""
    return parse_json(_from_base64(as_string(value)))


@ENCODING.add("json", 1, 1, present=False)
def json(value: Value) -> Value:
    """The value that JSON stands for; comments, single quotes and bare names are read as well."""
    return parse_json(as_string(value))


@ENCODING.add("dataUri", 1, 1)
def data_uri(value: Value) -> Value:
    """A string as a data URI."""
    return f"data:text/plain;charset=utf-8;base64,{base64(value)}"


@ENCODING.add("dataUriToString", 1, 1)
def data_uri_to_string(value: Value) -> Value:
    """The string in a data URI, be it base64 or percent-encoded."""
    head, comma, data = as_string(value).partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise Failure("its argument is not a data URI")
    if head.lower().endswith(";base64"):
        return _from_base64(data)
    from urllib.parse import unquote_to_bytes

    return _decoded(unquote_to_bytes(data))
