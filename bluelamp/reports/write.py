"""Writes reports to a folder; a new report replaces an older one atomically."""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, Protocol

from bluelamp.core import folders
from bluelamp.core.files import read
from bluelamp.core.folders import OccupiedError, Owned, replace_folder
from bluelamp.errors import BluelampError, UsageError, kind_of
from bluelamp.reports.findings import Report
from bluelamp.reports.seal import listed, manifest
from bluelamp.reports.sealed_form import INDEX, MANIFEST, MAX_BYTES, SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Detail:
    """Options of machine formats: `passes` for every verdict in SARIF, `advisory_failures` for advisory failures as
    failures in JUnit."""

    passes: bool = False
    advisory_failures: bool = False


class Formatter(Protocol):
    """A function that returns the text of a report's file; None if there is nothing to write."""

    def __call__(self, report: Report, detail: Detail = Detail()) -> str | None:
        """The file's text."""


def _lazily(module: str, function: str, *wants: str) -> Formatter:
    """A formatter whose module is imported on first use, as some import slowly. `wants` are its `Detail` fields."""

    def formatted(report: Report, detail: Detail = Detail()) -> str | None:
        formatter = getattr(import_module(f"bluelamp.reports.{module}"), function)
        text: str | None = formatter(report, **{name: getattr(detail, name) for name in wants})
        return text

    return formatted


REPORT: Final = "report.html"
"""The page of one force."""
FORMATS: Final[Mapping[str, Mapping[str, Formatter]]] = {
    "json": {"findings.json": lambda report, detail=Detail(): report.to_json()},
    "html": {REPORT: _lazily("html", "to_html"), "controls.html": _lazily("html", "to_controls")},
    "csv": {
        "findings.csv": _lazily("formats.table", "to_csv"),
        "rules.csv": _lazily("formats.table", "to_rules"),
        "not-judged.csv": _lazily("formats.table", "to_unjudged"),
        "report.csv": _lazily("formats.table", "to_about"),
    },
    "sarif": {"findings.sarif": _lazily("formats.sarif", "to_sarif", "passes")},
    "junit": {"junit.xml": _lazily("formats.junit", "to_junit", "advisory_failures")},
    "markdown": {"report.md": _lazily("formats.markdown", "to_markdown")},
    "oscal": {
        "assessment-results.json": _lazily("formats.oscal", "to_assessment_results"),
        "poam.json": _lazily("formats.oscal", "to_poam"),
    },
}
"""The files of each format, with their formatters."""
PAGES: Final = frozenset({INDEX, REPORT})
"""The pages to open first."""
FEW: Final = 10
"""Up to this number of forces, the default is every format."""
OF_MANY: Final = ("json", "html", "markdown")
"""The default formats of more forces; the others are for a force's own tools."""
_OWN_NAMES: Final = {INDEX, MANIFEST, SIGNATURE, *(name for files in FORMATS.values() for name in files)}
"""The names of all files that a report can have."""
_SEALS: Final = (MANIFEST, SIGNATURE)

_NEXT: Final = {
    errno.ENOSPC: ("the disk is full", "make room, or name another folder"),
    errno.EDQUOT: ("the disk quota is used up", "make room, or name another folder"),
    errno.EACCES: ("you may not write there", "name a folder of your own"),
    errno.EPERM: ("you may not write there", "name a folder of your own"),
    errno.EROFS: ("the file system is read-only", "name another folder"),
    errno.ENOTDIR: ("a file exists where a folder is expected", "name another folder"),
    errno.EEXIST: ("a file exists where a folder is expected", "name another folder"),
    errno.EISDIR: ("a folder exists where a file is expected", "name another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "name another folder"),
}


def write(
    reports: Sequence[Report],
    folder: Path,
    formats: Sequence[str] = (),
    *,
    key: "Ed25519PrivateKey | None" = None,
    previous: Path | None = None,
    detail: Detail | None = None,
    signers: Mapping[str, str] | None = None,
) -> list[Path]:
    """Writes the files of each report, seals them, and returns their paths.

    `formats` are by default all, and `OF_MANY` for more than `FEW` reports.

    One report goes directly into `folder`; several go into a subfolder each, named after the force, each sealed
    separately and all together, with `index.html`, which compares them. An older report is replaced atomically: a
    killed run leaves either the older or the new report. Other files in the folder are never changed. `key` signs the
    seal, which is chained to the report in `previous`, by default to the replaced one. `signers` has the names of the
    project's known signers by fingerprint, for the pages. Raises `BluelampError` if the folder cannot be written or
    the disk is full, `UsageError` for two reports on one force or if a file that is not a report's has the name of one.
    """
    names = [report.force for report in reports]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"there are two reports on {twice}", next_step="name each force once")
    formats = formats or (tuple(FORMATS) if len(reports) <= FEW else OF_MANY)
    if key is not None:
        from bluelamp.reports.signature import signature

        signed = signature(key, signers or {})
        reports = [replace(report, signature=signed) for report in reports]
    before = _previous(folder, previous)
    draft = _Draft(reports, formats, folder, previous or folder, before, key, detail or Detail())
    try:
        replace_folder(folder, draft.fill, _owned, last=MANIFEST)
    except OccupiedError as error:
        problem = "a file that does not belong to a report already exists"
        raise UsageError(
            f"{draft.shown(error.filename)}: the report cannot be written: {problem}",
            next_step="move it away, or name another folder",
        ) from error
    except OSError as error:
        raise _unwritten(draft.shown(error.filename), error) from error
    return [folder / name for name in draft.written]


def refuse_unwritable(folder: Path) -> None:
    """Checks that a report can be written into `folder`, before the work starts; raises the errors of `write`."""
    try:
        folders.refuse_unwritable(folder)
    except OSError as error:
        raise _unwritten(folder, error) from None


def _unwritten(path: Path, error: OSError) -> BluelampError:
    problem, step = _NEXT.get(error.errno or 0, (error.strerror or str(error), "name another folder"))
    return kind_of(error)(f"{path}: the report cannot be written: {problem}", next_step=step)


@dataclass
class _Draft:
    """A report that is being written into a temporary folder; `written` are the names of its files in order."""

    reports: Sequence[Report]
    formats: Sequence[str]
    folder: Path
    previous: Path
    before: bytes | None
    key: "Ed25519PrivateKey | None"
    detail: Detail
    written: list[PurePosixPath] = field(default_factory=list)
    work: Path | None = None

    def fill(self, work: Path) -> None:
        """Writes everything into `work`. Raises OSError."""
        self.work = work
        if len(self.reports) == 1:
            self._one(self.reports[0], PurePosixPath(), self.before, self._texts(self.reports[0]))
            return
        if INDEX in self._first():
            from bluelamp.reports.html import to_index

            self._write(PurePosixPath(INDEX), to_index(self.reports))
        for report, texts in zip(self.reports, self._all_texts(), strict=True):
            self._one(report, PurePosixPath(report.force), _bytes(self.previous / report.force / MANIFEST), texts)
        self._seal(PurePosixPath(), list(self.written), self.reports, self.before)

    def shown(self, path: str | None) -> Path:
        """The path, relative to the user's folder, of the file that could not be written."""
        for here in (self.work, Path(os.path.realpath(self.folder))):
            if path and here is not None and Path(path).is_relative_to(here) and Path(path) != here:
                return self.folder / Path(path).relative_to(here)
        return self.folder / (self.written[-1] if self.written else next(iter(self._first())))

    def _first(self) -> Iterable[str]:
        """The names of the first files."""
        return [INDEX] if len(self.reports) > 1 and "html" in self.formats else FORMATS[self.formats[0]]

    def _all_texts(self) -> Iterator[dict[str, str]]:
        """The texts of each report's files, by name; for many reports, formatted in one process per core."""
        if len(self.reports) <= FEW:
            yield from map(self._texts, self.reports)
            return
        from bluelamp.fleet.parallel import cores
        from bluelamp.fleet.processes import in_processes

        by_force = {report.force: report for report in self.reports}
        yield from in_processes(lambda force: self._texts(by_force[force]), list(by_force), cores())

    def _texts(self, report: Report) -> dict[str, str]:
        texts = {name: text_of(report, self.detail) for each in self.formats for name, text_of in FORMATS[each].items()}
        return {name: text for name, text in texts.items() if text is not None}

    def _one(self, report: Report, place: PurePosixPath, before: bytes | None, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            self._write(place / name, text)
        self._seal(place, [place / name for name in texts], [report], before)

    def _seal(
        self, place: PurePosixPath, names: Sequence[PurePosixPath], reports: Sequence[Report], before: bytes | None
    ) -> None:
        assert self.work is not None
        text = manifest(
            self.work / place,
            [self.work / name for name in names],
            [report.force for report in reports],
            _ended(reports),
            previous=before,
            part_of=self._whole() if place.name else None,
            key=self.key,
        )
        self._write(place / MANIFEST, text)
        if self.key is not None:
            self._write(place / SIGNATURE, self.key.sign(text.encode()))

    def _whole(self) -> tuple[Sequence[str], datetime]:
        return [report.force for report in self.reports], _ended(self.reports)

    def _write(self, name: PurePosixPath, content: str | bytes) -> None:
        assert self.work is not None
        self.written.append(name)
        path = self.work / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def _ended(reports: Sequence[Report]) -> datetime:
    return max(report.ended for report in reports)


def _previous(folder: Path, previous: Path | None) -> bytes | None:
    """The previous report's manifest; None without one. Raises `UsageError` if the folder `previous` has no report."""
    if previous is None:
        return _bytes(folder / MANIFEST)
    content = _bytes(previous / MANIFEST)
    if content is None:
        raise UsageError(f"{previous} holds no report to follow: it has no {MANIFEST}", next_step="name its folder")
    return content


def _bytes(path: Path) -> bytes | None:
    try:
        return read(path, MAX_BYTES)
    except OSError:
        return None


def _owned(folder: Path) -> Owned:
    """The files in `folder` that a new report may replace: the manifest, and listed files with a report's file names.

    If the manifest is truncated, all files with a report's file names may be replaced. So may those of a report in a
    subfolder, by a report on several forces.
    """
    own = _listed(folder)
    inner = {
        PurePosixPath(path.parent.name) / name
        for path in folder.glob(f"*/{MANIFEST}")
        for name in _listed(path.parent) or ()
    }
    if own is not None and len(own) == len(_SEALS):
        return Owned(own, inner | {PurePosixPath(name) for name in _OWN_NAMES})
    return Owned(own or set(), inner)


def _listed(folder: Path) -> set[PurePosixPath] | None:
    """The files of the report in `folder`; None without a report."""
    content = _bytes(folder / MANIFEST)
    names = listed(content) if content is not None else None
    if names is None:
        return None
    return {PurePosixPath(name) for name in [*names, *_SEALS] if PurePosixPath(name).name in _OWN_NAMES}
