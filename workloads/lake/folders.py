"""Downloads and publishes whole folders, in the lake or on this machine."""

import hashlib
import io
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bluelamp.core.folders import Owned, files_in, replace_folder
from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.rest import Client, as_json, walk
from bluelamp.workloads.lake.sign_in import Tokens

PREFIX: Final = "lake:"
CURRENT: Final = "current.json"
_RUNS: Final = "runs"
_RUN: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_SYSTEM: Final = re.compile(r"[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class LakePath:
    """A folder of the lake."""

    file_system: str
    path: str

    def __str__(self) -> str:
        return f"{PREFIX}{self.file_system}/{self.path}"


@dataclass(frozen=True, slots=True)
class Current:
    """The current run: its name, its files with size and SHA-256, and the ETag of `current.json`."""

    run: str
    plain: bool
    files: Mapping[str, tuple[int, str]]
    etag: str

    @property
    def at(self) -> str:
        """The path of its files in the folder."""
        return "" if self.plain else f"{_RUNS}/{self.run}/"


def lake_path(text: str) -> LakePath | None:
    """The folder of `lake:FILE_SYSTEM/PATH`; None for a local path. Raises `LakeError` if it is invalid."""
    if not text.startswith(PREFIX):
        return None
    system, _, path = text.removeprefix(PREFIX).partition("/")
    parts = path.rstrip("/").split("/")
    if not _SYSTEM.fullmatch(system) or any(part in ("", ".", "..") for part in parts):
        raise LakeError(
            f"{text}: is not a folder of the lake; write {PREFIX}FILE_SYSTEM/PATH, such as {PREFIX}curated/view"
        )
    return LakePath(system, "/".join(parts))


class Lake:
    """The lake of the environment."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def of(cls, environment: Mapping[str, str] | None = None) -> "Lake":
        """The lake of `BLUELAMP_LAKE`. Raises `LakeError` if the variable or the identity is missing."""
        given = os.environ if environment is None else environment
        address = given.get("BLUELAMP_LAKE", "")
        if not address:
            raise LakeError("the environment has no BLUELAMP_LAKE; add lake: to the job's settings, which sets it")
        return cls(Client(address, Tokens(given)))

    def current(self, place: LakePath) -> Current | None:
        """The current run of a published folder; None if nothing was published."""
        try:
            content, etag = self.client.read(place.file_system, f"{place.path}/{CURRENT}")
        except LakeError as error:
            if error.status == 404:
                return None
            raise
        return _current(place, content, etag)

    def fetch(self, place: LakePath, folder: Path) -> None:
        """Downloads the current run of `place` into the empty `folder` and verifies the SHA-256 of each file.

        Raises `LakeError` if nothing was published, or if a file was modified.
        """
        current = self.current(place)
        if current is None:
            raise LakeError(f"{place}: nothing is published there; run the job that publishes it first", 404)
        for name, (size, digest) in current.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                self.client.download(place.file_system, f"{place.path}/{current.at}{name}", file, size)
            with target.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise LakeError(f"{place}: {name} is not what was published; publish it again")

    def copy(self, place: LakePath, folder: Path) -> None:
        """Downloads all files below `place` into the empty `folder`, for folders that other programs write.

        Raises `LakeError` if there is no such directory, or if a file changes during the download.
        """
        for each in self.client.entries(place.file_system, place.path):
            target = folder / PurePosixPath(each.path).relative_to(place.path)
            if each.directory:
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                self.client.download(place.file_system, each.path, file, each.size)

    def publish(self, folder: Path, place: LakePath, *, plain: bool = False) -> str:
        """Publishes all files of `folder` as the current run of `place`; returns the run's name.

        All files are uploaded first, and `current.json` is replaced last. By default the files are in `runs/<run>/`, so
        that all of them change atomically, and the previous run stays complete if `LakeError` is raised. `plain` puts
        them into the folder itself, for readers without `current.json`: each file then changes atomically, and files
        that are no longer published are deleted. Of two concurrent publications, one fails. Runs older than a day are
        deleted, except the previous one.
        """
        before = self._before(place)
        run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        waiting = f"{place.path}/{_RUNS}/{run}"
        files: dict[str, dict[str, Any]] = {}
        for each in walk(folder):
            name = each.relative_to(folder).as_posix()
            with each.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                files[name] = {"bytes": file.tell(), "sha256": digest}
                file.seek(0)
                self.client.upload(place.file_system, f"{waiting}/{name}", file)
        if not files:
            raise LakeError(f"{folder}: there is nothing to publish")
        content = {"run": run, "plain": plain, "files": files}
        self.client.upload(place.file_system, f"{waiting}.json", io.BytesIO(as_json(content)))
        if plain:
            self._place(place, waiting, files)
        self._switch(place, f"{waiting}.json", run, before)
        if plain:
            self.client.delete(place.file_system, waiting, recursive=True)  # now without files
            for name in sorted(set(before.files) - set(files)) if before and before.plain else ():
                self.client.delete(place.file_system, f"{place.path}/{name}")
        with suppress(LakeError):  # published; the next run deletes old runs
            self._tidy(place, {run, *([before.run] if before else [])})
        return run

    def _before(self, place: LakePath) -> Current | None:
        """The current run; with only the ETag if `current.json` is invalid."""
        try:
            return self.current(place)
        except LakeError as error:
            if error.status:
                raise
        return Current("", False, {}, self.client.read(place.file_system, f"{place.path}/{CURRENT}")[1])

    def _place(self, place: LakePath, waiting: str, files: Iterable[str]) -> None:
        folders = {str(parent) for name in files for parent in PurePosixPath(name).parents if str(parent) != "."}
        for each in sorted(folders):
            self.client.make_directory(place.file_system, f"{place.path}/{each}")
        for name in files:
            self._rename(place.file_system, f"{waiting}/{name}", f"{place.path}/{name}")

    def _rename(self, file_system: str, path: str, to: str) -> None:
        try:
            self.client.rename(file_system, path, to)
        except LakeError as error:
            # If the response was lost, the retry fails because the file already has its new name.
            if error.code != "SourcePathNotFound":
                raise

    def _switch(self, place: LakePath, path: str, run: str, before: Current | None) -> None:
        """Replaces `current.json`."""
        only = {"If-Match": before.etag} if before else {"If-None-Match": "*"}
        try:
            self.client.rename(place.file_system, path, f"{place.path}/{CURRENT}", only=only)
        except LakeError:
            if (now := self.current(place)) is None or now.run != run:  # see `_rename`
                raise

    def _tidy(self, place: LakePath, keep: set[str]) -> None:
        """Deletes runs older than a day except `keep`, including interrupted ones.

        Newer runs may be in progress elsewhere, or still be read.
        """
        entries = list(self.client.entries(place.file_system, f"{place.path}/{_RUNS}", recursive=False))
        yesterday = f"{datetime.fromtimestamp(datetime.now(UTC).timestamp() - 86400, UTC):%Y%m%dT%H%M%SZ}"
        for each in entries:
            run = PurePosixPath(each.path).name.removesuffix(".json")
            if _RUN.fullmatch(run) and run not in keep and run < yesterday:
                self.client.delete(place.file_system, each.path, recursive=each.directory)


@contextmanager
def _local(text: str, bring: Callable[[Lake, LakePath, Path], object]) -> Iterator[Path]:
    """The folder that `text` names: a local one itself, one of the lake as a copy made by `bring`."""
    place = lake_path(text)
    if place is None:
        yield Path(text)
        return
    with tempfile.TemporaryDirectory(prefix="bluelamp-lake-") as folder:
        bring(Lake.of(), place, Path(folder))
        yield Path(folder)


def fetched(text: str) -> AbstractContextManager[Path]:
    """The folder that `text` names: a local one itself, one of the lake as a temporary copy."""
    return _local(text, Lake.fetch)


def copied(text: str) -> AbstractContextManager[Path]:
    """The folder that `text` names, which other programs write: a local one itself, one of the lake as a copy."""
    return _local(text, Lake.copy)


@contextmanager
def published(text: str) -> Iterator[Path]:
    """A folder to write into, which is published at `text` if the block ends without an error.

    It starts with the current files, so that a job can keep some of them. A local folder is written to directly.
    """
    place = lake_path(text)
    if place is None:
        yield Path(text)
        return
    lake = Lake.of()
    with tempfile.TemporaryDirectory(prefix="bluelamp-lake-") as folder:
        target = Path(folder) / "content"
        target.mkdir()
        if lake.current(place) is not None:
            lake.fetch(place, target)
        yield target
        lake.publish(target, place)


def put(folder: Path, text: str) -> None:
    """Publishes a local folder at `text`, in the folder itself (`plain`). A local target is replaced."""
    place = lake_path(text)
    if place is not None:
        Lake.of().publish(folder, place, plain=True)
        return

    def fill(work: Path) -> None:
        shutil.copytree(folder, work, dirs_exist_ok=True)

    replace_folder(Path(text), fill, lambda target: Owned(stale=list(files_in(target))))


def _current(place: LakePath, content: bytes, etag: str) -> Current:
    try:
        read = json.loads(content)
        run, plain = str(read["run"]), bool(read["plain"])
        files = {str(name): (int(each["bytes"]), str(each["sha256"])) for name, each in read["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LakeError(f"{place}/{CURRENT}: is not what this program writes; publish again") from None
    bad = [name for name in files if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts]
    if bad or not _RUN.fullmatch(run):
        raise LakeError(f"{place}/{CURRENT}: names files outside of the folder; publish again")
    return Current(run, plain, files, etag)
