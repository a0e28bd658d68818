"""The cached plans of a project's forces: looked up by key, validated against the files they read, and added."""

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache as once
from functools import cached_property
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any, Final

import bluelamp
from bluelamp.folders import cache
from bluelamp.plans import reads
from bluelamp.plans.inputs import Inputs, inputs
from bluelamp.plans.packing import PackingError, packed, unpacked
from bluelamp.plans.store import Entry, Store

OFF: Final = "BLUELAMP_NO_CACHE"
"""The environment variable that disables the cache, unless it is empty or 0."""
SIDE: Final = "side"
COST: Final = "cost"
_EXISTS: Final = "there"
"""The recorded state of an existing path that is not a file."""
_UNSET: Final = "unset"
_OWN_VARIABLES: Final = frozenset({"BLUELAMP_CACHE", "HOME", "XDG_CACHE_HOME"})
"""Variables with the location of caches. Files that a program reads below its home are recorded as files."""
_SDK: Final = ("PULUMI_", "AZURE_", "ARM_", "KUBE")
"""Prefixes of variables that an SDK reads on import, which may be before a force is planned."""
_SYSTEM: Final = ("/proc/", "/dev/", "/sys/")


class Plans:
    """The cached plans of the project at `root`. Create it before importing anything of the project.

    `given` are the inputs of a project that another process plans, such as a base.
    """

    def __init__(self, root: Path, *, store: Store | None = None, given: Inputs | None = None) -> None:
        self._store = store or Store()
        self.inputs = given or inputs(root)
        self._own = given is None
        self._keys: dict[str, str] = {}
        self._process, self._worker = reads.Reads(), reads.Reads()
        self._code = self.inputs
        self._foreign = [f"{self.inputs.root}/stacks/"]
        if self._own:
            reads.keep(self._process)

    def beside(self, given: Inputs) -> "Plans":
        """The cached plans of other settings, such as earlier ones, that this process plans with the same program."""
        other = Plans(given.root, store=self._store, given=given)
        other._own, other._process, other._worker = self._own, self._process, self._worker
        other._code = self._code
        other._foreign += self._foreign
        # Reads for one of the two do not belong to the other.
        self._foreign.append(f"{given.root}/")
        return other

    @staticmethod
    def wanted(*, no_cache: bool = False) -> bool:
        """Whether plans are reused: not with `no_cache`, and not if the environment disables it."""
        return not no_cache and os.environ.get(OFF, "") in ("", "0")

    @property
    def secret(self) -> bytes:
        """The key for digests of secrets."""
        return self._store.key

    def key(self, force: str) -> str:
        """The key of the force's plan. The files are read once."""
        if force not in self._keys:
            self._keys[force] = self.inputs.key(force)
        return self._keys[force]

    def check(self, force: str, variant: str) -> Any:
        """The cached `Check` of a force with the options in `variant`; None if there is none."""
        return self._data(force, f"check {variant}")

    def costs(self, force: str) -> Any:
        """The cached `Costs` of a force; None if there are none."""
        return self._data(force, COST)

    def side(self, force: str) -> Mapping[str, Any] | None:
        """The cached side of a comparison (see `bluelamp.comparison.plan_side`); None if there is none."""
        part = self._part(force, SIDE)
        with suppress(ValueError):
            found = json.loads(part) if part is not None else None
            return found if isinstance(found, dict) else None
        return None

    def keep(self, force: str, parts: Mapping[str, bytes], read: reads.Reads) -> None:
        """Caches the results of a force's plan, with its reads.

        Nothing is cached if a file was changed since the key was computed or since the process started, or if the
        program used another process or the network.
        """
        if read.asked or not self.inputs.same() or (self._own and self._code.newest() > bluelamp.STARTED):
            return
        if self.inputs.key(force) != self.key(force):
            return
        self._worker.variables |= read.variables
        names = self._files(force, read)
        before = self._entry(force)
        self._store.put(
            self.key(force),
            Entry(
                {**(before.parts if before else {}), **parts},
                {**names, **{name: self._state(name) for name in self._folders(force, read)}},
                {name: self._variable(name) for name in self._variables()},
            ),
        )
        self.__dict__.pop("_entries", None)

    def keep_side(self, force: str, side: Mapping[str, Any]) -> None:
        """Caches a side that another process planned, with the reads that it reports."""
        reported = side.get("reads")
        if "snapshot" not in side or not isinstance(reported, Mapping):
            return
        read = reads.Reads()
        read.files, read.folders = set(reported["files"]), set(reported["folders"])
        read.probed = set(reported["probed"])
        read.variables, read.asked = set(reported["variables"]), set(reported["asked"])
        self.keep(force, {SIDE: json.dumps({**side, "reads": None}).encode()}, read)

    @contextmanager
    def recording(self, into: reads.Reads, *, program: bool = True) -> Iterator[None]:
        """Records reads in `into` within the block. Unless it runs the `program`, only files are recorded."""
        if program:
            with reads.recording(into):
                yield
            return
        with reads.recording(reads.Reads()) as own:
            yield
        into.files |= own.files
        into.folders |= own.folders
        into.probed |= own.probed

    @cached_property
    def _entries(self) -> dict[str, Entry | None]:
        return {}

    def _entry(self, force: str) -> Entry | None:
        """The entry of a force, if everything that it read is unchanged."""
        if force not in self._entries:
            with reads.paused():
                found = self._store.get(self.key(force))
                same = found is not None and (
                    all(self._state(name) == state for name, state in found.reads.items())
                    and all(self._variable(name) == value for name, value in found.variables.items())
                )
            self._entries[force] = found if same else None
        return self._entries[force]

    def _part(self, force: str, part: str) -> bytes | None:
        entry = self._entry(force)
        return entry.parts.get(part) if entry else None

    def _data(self, force: str, part: str) -> Any:
        found = self._part(force, part)
        with suppress(PackingError):
            return None if found is None else unpacked(found)
        return None

    def _files(self, force: str, read: reads.Reads) -> dict[str, str]:
        """The read files that the key does not cover, including those that the process has read for earlier forces."""
        earlier = {name for name in self._process.files if self._own and not name.startswith(tuple(self._foreign))}
        found = {}
        for name in read.files | earlier:
            path = Path(_source(name))
            if not _is_system(str(path)) and not self.inputs.covers(path, force):
                place = self._name(path)
                found[place] = self._state(place)
        found = {name: state for name, state in found.items() if state}
        for name in read.probed:
            path = Path(name)
            if path.is_relative_to(self.inputs.root) and not self.inputs.covers(path, force):
                place = self._name(path)
                found.setdefault(place, self._state(place))
        return found

    def _folders(self, force: str, read: reads.Reads) -> Iterator[str]:
        for name in read.folders:
            path = Path(name)
            if path.is_relative_to(self.inputs.root) and not self.inputs.covers(path, force):
                yield f"{self._name(path)}/"

    def _variables(self) -> set[str]:
        sdk = {name for name in self._process.variables if self._own and name.startswith(_SDK)}
        return (self._worker.variables | sdk) - _OWN_VARIABLES

    def _name(self, path: Path) -> str:
        """A path for the cache: relative to the project if inside it, so that copies of the project share entries."""
        root = self.inputs.root
        return f"./{path.relative_to(root).as_posix()}" if path.is_relative_to(root) else str(path)

    def _state(self, name: str) -> str:
        """The SHA-256 of a file, or of the names in a folder (`name` ends in a slash); empty if it does not exist."""
        path = self.inputs.root / name
        with suppress(OSError):
            if name.endswith("/"):
                names = sorted(each for each in os.listdir(path) if not each.startswith("."))  # noqa: PTH208 - text
                return hashlib.sha256("\n".join(names).encode(errors="surrogateescape")).hexdigest()
            if path.is_file():
                with path.open("rb") as stream:
                    return hashlib.file_digest(stream, "sha256").hexdigest()
            if path.exists():
                return _EXISTS
        return ""

    def _variable(self, name: str) -> str:
        value = os.environ.get(name)
        return _UNSET if value is None else self._store.digest(value)


def pack(value: Any) -> bytes:
    """`value` as bytes for an entry."""
    return packed(value)


def _source(name: str) -> str:
    """The source of a compiled file."""
    if name.endswith(".pyc"):
        with suppress(ValueError):
            return source_from_cache(name)
    return name


def _is_system(name: str) -> bool:
    """Whether a file belongs to the system, Python, an installed package, or Bluelamp's cache."""
    return name.startswith(_SYSTEM) or name.startswith(_places()) or name.startswith(f"{cache()}/")


@once
def _places() -> tuple[str, ...]:
    paths = set(sysconfig.get_paths().values())
    bases = {sys.prefix, sys.base_prefix}
    return tuple(f"{each.rstrip('/')}/" for each in sorted(paths | bases) if each not in ("/", "/usr"))


__all__ = ["COST", "OFF", "SIDE", "Plans", "pack"]
