"""Access control lists of folders in the lake, as compiled from the access policy (`lake-acls.json`)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.rest import Client

_DEFAULT: Final = "default:"


@dataclass(frozen=True, slots=True)
class TargetAcl:
    """The access control list for a folder and everything below it."""

    file_system: str
    path: str
    acl: frozenset[str]

    def of(self, *, directory: bool) -> frozenset[str]:
        """The entries for a directory, or for a file, without default entries."""
        return self.acl if directory else frozenset(each for each in self.acl if not each.startswith(_DEFAULT))


@dataclass(frozen=True, slots=True)
class Changed:
    """A file or directory whose list was replaced."""

    file_system: str
    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The result: the number of paths checked, the replaced lists, and folders that do not exist yet."""

    seen: int
    changed: tuple[Changed, ...]
    absent: tuple[str, ...]


def read_acls(file: Path) -> tuple[TargetAcl, ...]:
    """The lists in a file from `bluelamp access FORCE --export`. Raises `LakeError` with every mistake."""
    try:
        given = json.loads(file.read_text(encoding="utf-8"))["acls"]
        rows = [(str(each["fileSystem"]), str(each["path"]), str(each["acl"])) for each in given]
    except OSError as error:
        raise LakeError(f"{file}: cannot be read: {error.strerror or error}; name the file lake-acls.json") from None
    except (ValueError, KeyError, TypeError):
        raise LakeError(f'{file}: is not {{"acls": [{{"fileSystem", "path", "acl"}}]}}; export it again') from None
    wrong = [problem for row in rows for problem in _problems(*row)]
    if wrong:
        raise LakeError(f"{file}: " + "; ".join(wrong))
    return tuple(TargetAcl(system, path, frozenset(acl.split(","))) for system, path, acl in rows)


def _problems(file_system: str, path: str, acl: str) -> Iterator[str]:
    where = f"{file_system}/{path}"
    if not file_system or not path.strip("/") or ".." in path.split("/"):
        yield f"{where}: is not a folder of the lake"
    entries = acl.split(",")
    for each in entries:
        kind, _, rest = each.removeprefix(_DEFAULT).partition(":")
        permissions = rest.rpartition(":")[2]
        if kind not in ("user", "group", "mask", "other") or rest.count(":") != 1 or not _is_permission(permissions):
            yield f"{where}: {each!r} is not an entry of an access control list, such as user::rwx"
    missing = [each for each in ("user::", "group::", "other::") if not any(one.startswith(each) for one in entries)]
    if missing:
        yield f"{where}: the list has no entry {', '.join(missing)}"


def _is_permission(text: str) -> bool:
    return len(text) == 3 and all(each in (letter, "-") for each, letter in zip(text, "rwx", strict=True))


def apply(client: Client, wanted: tuple[TargetAcl, ...], *, dry_run: bool = False) -> Applied:
    """Sets the list of each folder and everything below it, where it differs. `dry_run` changes nothing.

    Folders that do not exist yet are reported as absent. Raises `LakeError` for the first path that cannot be changed;
    earlier changes are kept, and the next run continues.
    """
    seen, changed, absent = 0, list[Changed](), list[str]()
    for each in wanted:
        try:
            below = list(client.entries(each.file_system, each.path))
        except LakeError as error:
            if error.status != 404:
                raise
            absent.append(f"{each.file_system}/{each.path}")
            continue
        for path, directory in [(each.path, True), *((one.path, one.directory) for one in below)]:
            acl = each.of(directory=directory)
            try:
                before = client.acl(each.file_system, path)
            except LakeError as error:
                if error.status == 404 and path != each.path:
                    continue  # deleted since the folder was listed
                raise
            seen += 1
            if _effective(before.split(",")) == _effective(acl):
                continue
            after = ",".join(sorted(acl))
            if not dry_run:
                client.set_acl(each.file_system, path, after)
            changed.append(Changed(each.file_system, path, before, after))
    return Applied(seen, tuple(changed), tuple(absent))


def _effective(entries: Any) -> frozenset[str]:
    """The entries with an effect: a mask limits named users and groups, and has no effect without any.

    Azure adds and removes such masks by itself.
    """
    found = frozenset(each for each in entries if each)
    for prefix in ("", _DEFAULT):
        if not any(_is_named(each, prefix) for each in found):
            found = frozenset(each for each in found if not each.startswith(f"{prefix}mask:"))
    return found


def _is_named(entry: str, prefix: str) -> bool:
    if not entry.startswith(prefix):
        return False
    kind, _, rest = entry.removeprefix(prefix).partition(":")
    return kind in ("user", "group") and not rest.startswith(":")
