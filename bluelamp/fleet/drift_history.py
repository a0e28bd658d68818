"""The drift history in a private DuckDB file: the drift of each run, and the start of each drift."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from bluelamp.core import private
from bluelamp.core.history_file import opened
from bluelamp.engine.events import Step

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FILE: Final = "drift.duckdb"
_MEMORY: Final = "256MB"
_LOOKED_AT: Final = 400
"""The number of runs to search for the start of a drift: a year of daily runs."""
_TABLES: Final = """
CREATE SEQUENCE IF NOT EXISTS drift_ids;
CREATE TABLE IF NOT EXISTS drift_runs (
    id BIGINT PRIMARY KEY DEFAULT nextval('drift_ids'), force VARCHAR NOT NULL, ended TIMESTAMP NOT NULL
);
CREATE TABLE IF NOT EXISTS drifted (run BIGINT NOT NULL, urn VARCHAR NOT NULL, property VARCHAR NOT NULL);
"""

_ALONE: Final = Lock()
"""Forces are compared in several threads, and DuckDB creates tables in one transaction at a time."""

Key = tuple[str, str]
"""A URN and a property path; the path is empty for a resource as a whole."""


@dataclass(frozen=True, slots=True)
class History:
    """The history of a drift: the start of each part and its number of runs, and the parts resolved since the last
    run. `previous` is the time of that run, None for the first."""

    since: Mapping[Key, tuple[datetime, int]] = field(default_factory=dict)
    gone: tuple[Key, ...] = ()
    previous: datetime | None = None


def file_of(root: Path, *, rehearse: bool) -> Path:
    """The history file for real clouds, or for the rehearsal cloud."""
    own = root / private.NAME
    return own / "rehearsal" / _FILE if rehearse else own / _FILE


def keys(steps: Iterable[Step]) -> list[Key]:
    """The drifted properties."""
    return [(step.urn, path) for step in steps for path in (list(step.changes) if step.op == "update" else []) or [""]]


def remember(file: Path, force: str, found: Sequence[Key], now: datetime) -> tuple[History, str]:
    """Keeps the drift of a run, and returns the history before it; or the reason if the file cannot be used."""
    import duckdb

    try:
        private.folder(file.parent if file.parent.name == private.NAME else file.parent.parent)
        file.parent.mkdir(parents=True, exist_ok=True)
        with _ALONE, opened(file, memory=_MEMORY) as connection:
            connection.execute(_TABLES)
            connection.begin()
            history = _recorded(connection, force, found, now)
            connection.commit()
        with suppress(OSError):
            file.chmod(0o600)
    except (duckdb.Error, OSError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        return History(), f"{file}: the history cannot be used ({reason}); move it away to start a new one"
    return history, ""


def _recorded(connection: "DuckDBPyConnection", force: str, found: Sequence[Key], now: datetime) -> History:
    runs = connection.execute(
        "SELECT id, ended FROM drift_runs WHERE force = ? ORDER BY id DESC LIMIT ?", [force, _LOOKED_AT]
    ).fetchall()
    rows = connection.execute(
        "SELECT run, urn, property FROM drifted WHERE list_contains(?, run)", [[id_ for id_, _ in runs]]
    ).fetchall()
    by_run: dict[int, set[Key]] = {id_: set() for id_, _ in runs}
    for run, urn, path in rows:
        by_run[run].add((urn, path))
    made = connection.execute(
        "INSERT INTO drift_runs (force, ended) VALUES (?, ?) RETURNING id",
        [force, now.astimezone(UTC).replace(tzinfo=None)],
    ).fetchone()
    if found and made:
        connection.executemany("INSERT INTO drifted VALUES (?, ?, ?)", [[made[0], *key] for key in found])
    since = {}
    for key in found:
        first, count = now, 1
        for id_, ended in runs:
            if key not in by_run[id_]:
                break
            first, count = ended.replace(tzinfo=UTC), count + 1
        since[key] = (first, count)
    last = by_run[runs[0][0]] if runs else set()
    previous = runs[0][1].replace(tzinfo=UTC) if runs else None
    return History(since, tuple(sorted(last - set(found))), previous)
