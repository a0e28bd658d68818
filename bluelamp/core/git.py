"""Reads an untrusted git checkout.

A checkout's own `.git/config` can name programs that git runs (`core.fsmonitor`, hooks, `filter.*.clean`,
`diff.external`, remote helpers) and settings that hide changes. Every call here overrides them, takes no option from a
value, and drops the caller's `GIT_*` variables except those that name the user's own configuration.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from bluelamp.core.processes import ProcessError, run

_SECONDS: Final = 60.0
_LONGEST: Final = 1_000
_LARGEST: Final = 16_000_000
"""The maximum bytes of a file extracted from a commit."""
_MOST_BYTES: Final = 256_000_000
"""The maximum bytes that a git process may write."""
_UNKNOWN: Final = "it names no commit of this checkout"
_DEEPEST: Final = 8
_HASH: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\n")
_BRACKETED: Final = re.compile("<([^<>]*)>")
_ALONE: Final = "--no-walk"
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
"""The caller's variables for trusted configuration and for the search for a checkout."""

_ENVIRONMENT: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # Missing objects are not fetched, as the checkout could choose the remote helper program.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    # With a replaced commit or tree, the content compared would not match its hash.
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
    """A git command failed. The message gives the reason in one line."""


def resolve(root: Path, revision: str) -> str:
    """The hash of the commit that `revision` names in the checkout at `root`.

    Raises `GitError` if it names none: a range, an option, a file and a blank are not commits.
    """
    if not revision.strip() or len(revision) > _LONGEST or not revision.isprintable() or revision[0] in "-^":
        raise GitError("it is not a git revision")
    # Only the hash is used from here on, so that the revision's name cannot be interpreted differently.
    try:
        output = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except GitError as error:
        # With --quiet git prints nothing for an unknown revision.
        raise GitError(_UNKNOWN if "ended with status" in str(error) else str(error)) from None
    if not _HASH.fullmatch(output):
        raise GitError("it names no single commit")
    return output.decode().strip()


def commit_time(root: Path, commit: str) -> int:
    """When a commit was made, in seconds since 1970. Raises `GitError`."""
    output = _git(root, "show", "--no-patch", "--no-ext-diff", "--no-textconv", "--format=%ct", commit, "--")
    return int(output) if output.strip().isdigit() else 0


def authors(root: Path, commit: str, base: str = "") -> list[str]:
    """The addresses of everyone who contributed to the change that ends with `commit`: authors, committers, co-authors.

    The change is the commits after `base`; without it, the commit itself and, for a merge, the merged commits. Both are
    hashes from `resolve`. A `.mailmap` is ignored, as the checkout is untrusted. Raises `GitError`, also if a shallow
    checkout lacks commits of the change.
    """
    _place(root)
    ranges = [f"^{base}", commit] if base else _merged(root, commit)
    form = "--format=%H%x00%ae%x00%ce%x00%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x00)"
    text = _git(root, "log", "--no-use-mailmap", "--no-show-signature", form, *ranges, "--").decode("utf-8", "replace")
    rows = [line.split("\0") for line in text.split("\n")]
    if ranges[0] != _ALONE and not _shallow_commits(root).isdisjoint(row[0] for row in rows):
        raise GitError("this checkout is shallow, and lacks commits of the change: fetch the whole history")
    return sorted({each for row in rows for part in row[1:] for each in _addresses(part)})


def _merged(root: Path, commit: str) -> list[str]:
    """The commit itself and, for a merge, the merged commits, as arguments of `git log`."""
    head, _, _ = _git(root, "cat-file", "commit", commit).partition(b"\n\n")
    # Read from the commit: in a shallow checkout, `git log` shows it without parents.
    parents = [line.split()[1].decode() for line in head.splitlines() if line.startswith(b"parent ")]
    return [f"^{parents[0]}", commit] if len(parents) > 1 else [_ALONE, commit]


def _shallow_commits(root: Path) -> set[str]:
    """The commits whose parents a shallow checkout lacks."""
    path = root / os.fsdecode(_git(root, "rev-parse", "--git-path", "shallow").removesuffix(b"\n"))
    try:
        return set(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return set()
    except (OSError, UnicodeDecodeError) as error:
        raise GitError(f"{path} cannot be read") from error


def _addresses(text: str) -> list[str]:
    """The addresses in an author's or a trailer's text, in lower case; the text itself if it has none in brackets."""
    return [each for part in _BRACKETED.findall(text) or [text] if (each := part.strip().lower())]


def files(root: Path, commit: str, paths: Iterable[str], depth: int = 0) -> dict[str, bytes]:
    """The files of a commit that are at or below `paths`, relative to `root`, with their contents.

    A submodule's files are those of the commit that it is pinned to, as in `extract`. Only regular files are included,
    not links. Raises `GitError`, also if a submodule with one of `paths` is not checked out.
    """
    _place(root)
    wanted = [PurePosixPath(path) for path in paths]
    found = {}
    for row in _git(root, "ls-tree", "-r", "-z", commit).split(b"\0"):
        about, _, path = row.partition(b"\t")
        name = os.fsdecode(path)
        place = PurePosixPath(name)
        if _forged(name):
            continue
        if about.startswith(b"100") and any(place.is_relative_to(each) for each in wanted):
            found[name] = _git(root, "cat-file", "blob", about.split()[2].decode())
        elif about.startswith(_GITLINK) and (inside := list(_inside(place, wanted))):
            pinned = about.split()[2].decode()
            with _submodule(root, name, pinned, depth) as checkout:
                if checkout is None:
                    raise GitError(f"the submodule {name} is not checked out")
                own = files(checkout, pinned, inside, depth + 1)
            found |= {f"{name}/{each}": content for each, content in own.items()}
    return found


def _forged(name: str) -> bool:
    """Whether a name of a tree, which may be any, would be outside the folder or in git's own."""
    return not {"", ".", "..", ".git"}.isdisjoint(name.split("/"))


def _inside(submodule: PurePosixPath, paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Those of `paths` that are in the submodule, relative to it."""
    for path in paths:
        if submodule.is_relative_to(path):
            yield "."
        elif path.is_relative_to(submodule):
            yield path.relative_to(submodule).as_posix()


def merge_base(root: Path, one: str, other: str) -> str:
    """The hash of the merge base of two commits, as in `git diff one...other`; empty for none.

    Raises `GitError`.
    """
    try:
        output = _git(root, "merge-base", one, other)
    except GitError as error:
        if "ended with status 1" in str(error):
            return ""
        raise
    return output.decode().strip()


def is_shallow(root: Path) -> bool:
    """Whether the checkout is shallow. Raises `GitError`."""
    return _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def extract(root: Path, commit: str, folder: Path, depth: int = 0) -> list[str]:
    """Writes the files of a commit at and below `root` into the empty `folder`, with the contents stored in git.

    A submodule's files are those of the commit that it is pinned to, read from its own checkout. Returns the submodules
    that are not checked out, whose files are left out, as are links out of the folder and files of more than 16 MB.
    `depth` is the number of submodules around `root`. Raises `GitError`, also if an object is missing from a checkout.
    """
    _place(root)
    blobs: list[tuple[str, str]] = []
    links: list[tuple[str, bytes]] = []
    submodules: list[tuple[str, str]] = []
    for row in _git(root, "ls-tree", "-r", "-l", "-z", commit).split(b"\0"):
        about, _, path = row.partition(b"\t")
        mode, kind, hash_, size = about.split() if path else (b"", b"", b"", b"")
        name = os.fsdecode(path)
        if _forged(name):
            continue
        if mode == _GITLINK:
            submodules.append((name, hash_.decode()))
        if kind != b"blob":
            continue
        if not size.isdigit():
            raise GitError(f"{name} of that commit is not in this checkout")
        if int(size) > _LARGEST:
            continue
        if mode == b"120000":
            links.append((name, _git(root, "cat-file", "blob", hash_.decode())))
        else:
            blobs.append((hash_.decode(), name))
    # Links last, so that no file is written through one.
    _write(root, blobs, folder)
    missing = []
    for name, pinned in submodules:
        with _submodule(root, name, pinned, depth) as checkout:
            if checkout is None:
                missing.append(name)
                continue
            (folder / name).mkdir(parents=True, exist_ok=True)
            missing += [f"{name}/{each}" for each in extract(checkout, pinned, folder / name, depth + 1)]
    _link(links, folder)
    return missing


@contextmanager
def _submodule(root: Path, name: str, commit: str, depth: int) -> Iterator[Path | None]:
    """The checkout of a submodule, or None if there is none. Errors name the submodule and its `commit`."""
    place = root / name
    if not (place / ".git").exists():
        yield None
        return
    if depth >= _DEEPEST or place.resolve() != root.resolve() / name or _toplevel(place) != place.resolve():
        raise GitError(f"the submodule {name} is not a checkout of its own")
    try:
        yield place
    except GitError as error:
        raise GitError(f"the submodule {name} at {commit[:12]}: {error}") from error


def _link(links: list[tuple[str, bytes]], folder: Path) -> None:
    """Creates the links that point into the folder."""
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
    """Writes blobs, read by a single git process, to their names below `folder`."""
    given = "".join(f"{blob}\n" for blob, _ in blobs).encode()
    output = memoryview(_git(root, "cat-file", "--batch", given=given) if blobs else b"")
    start = 0
    made: set[Path] = set()
    for blob, name in blobs:
        end = bytes(output[start : start + 200]).find(b"\n")
        head = bytes(output[start : start + end]).split()
        if len(head) != 3 or head[0].decode() != blob:
            raise GitError(f"{name} of that commit is not in this checkout")
        start += end + 1
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(output[start : start + int(head[2])])
        start += int(head[2]) + 1


def changed(root: Path, commit: str) -> list[str]:
    """The files below `root`, relative to it, that differ from `commit`, including untracked files.

    Files excluded from comparison in git, and submodules with changes, count as changed. Raises `GitError`.
    """
    _place(root)
    compare = ("--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff", "--no-textconv")
    found = _names(_git(root, "diff", *compare, "--ignore-submodules=dirty", commit, "--"))
    found += _names(_git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    return sorted({*found, *_unseen(root)})


def dirty(root: Path, watched: Iterable[str] = (), but: Path | None = None) -> bool:
    """Whether anything in the checkout around `root` differs from its commit, or cannot be compared with it.

    Ignored files below `watched` (paths relative to `root`) count too, as no commit has them. Untracked files in the
    folder `but` do not count. Raises `GitError`.
    """
    top = _place(root)
    place = root.resolve().relative_to(top)
    places = [(place / name).as_posix() for name in watched]
    left_out = but.resolve().relative_to(top).as_posix() if but and but.resolve().is_relative_to(top) else None
    for row in _names(_git(root, *_STATUS, "--untracked-files=all", "--ignored=matching")):
        path = row[3:].rstrip("/")
        if left_out and row.startswith("?? ") and (path == left_out or path.startswith(f"{left_out}/")):
            continue
        compiled = "__pycache__" in path.split("/") or path.endswith(".pyc")
        if not row.startswith("!! ") or (not compiled and any(_overlap(path, one) for one in places)):
            return True
    return bool(_unseen(top))


def _overlap(path: str, other: str) -> bool:
    """Whether two paths are equal, or one contains the other."""
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def _unseen(folder: Path, depth: int = 0) -> list[str]:
    """The files below `folder` excluded from comparison in git, and the submodules that differ from the commit."""
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
    """Whether a checked-out submodule has changes; git itself would read it with the submodule's settings."""
    if not (folder / ".git").exists():
        return False
    if depth >= _DEEPEST or _toplevel(folder) != folder.resolve():
        return True
    return bool(_git(folder, *_STATUS, "--untracked-files=all")) or bool(_unseen(folder, depth + 1))


def _place(root: Path) -> Path:
    """The checkout's top folder. Raises `GitError` if its settings name another work tree than that of `root`."""
    top = _toplevel(root)
    if not root.resolve().is_relative_to(top):
        raise GitError("its settings name another work tree")
    return top


def _toplevel(root: Path) -> Path:
    return Path(os.fsdecode(_git(root, "rev-parse", "--show-toplevel").removesuffix(b"\n"))).resolve()


def _names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _git(root: Path, *words: str, given: bytes = b"") -> bytes:
    program = shutil.which("git")
    if program is None:
        raise GitError("git is not installed")
    if not Path(program).is_absolute():
        # A relative folder on the PATH could run a program in the checkout.
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
        output = ended.complaint.removeprefix("fatal: ")
        raise GitError(output[:300] or f"git {words[0]} ended with status {ended.status}")
    return ended.output


def _no_filters(git: list[str], root: Path) -> dict[str, str]:
    """Settings that disable every program that filters file contents."""
    listed = run([*git, "config", "--list", "--name-only", "-z"], seconds=_SECONDS, cwd=root, env=_environment({}))
    names = {key for key in _names(listed.output) if _PROGRAM.fullmatch(key)}
    found = {key.rpartition(".")[0] for key in names}
    return {f"{name}.{what}": value for name in found for what, value in _SWITCHED_OFF.items()}


_SWITCHED_OFF: Final = {"clean": "", "smudge": "", "process": "", "required": "false"}


def _environment(overrides: dict[str, str]) -> dict[str, str]:
    """The caller's environment with the settings, as `-c` would split a name with an equals sign."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}
    given = [*_given(), *overrides.items()]
    settings = {"GIT_CONFIG_COUNT": str(len(given))}
    for number, (key, value) in enumerate(given):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**kept, **_ENVIRONMENT, **settings}


def _given() -> list[tuple[str, str]]:
    """The settings in the caller's environment, such as the `safe.directory` of a pipeline."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    pairs = (
        (os.environ.get(f"GIT_CONFIG_KEY_{number}"), os.environ.get(f"GIT_CONFIG_VALUE_{number}"))
        for number in range(int(count) if count.isdecimal() and len(count) < 4 else 0)
    )
    return [(key, value) for key, value in pairs if key and value is not None]
