"""Extracting the files of a commit into a folder, and nowhere else."""

import os
import subprocess
from pathlib import Path

import pytest

from bluelamp.core import git
from bluelamp.core.git import GitError


def run(root: Path, *words: str, given: bytes = b"") -> str:
    own = ("-c", "user.email=a@police.example", "-c", "user.name=A")
    return (
        subprocess.run(["git", "-C", str(root), *own, *words], input=given, check=True, capture_output=True)
        .stdout.decode()
        .strip()
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    made.mkdir()
    run(made, "init", "--quiet")
    return made


def committed(root: Path, entries: list[tuple[str, bytes, str]]) -> str:
    """A commit of blobs with any mode, content and name."""
    rows = [
        (mode, run(root, "hash-object", "-w", "--stdin", given=content), name)
        for mode, content, name in sorted(entries, key=lambda each: each[2])
    ]
    return run(root, "commit-tree", tree(root, *rows), "-m", "hostile")


def tree(root: Path, *rows: tuple[str, str, str]) -> str:
    """A tree of objects with any mode, hash and name."""
    path = root / ".git" / "tree"
    path.write_bytes(b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(found) for mode, found, name in rows))
    return run(root, "hash-object", "-t", "tree", "-w", "--literally", str(path))


def test_files_have_the_contents_that_git_stores(root: Path, tmp_path: Path) -> None:
    contents = {"a": b"", "b/c d": b"\0\n" * 300, "b/é": os.urandom(100_000), "b/e.yaml": b"a: 1\r\n"}
    for name, content in contents.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    (root / ".gitattributes").write_text("*.yaml text eol=lf export-ignore\n", encoding="utf-8")
    (root / "link").symlink_to("b/e.yaml")
    run(root, "-c", "core.autocrlf=false", "add", "--all")
    stored = run(root, "cat-file", "blob", ":b/e.yaml")
    run(root, "commit", "--quiet", "--message", "a")
    (root / "a").write_bytes(b"later")
    folder = tmp_path / "out"
    folder.mkdir()
    git.extract(root, run(root, "rev-parse", "HEAD"), folder)
    for name, content in contents.items():
        if name != "b/e.yaml":
            assert (folder / name).read_bytes() == content
    assert (folder / "b" / "e.yaml").read_text("utf-8").strip() == stored
    assert (folder / "link").readlink() == Path("b/e.yaml")


def test_nothing_is_written_or_linked_outside_the_folder(root: Path, tmp_path: Path) -> None:
    commit = committed(
        root,
        [
            ("100644", b"out", ".."),
            ("100644", b"hook", ".git"),
            ("120000", b"/etc", "absolute"),
            ("120000", b"../../outside", "above"),
            ("120000", b".", "here"),
            ("120000", b"here/here/../..", "round"),
            ("100644", b"kept", "kept"),
        ],
    )
    folder = tmp_path / "out"
    folder.mkdir()
    before = {path for path in tmp_path.rglob("*") if ".git" not in path.parts}
    git.extract(root, commit, folder)
    made = {path for path in tmp_path.rglob("*") if ".git" not in path.parts} - before
    assert {path.name for path in made} == {"kept", "here"}


def test_a_missing_object_is_reported(root: Path, tmp_path: Path) -> None:
    commit = committed(root, [("100644", b"kept", "kept")])
    blob = run(root, "hash-object", "--stdin", given=b"kept")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitError):
        git.extract(root, commit, tmp_path)


def test_a_submodule_has_the_files_of_the_commit_that_it_is_pinned_to(root: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    run(inner, "init", "--quiet")
    (inner / "rule.py").write_text("one", encoding="utf-8")
    run(inner, "add", "--all")
    run(inner, "commit", "--quiet", "--message", "one")
    run(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "shared/rules")
    run(root, "commit", "--quiet", "--message", "one")
    commit = run(root, "rev-parse", "HEAD")
    (root / "shared" / "rules" / "rule.py").write_text("two", encoding="utf-8")
    run(root / "shared" / "rules", "commit", "--quiet", "--all", "--message", "two")
    run(root, "commit", "--quiet", "--all", "--message", "two")
    for name, pinned, content in (("old", commit, "one"), ("new", "HEAD", "two")):
        folder = tmp_path / name
        folder.mkdir()
        assert git.extract(root, run(root, "rev-parse", pinned), folder) == []
        assert (folder / "shared" / "rules" / "rule.py").read_text("utf-8") == content
        for path in ("shared", "shared/rules", "shared/rules/rule.py"):
            assert git.files(root, run(root, "rev-parse", pinned), [path]) == {
                "shared/rules/rule.py": content.encode(),
            }


def test_a_submodule_that_is_not_checked_out_is_named(root: Path, tmp_path: Path) -> None:
    pinned = run(root, "commit-tree", run(root, "mktree"), "-m", "elsewhere")
    run(root, "update-index", "--add", "--cacheinfo", f"160000,{pinned},rules")
    run(root, "commit", "--quiet", "--message", "one")
    commit = run(root, "rev-parse", "HEAD")
    folder = tmp_path / "out"
    folder.mkdir()
    assert git.extract(root, commit, folder) == ["rules"]
    assert git.files(root, commit, ["stacks"]) == {}
    with pytest.raises(GitError, match="the submodule rules is not checked out"):
        git.files(root, commit, ["rules/a.yaml"])
    # Its checkout lacks the commit.
    (root / "rules").mkdir()
    run(root / "rules", "init", "--quiet")
    with pytest.raises(GitError, match=f"the submodule rules at {pinned[:12]}"):
        git.extract(root, commit, folder)


def test_the_files_of_a_forged_tree_have_no_name_outside_the_asked_folder(root: Path) -> None:
    blob = run(root, "hash-object", "-w", "--stdin", given=b"x")
    above = tree(root, ("100644", blob, "out"))
    stacks = tree(root, ("40000", above, ".."), ("100644", blob, "kept"))
    commit = run(root, "commit-tree", tree(root, ("40000", stacks, "stacks")), "-m", "hostile")
    assert git.files(root, commit, ["stacks"]) == {"stacks/kept": b"x"}


@pytest.mark.parametrize(("one", "other", "shared"), [("a", "b", True), ("a", "c", False)])
def test_the_merge_base_of_two_commits_is_found(root: Path, one: str, other: str, shared: bool) -> None:
    tree = run(root, "mktree")
    first = run(root, "commit-tree", tree, "-m", "first")
    made = {
        "a": run(root, "commit-tree", tree, "-p", first, "-m", "a"),
        "b": run(root, "commit-tree", tree, "-p", first, "-m", "b"),
        "c": run(root, "commit-tree", tree, "-m", "c"),
    }
    assert git.merge_base(root, made[one], made[other]) == (first if shared else "")
    assert not git.is_shallow(root)
