"""Writing reports to a folder: all of a file or nothing of it."""

import errno
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core import files
from bluelamp.errors import BluelampError, UsageError
from bluelamp.reports.findings import Report
from bluelamp.reports.seal import MANIFEST, SIGNATURE, manifest, read

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Maker = Callable[[Report], str | None]


def _lazily(module: str, function: str) -> Maker:
    """A maker whose module is imported when it is needed: some cost much."""

    def made(report: Report) -> str | None:
        text: str | None = getattr(import_module(f"bluelamp.reports.{module}"), function)(report)
        return text

    return made


FORMATS: Final[Mapping[str, Mapping[str, Maker]]] = {
    "json": {"findings.json": Report.to_json},
    "html": {"report.html": _lazily("html", "to_html")},
    "csv": {
        "findings.csv": _lazily("formats.table", "to_csv"),
        "rules.csv": _lazily("formats.table", "to_rules"),
        "not-judged.csv": _lazily("formats.table", "to_unjudged"),
        "report.csv": _lazily("formats.table", "to_about"),
    },
    "sarif": {"findings.sarif": _lazily("formats.sarif", "to_sarif")},
    "junit": {"junit.xml": _lazily("formats.junit", "to_junit")},
    "markdown": {"report.md": _lazily("formats.markdown", "to_markdown")},
    "oscal": {
        "assessment-results.json": _lazily("formats.oscal", "to_assessment_results"),
        "poam.json": _lazily("formats.oscal", "to_poam"),
    },
}
"""The files of each format, and what makes each; one that makes None has nothing to say of the report."""
FEW: Final = 10
"""Of so many forces a report is written in every format, where none are named."""
OF_MANY: Final = ("json", "html", "markdown")
"""The formats of more forces than that: the others are for a force's own tools."""
INDEX: Final = "index.html"
"""The page that compares several forces, in the folder above theirs."""

_NEXT: Final = {
    errno.ENOSPC: ("the disk is full", "make room, or name another folder"),
    errno.EDQUOT: ("the disk quota is used up", "make room, or name another folder"),
    errno.EACCES: ("you may not write there", "name a folder of your own"),
    errno.EPERM: ("you may not write there", "name a folder of your own"),
    errno.EROFS: ("the file system is read-only", "name another folder"),
    errno.ENOTDIR: ("a file stands where a folder is wanted", "name another folder"),
    errno.EEXIST: ("a file stands where a folder is wanted", "name another folder"),
    errno.EISDIR: ("a folder stands where a file is wanted", "name another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "name another folder"),
}


def write(
    reports: Sequence[Report],
    folder: Path,
    formats: Sequence[str] = (),
    *,
    key: "Ed25519PrivateKey | None" = None,
    previous: Path | None = None,
) -> list[Path]:
    """Write the files of each report, seal them, and return their paths.

    `formats` are by default all, and `OF_MANY` for more than `FEW` reports.

    One report goes directly into `folder`, several into a folder each, named after the force, each sealed by itself
    and all together, with `index.html` above them, which compares them. A file that was there before is replaced in
    one step; of an older report no file stays. `key` signs the seal; it is chained to the report in `previous`, by
    default to the one that is replaced. Raises `BluelampError` where the folder cannot be written or the disk is full,
    and `UsageError` for two reports on one force.
    """
    names = [report.force for report in reports]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"there are two reports on {twice}", next_step="name each force once")
    formats = formats or (tuple(FORMATS) if len(reports) <= FEW else OF_MANY)
    before = _kept(folder, previous)
    written: list[Path] = []
    if len(reports) > 1 and "html" in formats:
        from bluelamp.reports.html import to_index

        written.append(_replace(folder / INDEX, to_index(reports)))
    for report in reports:
        place = folder if len(reports) == 1 else folder / report.force
        own = previous if previous is None or len(reports) == 1 else previous / report.force
        older = before if len(reports) == 1 else _kept(place, own)
        files_of = [
            _replace(place / name, text)
            for form in formats
            for name, made in FORMATS[form].items()
            if (text := made(report)) is not None
        ]
        written += [*files_of, *_seal(place, files_of, [report], older, key)]
    if len(reports) > 1:
        written += _seal(folder, written, reports, before, key)
    return written


@dataclass(frozen=True)
class _Kept:
    """What is known of the report before: its manifest, and the manifest of what the folder holds now."""

    previous: bytes | None
    here: bytes | None


def _kept(folder: Path, previous: Path | None) -> _Kept:
    here = _bytes(folder / MANIFEST)
    if previous is None:
        return _Kept(here, here)
    there = _bytes(previous / MANIFEST)
    if there is None:
        raise UsageError(f"{previous} holds no report to follow: it has no {MANIFEST}", next_step="name its folder")
    return _Kept(there, here)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _seal(
    folder: Path, written: Sequence[Path], reports: Sequence[Report], older: _Kept, key: "Ed25519PrivateKey | None"
) -> list[Path]:
    subject = sorted(report.force for report in reports)
    ended = max(report.ended for report in reports)
    text = manifest(folder, written, subject, ended, previous=older.previous, key=key)
    sealed = [_replace(folder / MANIFEST, text)]
    if key is not None:
        sealed.append(_replace(folder / SIGNATURE, key.sign(text.encode())))
    _tidy(folder, read(older.here or b""), {*written, *sealed})
    return sealed


def _tidy(folder: Path, older: Mapping[str, Any], kept: set[Path]) -> None:
    """Take away what an older report left, as far as it is ours by its name."""
    ours = {INDEX, MANIFEST, SIGNATURE, *(name for made in FORMATS.values() for name in made)}
    for name in map(PurePosixPath, [*older.get("files", ()), SIGNATURE]):
        path = folder / name
        inside = not name.is_absolute() and ".." not in name.parts and len(name.parts) <= 2
        if inside and name.name in ours and path not in kept:
            with suppress(OSError):
                path.unlink()
                if path.parent != folder:
                    path.parent.rmdir()


def _replace(path: Path, content: str | bytes) -> Path:
    try:
        files.replace(path, content)
    except OSError as error:
        said, step = _NEXT.get(error.errno or 0, (error.strerror or str(error), "name another folder"))
        raise BluelampError(f"{path}: the report cannot be written: {said}", next_step=step) from error
    return path
