"""Writes the views of the access policy from published assets."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.workloads.quality import sql
from bluelamp.workloads.quality.sources import open_database
from bluelamp.workloads.views.views import counts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PARQUET: Final = "*.parquet"


class ViewError(Exception):
    """A view cannot be created, so it is not published. The message has the asset and the view."""


@dataclass(frozen=True, slots=True)
class View:
    """A view of an asset."""

    asset: str
    file_system: str
    name: str
    path: str
    """The folder in the file system: the asset's folder and the view's name."""
    without: tuple[str, ...]
    """The masked columns."""
    table: str = ""
    """For open data: the table to count."""
    by: tuple[str, ...] = ()
    minimum: int = 0

    @property
    def source(self) -> str:
        """The folder of the asset in the source file system."""
        return self.path.rpartition("/")[0]


def read_views(file: Path) -> tuple[View, ...]:
    """The views in a file from `bluelamp access FORCE --export`. Raises `ViewError` if the file is invalid."""
    try:
        return tuple(_view(each) for each in json.loads(file.read_text(encoding="utf-8"))["views"])
    except OSError as error:
        raise ViewError(f"{file}: cannot be read: {error.strerror or error}; name the file views.json") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ViewError(f"{file}: is not a list of views; export it again") from None


def _view(row: Mapping[str, Any]) -> View:
    counted: Mapping[str, Any] = row.get("counts") or {}
    without = tuple(map(str, row["without"])) if not counted else ()
    where = str(row["asset"]), str(row["fileSystem"]), str(row["view"]), str(row["path"])
    if not counted:
        return View(*where, without)
    return View(*where, (), str(counted["table"]), tuple(map(str, counted["by"])), int(counted["minimum"]))


def write_view(view: View, source: Path, folder: Path) -> None:
    """Writes a view of the asset in the folder `source` into the empty `folder`.

    A view without a mask is a copy of all files. A masked view has only the Parquet tables with a masked column,
    without that column and without map entries of that name. Raises `ViewError` if a masked column is in no table, or
    is nested in another column, where it would not be masked.
    """
    if view.table:
        _count(view, source, folder)
    elif view.without:
        _mask(view, source, folder)
    else:
        shutil.copytree(source, folder, dirs_exist_ok=True)


def _count(view: View, source: Path, folder: Path) -> None:
    file = source / f"{view.table}.parquet"
    if not file.is_file():
        raise ViewError(f"{_named(view)}: there is no table {view.table!r}; publish {file.name} in {view.source}")
    with open_database() as connection:
        connection.execute(f"CREATE VIEW {sql.name(view.table)} AS SELECT * FROM read_parquet({sql.text(str(file))})")
        known = [name for name, _ in _columns(connection, view.table)]
        if missing := [each for each in view.by if each not in known]:
            raise ViewError(
                f"{_named(view)}: {view.table} has no column {', '.join(missing)}; it has {', '.join(known)}"
            )
        try:
            query = counts(view.table, view.by, view.minimum)
        except ValueError as error:
            raise ViewError(f"{_named(view)}: {error}") from None
        _write(connection, query, folder / f"{view.table}.parquet")


def _mask(view: View, source: Path, folder: Path) -> None:
    found: set[str] = set()
    with open_database() as connection:
        for file in sorted(source.glob(_PARQUET)):
            connection.execute(f"CREATE OR REPLACE VIEW source AS SELECT * FROM read_parquet({sql.text(str(file))})")
            columns = _columns(connection, "source")
            if nested := sorted(_nested(columns, view.without)):
                raise ViewError(
                    f"{_named(view)}: {file.name} shows {', '.join(nested)} within another column; give it a column"
                )
            masked = {name for name, _ in columns} & set(view.without)
            kept = [(name, type_) for name, type_ in columns if name not in masked]
            found |= masked
            if masked and kept:  # the mask does not cover other tables
                shown = ", ".join(_shown(name, type_, view.without) for name, type_ in kept)
                _write(connection, f"SELECT {shown} FROM source", folder / file.name)
    if missing := sorted(set(view.without) - found):
        raise ViewError(f"{_named(view)}: no table has {', '.join(missing)}; correct the mask in access.yaml")


def _nested(columns: Sequence[tuple[str, str]], without: Sequence[str]) -> Iterator[str]:
    """The masked columns that are fields of a struct."""
    for name, type_ in columns:
        if name not in without:
            yield from (each for each in without if re.search(rf'[(,] ?"?{re.escape(each)}"? ', type_))


def _shown(name: str, type_: str, without: Sequence[str]) -> str:
    if not type_.startswith("MAP(VARCHAR,"):
        return sql.name(name)
    entries = f"list_filter(map_entries({sql.name(name)}), lambda each : each.key NOT IN {sql.strings(list(without))})"
    return f"map_from_entries({entries}) AS {sql.name(name)}"


def _columns(connection: "DuckDBPyConnection", relation: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE {sql.name(relation)}").fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


def _write(connection: "DuckDBPyConnection", query: str, file: Path) -> None:
    connection.execute(f"COPY ({query}) TO {sql.text(str(file))} (FORMAT parquet)")


def _named(view: View) -> str:
    return f"{view.asset}: view {view.name}"
