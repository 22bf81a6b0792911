from pathlib import Path

import pytest

from everward.sources.tree import CACHED_BYTES, Tree, display
from everward.values import UnreadableError, UsageError


def test_files_come_in_a_stable_order_without_tools_folders(tmp_path: Path) -> None:
    for name in ("b.tf", "a.tf", "modules/x.tf", "modules/deep/y.tf", ".git/config", ".terraform/z.tf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    names = [path.relative_to(tmp_path).as_posix() for path in Tree(tmp_path).files]
    assert names == ["a.tf", "b.tf", "modules/x.tf", "modules/deep/y.tf"]


def test_a_single_file_is_a_tree_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text("x")
    assert Tree(path).files == (path,)


def test_a_folder_link_that_loops_is_visited_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "main.tf").write_text("x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert Tree(tmp_path).files == (tmp_path / "a" / "main.tf",)


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        Tree(tmp_path / "nowhere")


def test_a_folder_that_vanishes_is_remembered_as_unreadable(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    tree = Tree(folder)
    folder.rmdir()
    assert tree.files == ()
    assert tree.unreadable == [(folder, "no such file or directory")]


def test_contents_are_read_once_and_text_loses_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    tree = Tree(tmp_path)
    assert tree.text(path) == "{}"
    path.write_text("changed")
    assert tree.text(path) == "{}"


def test_large_files_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (CACHED_BYTES + 1))
    tree = Tree(tmp_path)
    tree.read(path)
    path.write_bytes(b"{}")
    assert tree.read(path) == b"{}"


@pytest.mark.parametrize("content", [b"a\0b", b"\xff\xfe\xfa"])
def test_what_is_not_text_is_said_with_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="is not text") as caught:
        Tree(tmp_path).text(path)
    assert caught.value.origin is not None
    assert caught.value.origin.file == display(path)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        Tree(tmp_path).read(tmp_path / "gone.tf")


def test_the_repository_is_the_nearest_folder_with_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src" / "infra").mkdir(parents=True)
    assert Tree(tmp_path / "src" / "infra").repository == tmp_path.resolve()
    path = tmp_path / "src" / "a.tf"
    path.write_text("")
    assert Tree(path).repository == tmp_path.resolve()


def test_paths_are_shown_relative_to_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert display(tmp_path / "a" / "b.tf") == "a/b.tf"
    assert display(tmp_path) == "."
    assert display(Path("/elsewhere/x.tf")) == "/elsewhere/x.tf"
