"""Reading a git checkout that nobody vouches for.

A checkout's own `.git/config` can name programs that git runs (`core.fsmonitor`, hooks, `filter.*.clean`,
`diff.external`, remote helpers) and settings that hide changes. Every call here overrides them, takes no option from a
value, and drops the caller's `GIT_*` variables except those that name the user's own configuration.
"""

import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from bluelamp.core.processes import ProcessError, run

_SECONDS: Final = 60.0
_LONGEST: Final = 1_000
_LARGEST: Final = 16_000_000
"""Bytes of a file that is extracted from a commit."""
_MOST_BYTES: Final = 256_000_000
"""Bytes that a git process may write."""
_UNKNOWN: Final = "it names no commit of this checkout"
_DEEPEST: Final = 8
_HASH: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\n")
_PROGRAM: Final = re.compile(r"filter\..*\.(clean|smudge|process|required)", re.DOTALL)
_GITLINK: Final = b"160000"

_STATUS: Final = ("status", "--porcelain", "-z", "--ignore-submodules=dirty", "--no-renames")

_KEPT: Final = {
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
}
"""The caller's variables that say whose configuration is trusted and where a checkout may be looked for."""

_ENVIRONMENT: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # An object that is missing is not fetched: a remote helper would be a program of the checkout's choice.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    # A replaced commit or tree would make the comparison about something else than its hash says.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}

_OVERRIDES: Final = {
    "core.fsmonitor": "",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.untrackedCache": "false",
    "core.ignoreStat": "false",
    "core.checkStat": "default",
    "core.trustctime": "true",
    "core.alternateRefsCommand": "",
    "diff.external": "",
    "diff.orderFile": os.devnull,
    "diff.relative": "false",
    "status.submoduleSummary": "false",
    "log.showSignature": "false",
    "color.ui": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}


class GitError(Exception):
    """git could not answer. The message says why, in one line."""


def resolve(root: Path, revision: str) -> str:
    """The hash of the commit that `revision` names in the checkout at `root`.

    Raises `GitError` where it names none: a range, an option, a file and a blank name no commit.
    """
    if not revision.strip() or len(revision) > _LONGEST or not revision.isprintable() or revision[0] in "-^":
        raise GitError("it is not a git revision")
    # The hash alone is used from here on, so that nothing else can be read into the revision's name.
    try:
        said = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except GitError as error:
        # With --quiet git says nothing of a revision that it does not know.
        raise GitError(_UNKNOWN if "ended with status" in str(error) else str(error)) from None
    if not _HASH.fullmatch(said):
        raise GitError("it names no single commit")
    return said.decode().strip()


def commit_time(root: Path, commit: str) -> int:
    """When a commit was made, in seconds since 1970. Raises `GitError`."""
    said = _git(root, "show", "--no-patch", "--no-ext-diff", "--no-textconv", "--format=%ct", commit, "--")
    return int(said) if said.strip().isdigit() else 0


def files(root: Path, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
    """The files of a commit that are at or below `paths`, relative to `root`, with their contents.

    What is no regular file, such as a link, is left out. Raises `GitError`.
    """
    _place(root)
    listed = _git(root, "ls-tree", "-r", "-z", commit, "--", *paths)
    found = {}
    for row in listed.split(b"\0"):
        about, _, name = row.partition(b"\t")
        if about.startswith(b"100"):
            found[os.fsdecode(name)] = _git(root, "cat-file", "blob", about.split()[2].decode())
    return found


def merge_base(root: Path, one: str, other: str) -> str:
    """The hash of the best common ancestor of two commits, as `git diff one...other` uses it; empty for none.

    Raises `GitError`.
    """
    try:
        said = _git(root, "merge-base", one, other)
    except GitError as error:
        if "ended with status 1" in str(error):
            return ""
        raise
    return said.decode().strip()


def is_shallow(root: Path) -> bool:
    """Whether the checkout lacks the history before some commit. Raises `GitError`."""
    return _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def extract(root: Path, commit: str, folder: Path) -> None:
    """Writes the files of a commit at and below `root` into the empty `folder`, with the contents that git stores.

    Links that lead out of the folder, submodules and files of more than 16 MB are left out. Raises `GitError`, also
    where an object is not in the checkout.
    """
    _place(root)
    blobs: list[tuple[str, str]] = []
    links: list[tuple[str, bytes]] = []
    for row in _git(root, "ls-tree", "-r", "-l", "-z", commit).split(b"\0"):
        about, _, path = row.partition(b"\t")
        mode, kind, blob, size = about.split() if path else (b"", b"", b"", b"")
        name = os.fsdecode(path)
        # A tree that no git made may hold any name.
        if kind != b"blob" or not {"", ".", "..", ".git"}.isdisjoint(name.split("/")):
            continue
        if not size.isdigit():
            raise GitError(f"{name} of that commit is not in this checkout")
        if int(size) > _LARGEST:
            continue
        if mode == b"120000":
            links.append((name, _git(root, "cat-file", "blob", blob.decode())))
        else:
            blobs.append((blob.decode(), name))
    # Links last, so that no file is written through one.
    _write(root, blobs, folder)
    _link(links, folder)


def _link(links: list[tuple[str, bytes]], folder: Path) -> None:
    """Makes the links that lead to somewhere in the folder."""
    made = []
    for name, content in links:
        place, target = folder / name, os.fsdecode(content)
        if target and not Path(target).is_absolute() and "\0" not in target:
            with suppress(OSError):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(target)
                made.append(place)
    top = folder.resolve()
    for place in made:
        with suppress(OSError, RuntimeError):
            if place.resolve().is_relative_to(top):
                continue
        place.unlink(missing_ok=True)


def _write(root: Path, blobs: list[tuple[str, str]], folder: Path) -> None:
    """Writes blobs, read by one git process, to their names below `folder`."""
    given = "".join(f"{blob}\n" for blob, _ in blobs).encode()
    said = memoryview(_git(root, "cat-file", "--batch", given=given) if blobs else b"")
    start = 0
    made: set[Path] = set()
    for blob, name in blobs:
        end = bytes(said[start : start + 200]).find(b"\n")
        head = bytes(said[start : start + end]).split()
        if len(head) != 3 or head[0].decode() != blob:
            raise GitError(f"{name} of that commit is not in this checkout")
        start += end + 1
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(said[start : start + int(head[2])])
        start += int(head[2]) + 1


def changed(root: Path, commit: str) -> list[str]:
    """The files below `root`, relative to it, that differ from `commit`; files that git does not track included.

    A file that git is told not to compare, and a submodule with changes of its own, count as changed. Raises
    `GitError`.
    """
    _place(root)
    compare = ("--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff", "--no-textconv")
    found = _names(_git(root, "diff", *compare, "--ignore-submodules=dirty", commit, "--"))
    found += _names(_git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    return sorted({*found, *_unseen(root)})


def dirty(root: Path, watched: Iterable[str] = ()) -> bool:
    """Whether anything in the checkout around `root` differs from its commit, or cannot be compared with it.

    Files below `watched` (paths relative to `root`) that git ignores count too: they are in no commit. Raises
    `GitError`.
    """
    top = _place(root)
    place = root.resolve().relative_to(top)
    places = [(place / name).as_posix() for name in watched]
    for row in _names(_git(root, *_STATUS, "--untracked-files=all", "--ignored=matching")):
        path = row[3:].rstrip("/")
        compiled = "__pycache__" in path.split("/") or path.endswith(".pyc")
        if not row.startswith("!! ") or (not compiled and any(_overlap(path, one) for one in places)):
            return True
    return bool(_unseen(top))


def _overlap(path: str, other: str) -> bool:
    """Whether one of two paths is the other, or above it."""
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def _unseen(folder: Path, depth: int = 0) -> list[str]:
    """Below `folder`: the files whose changes git is told to overlook, and the submodules that are not as committed."""
    found: list[str] = []
    for row in _git(folder, "ls-files", "-v", "--stage", "-z").split(b"\0"):
        about, _, name = row.partition(b"\t")
        tag, _, rest = about.partition(b" ")
        path = os.fsdecode(name)
        if not name or not os.path.lexists(folder / path):
            continue
        overlooked = tag.islower() or tag == b"S"
        if overlooked or (rest.startswith(_GITLINK) and _submodule_differs(folder / path, depth)):
            found.append(path)
    return found


def _submodule_differs(folder: Path, depth: int) -> bool:
    """Whether a submodule that is checked out has changes of its own; git itself would read it with its settings."""
    if not (folder / ".git").exists():
        return False
    if depth >= _DEEPEST or _toplevel(folder) != folder.resolve():
        return True
    return bool(_git(folder, *_STATUS, "--untracked-files=all")) or bool(_unseen(folder, depth + 1))


def _place(root: Path) -> Path:
    """The checkout's top folder. Raises `GitError` where its settings point git at other files than those at `root`."""
    top = _toplevel(root)
    if not root.resolve().is_relative_to(top):
        raise GitError("its settings name another work tree")
    return top


def _toplevel(root: Path) -> Path:
    return Path(os.fsdecode(_git(root, "rev-parse", "--show-toplevel").removesuffix(b"\n"))).resolve()


def _names(said: bytes) -> list[str]:
    return [os.fsdecode(name) for name in said.split(b"\0") if name]


def _git(root: Path, *words: str, given: bytes = b"") -> bytes:
    program = shutil.which("git")
    if program is None:
        raise GitError("git is not installed")
    if not Path(program).is_absolute():
        # A relative folder on the PATH would run a program of the checkout's.
        raise GitError(f"git is found at the relative path {program}; take that folder out of PATH")
    command = [program, "--no-pager", *words]
    overrides = dict(_OVERRIDES)
    try:
        if words[0] in ("diff", "status"):
            overrides |= _no_filters(command[:2], root)
        ended = run(command, seconds=_SECONDS, cwd=root, env=_environment(overrides), limit=_MOST_BYTES, given=given)
    except ProcessError as error:
        raise GitError(f"git {words[0]} {error.strerror}") from error
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from error
    if ended.status:
        said = ended.complaint.removeprefix("fatal: ")
        raise GitError(said[:300] or f"git {words[0]} ended with status {ended.status}")
    return ended.output


def _no_filters(git: list[str], root: Path) -> dict[str, str]:
    """Settings that switch off every program through which file contents would pass."""
    listed = run([*git, "config", "--list", "--name-only", "-z"], seconds=_SECONDS, cwd=root, env=_environment({}))
    names = {key for key in _names(listed.output) if _PROGRAM.fullmatch(key)}
    found = {key.rpartition(".")[0] for key in names}
    return {f"{name}.{what}": value for name in found for what, value in _SWITCHED_OFF.items()}


_SWITCHED_OFF: Final = {"clean": "", "smudge": "", "process": "", "required": "false"}


def _environment(overrides: dict[str, str]) -> dict[str, str]:
    """The caller's environment with the settings in it: `-c` would split a name that holds an equals sign."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}
    given = [*_given(), *overrides.items()]
    settings = {"GIT_CONFIG_COUNT": str(len(given))}
    for number, (key, value) in enumerate(given):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**kept, **_ENVIRONMENT, **settings}


def _given() -> list[tuple[str, str]]:
    """The settings that the caller's environment gives, such as the `safe.directory` of a pipeline."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    pairs = (
        (os.environ.get(f"GIT_CONFIG_KEY_{number}"), os.environ.get(f"GIT_CONFIG_VALUE_{number}"))
        for number in range(int(count) if count.isdecimal() and len(count) < 4 else 0)
    )
    return [(key, value) for key, value in pairs if key and value is not None]
