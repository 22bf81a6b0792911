"""Scripts that call an origin directly."""

from pathlib import Path

import pytest

from everward.sources.pipelines.callers import MAX_BYTES, direct_callers
from everward.sources.tree import Tree


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("smoke.ps1", '$header = @{\n    "X-Azure-FDID" = "$id"\n}', 2),
        ("call.sh", "curl -H 'X-Azure-FDID: 1' https://a", 1),
        ("test.py", 'headers = {}\n\nheaders["X-Azure-FDID"] = fdid', 3),
        ("job.yaml", "script: |\n  curl -H x-azure-fdid:1 $url", 2),
    ],
)
def test_whoever_sets_the_header_calls_directly(name: str, text: str, line: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    [origin] = direct_callers(Tree(tmp_path))
    assert (Path(str(origin.file)).name, origin.line) == (name, line)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("check.py", 'if headers["X-Azure-FDID"] == fdid: pass'),
        ("ingress.yaml", 'SecRule &REQUEST_HEADERS:X-Azure-FDID \\"@eq 0\\"'),
        ("ingress.yaml", 'if ($http_x_azure_fdid != "1") { return 403; }'),
        ("notes.md", "X-Azure-FDID: set by the edge"),
        ("large.sh", "X-Azure-FDID: 1" + " " * MAX_BYTES),
    ],
)
def test_whoever_checks_it_does_not(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert list(direct_callers(Tree(tmp_path))) == []


def test_a_file_that_is_gone_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "call.sh"
    path.write_text("curl -H 'X-Azure-FDID: 1'")
    tree = Tree(tmp_path)
    assert tree.files
    path.unlink()
    assert list(direct_callers(tree)) == []
