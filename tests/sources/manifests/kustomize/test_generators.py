"""Config maps and secrets that are generated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.sources.manifests.repository import find, read, reasons

from everward.sources.manifests.kustomize.generators import digest_of


def generated(folder: Path, *entries: dict[str, Any], kind: str = "configMap", **files: bytes) -> Any:
    kustomization = {f"{kind}Generator": [{"options": {"disableNameSuffixHash": True}, **entry} for entry in entries]}
    return read(folder, {"kustomization.yaml": json.dumps(kustomization), **files})


def test_variables_are_read_line_by_line(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfA=1\r\n# no\n\n  B = two \nC\n"
    reading = generated(tmp_path, {"name": "c", "envs": ["v"]}, v=content)
    assert find(reading, "ConfigMap", "c").get("properties.data") == {"A": "1", "B ": " two ", "C": ""}


def test_what_is_no_text_is_binary(tmp_path: Path) -> None:
    reading = generated(tmp_path, {"name": "c", "files": ["f"]}, f=b"\xff" * 60)
    data: Any = find(reading, "ConfigMap", "c").get("properties.binaryData")
    assert data["f"] == "/" * 70 + "\n" + "/" * 10 + "\n"


def test_variables_that_are_no_text_are_said(tmp_path: Path) -> None:
    reading = generated(tmp_path, {"name": "c", "envs": ["v"]}, v=b"A=\xff")
    assert "`v` is not text in UTF-8" in reasons(reading)


def test_a_file_of_variables_that_is_not_there_leaves_the_name_open(tmp_path: Path) -> None:
    reading = generated(tmp_path, {"name": "c", "envs": ["v"], "options": {}})
    assert reading.incomplete
    assert any("{digest}" in item.name for item in reading.resources)


def test_generators_merge_and_replace(tmp_path: Path) -> None:
    first = {
        "name": "c",
        "literals": ["a=1", "b='2'"],
        "options": {"disableNameSuffixHash": True, "labels": {"x": "y"}},
    }
    reading = generated(tmp_path, first, {"name": "c", "behavior": "merge", "literals": ["b=3"]})
    body: Any = find(reading, "ConfigMap", "c").body["properties"]
    assert (body["data"], body["metadata"]["labels"]) == ({"a": "1", "b": "3"}, {"x": "y"})
    reading = generated(tmp_path, first, {"name": "c", "behavior": "replace", "literals": ["b=3"]})
    assert find(reading, "ConfigMap", "c").get("properties.data") == {"b": "3"}
    reading = generated(tmp_path, first, {"name": "c", "literals": ["b=3"]})
    assert "there is a ConfigMap `c` already" in reasons(reading)


def test_errors_of_secrets_do_not_tell_them(tmp_path: Path) -> None:
    reading = generated(tmp_path, {"name": "s", "literals": ["hunter2"]}, kind="secret")
    assert "hunter2" not in str((reasons(reading), [item.body for item in reading.resources]))
    assert reading.incomplete


def test_digests_are_open_where_the_content_is_not_text() -> None:
    assert digest_of("ConfigMap", {"data": {"a": "1"}}) is not None
    assert digest_of("ConfigMap", {"data": {"a": 1}}) is None
    assert digest_of("ConfigMap", {"data": 5}) is None
    assert digest_of("Job", {}) is None
    assert digest_of("Secret", {"type": "Opaque", "data": {}, "stringData": {"a": "<&>"}}) is not None
