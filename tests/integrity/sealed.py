"""Small reports, signed or not, as files in memory that a test can change and write again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bluelamp.policies import Resource
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.value import Value
from bluelamp.reports import Report, Source, assess, write
from tests.rules import made

Files = Mapping[str, bytes]
WHEN = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


@made("T-001", "Boxes are shut")
def shut(place: Value) -> Outcome:
    """An open box is soon empty."""
    return None if place["lock"].known == "shut" else Fail(place["lock"], "shut")


def report_on(force: str, *locks: str, root: Path, day: int = 0, name: str = "box", **more: Any) -> Report:
    """A report on boxes of a force with these locks, `day` days after the first."""
    boxes = [
        Resource(f"urn:pulumi:{force}::bluelamp::test:box:Box::{name}-{number}", "test:box:Box", f"{name}-{number}", {"lock": lock})
        for number, lock in enumerate(locks)
    ]  # fmt: skip
    report = assess(force, boxes, Source.PLAN, root=root, rules=[shut], started=WHEN, **more)
    return replace(report, started=WHEN + timedelta(days=day), ended=WHEN + timedelta(days=day, seconds=5))


def written(reports: list[Report], folder: Path, **how: Any) -> Files:
    """The files that `write` writes for the reports."""
    write(reports, folder, ["json", "html"], **how)
    return read(folder)


def read(folder: Path) -> Files:
    """The content of each file below `folder`."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def put(files: Files, folder: Path) -> Path:
    """Writes `files` into a new folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
