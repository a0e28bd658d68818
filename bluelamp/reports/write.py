"""Writing reports to a folder: all of a file or nothing of it."""

import errno
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bluelamp import files
from bluelamp.errors import BluelampError, UsageError
from bluelamp.reports.findings import Report


def _html(report: Report) -> str:
    from bluelamp.reports.html import to_html

    return to_html(report)


def _index(reports: Sequence[Report]) -> str:
    from bluelamp.reports.html import to_index

    return to_index(reports)


INDEX: Final = "index.html"
"""The page that compares several forces, in the folder above theirs."""
FILES: Final[Mapping[str, Callable[[Report], str]]] = {"findings.json": Report.to_json, "report.html": _html}
"""The files of a report, and what makes each."""

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


def write(reports: Sequence[Report], folder: Path) -> list[Path]:
    """Write `findings.json` and `report.html` of each report, and return the paths in that order.

    One report goes directly into `folder`, several into a folder each, named after the force, with `index.html` above
    them, which compares them and comes first. A file that was there
    before is replaced in one step. Raises `BluelampError` where the folder cannot be written or the disk is full, and
    `UsageError` for two reports on one force.
    """
    names = [report.force for report in reports]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"there are two reports on {twice}", next_step="name each force once")
    written = []
    if len(reports) > 1:
        _replace(folder / INDEX, _index(reports))
        written.append(folder / INDEX)
    for report in reports:
        place = folder if len(reports) == 1 else folder / report.force
        for name, made in FILES.items():
            path = place / name
            _replace(path, made(report))
            written.append(path)
    return written


def _replace(path: Path, text: str) -> None:
    try:
        files.replace(path, text)
    except OSError as error:
        said, step = _NEXT.get(error.errno or 0, (error.strerror or str(error), "name another folder"))
        raise BluelampError(f"{path}: the report cannot be written: {said}", next_step=step) from error
