"""The contributors to a change, who may not approve it: read from the commits of a real checkout."""

import subprocess
from pathlib import Path

import pytest

from bluelamp.core.git import GitError, authors, resolve


def git(root: Path, *words: str, author: str = "dev@police.example") -> None:
    name = f"{author.partition('@')[0]}"
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", author))
    }
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", **who})


def commit(root: Path, message: str, author: str = "dev@police.example") -> None:
    git(root, "commit", "-q", "--allow-empty", "-m", message, author=author)


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """A checkout at a merge of two commits by two people."""
    root = tmp_path / "whole"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "first", "old@police.example")
    git(root, "checkout", "-q", "-b", "change")
    commit(root, "one", "siro@police.example")
    commit(root, "two", "other@police.example")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "merge", "change", author="host@police.example")
    return root


def shallow(root: Path, depth: int) -> Path:
    cloned = root.parent / f"depth-{depth}"
    git(root.parent, "clone", "-q", "--depth", str(depth), root.as_uri(), str(cloned))
    return cloned


def test_everyone_in_a_merge_is_a_contributor(merged: Path) -> None:
    found = authors(merged, resolve(merged, "HEAD"))
    assert found == ["host@police.example", "other@police.example", "siro@police.example"]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_checkout_without_the_merged_commits_has_no_authors(merged: Path, depth: int) -> None:
    root = shallow(merged, depth)
    with pytest.raises(GitError):
        authors(root, resolve(root, "HEAD"))


def test_a_shallow_checkout_with_the_whole_change_has_its_authors(merged: Path) -> None:
    root = shallow(merged, 4)
    assert authors(root, resolve(root, "HEAD")) == authors(merged, resolve(merged, "HEAD"))


def test_a_single_commit_needs_no_history(merged: Path) -> None:
    commit(merged, "last", "siro@police.example")
    root = shallow(merged, 1)
    assert authors(root, resolve(root, "HEAD")) == ["siro@police.example"]


@pytest.mark.parametrize(
    "trailer",
    [
        "Co-authored-by: A Person <siro@police.example>",
        "co-AUTHORED-by: siro@police.example",
        "Co-authored-by: A <SIRO@Police.example>, B <b@police.example>",
        "Co-authored-by: A <siro@police.example> (with B)",
        "Co-authored-by: not-me@police.example <siro@police.example>",
        "Co-authored-by: A\u2028 <siro@police.example>",
        "Co-authored-by: A\n <siro@police.example>",
    ],
)
def test_a_co_author_is_found_in_every_spelling(merged: Path, trailer: str) -> None:
    commit(merged, f"change\n\n{trailer}\nReviewed-by: C <c@police.example>", "dev@police.example")
    found = authors(merged, resolve(merged, "HEAD"))
    assert "siro@police.example" in found
    assert "c@police.example" not in found
