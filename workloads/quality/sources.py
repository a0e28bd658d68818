"""Loads local copies of the data that contracts describe into DuckDB, without losing a row.

A table of an asset is in the files of its `physicalName` (a file or a pattern such as `*-street.csv`), or in
`<table>.csv` or `<table>.parquet`, in the asset's folder. Each row has the name of its file and its number, from 1. A
CSV record with a different number of fields than the header is rejected, with its line and the reason. Empty fields
after the last column are ignored, as in DuckDB.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from open_data_contract_standard.model import SchemaObject

from bluelamp.core.contracts import Contract
from bluelamp.core.files import FileRefusedError, check_regular
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.workloads.quality import sql
from bluelamp.workloads.quality.compile import typed

FILE: Final = "_file"
ROW: Final = "_row"
"""The columns with a row's source: the file, and the row number in it, from 1."""
MEMORY: Final = "512MB"
MOST_BYTES: Final = 4_000_000_000
_KINDS: Final = (".csv", ".parquet")
_CHUNK: Final = 1 << 20
_LONGEST: Final = 200
"""The maximum number of characters of a record in quarantine; the whole record is in the file."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejected record of a file."""

    file: str
    line: int
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A loaded table of a contract. `name` is its name in DuckDB, where every column is text."""

    asset: str
    table: str
    name: str
    columns: tuple[str, ...]
    """The columns of the files, including those that are not in the contract."""
    unknown: tuple[str, ...]
    """Columns that are not in the contract."""
    rows: int
    rejected: tuple[Rejected, ...]
    problems: tuple[Problem, ...]
    """Why it could not be read, or differs from the contract; its rows are then ignored."""
    files: tuple[str, ...] = ()
    open_ended: tuple[str, ...] = ()
    """CSV files without a final line feed, which may be truncated."""


def open_database(file: Path | None = None, *, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with limited memory and without extensions; in memory, or a new `file`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if threads:
        config["threads"] = threads
    return duckdb.connect(str(file) if file else ":memory:", config=config)


def load(connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path) -> tuple[SourceTable, ...]:
    """Loads every table of `contract` from `folder`, the asset's own. Problems of files are in the results."""
    return tuple(_load(connection, contract, table, folder) for table in contract.tables)


def table_name(asset: str, table: str) -> str:
    """The name in DuckDB of a table of an asset."""
    return f"{asset}.{table}"


def _load(connection: duckdb.DuckDBPyConnection, contract: Contract, table: SchemaObject, folder: Path) -> SourceTable:
    known = [each.name or "" for each in table.properties or ()]
    name = table_name(contract.asset, table.name or "")
    files, problems = _files(table, folder)
    columns: tuple[str, ...] = ()
    rows, rejected = 0, []
    connection.execute(f"DROP TABLE IF EXISTS {sql.name(name)}")
    for path in files:
        try:
            found = _columns(connection, path)
            problems += _compare(path, found, known, columns)
            if problems:
                continue
            if not columns:
                columns = tuple(found)
                _create(connection, name, columns)
            count, refused = _read(connection, name, path, columns)
            rows += count
            rejected += refused
        except _UnreadableError as error:
            problems.append(error.problem)
    if not columns:
        _create(connection, name, known)
    _view(connection, name, table, columns or known)
    return SourceTable(
        contract.asset,
        table.name or "",
        name,
        columns,
        tuple(each for each in columns if each not in known),
        rows,
        tuple(rejected),
        tuple(problems),
        tuple(path.name for path in files),
        tuple(path.name for path in files if path.suffix == ".csv" and not problems and not _ends_with_newline(path)),
    )


class _UnreadableError(Exception):
    def __init__(self, path: Path, message: str, *, line: int = 0, next_step: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(path.name, line, message=message, next_step=next_step)


def _files(table: SchemaObject, folder: Path) -> tuple[list[Path], list[Problem]]:
    named = table.physicalName or ""
    patterns = [named] if named.endswith(_KINDS) else [f"{table.name}{kind}" for kind in _KINDS]
    found: list[Path] = []
    if folder.is_dir() and not any("/" in each or "\\" in each for each in patterns):
        found = sorted({path for pattern in patterns for path in folder.glob(pattern) if not path.name.startswith(".")})
    kinds = {path.suffix for path in found}
    if len(kinds) > 1:
        names = ", ".join(path.name for path in found)
        both = Problem(
            f"{folder.name}/{found[0].name}",
            message="the table has files of several formats",
            found=names,
            next_step="keep one format",
        )
        return [], [both]
    if found:
        return found, []
    where = Problem(
        f"{folder.name}/{' or '.join(patterns)}",
        message="there is no such file: the table cannot be read",
        next_step="add a copy of the data",
    )
    return [], [where]


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]) -> None:
    made = ", ".join([*(f"{sql.name(each)} VARCHAR" for each in columns), f"{FILE} VARCHAR", f"{ROW} BIGINT"])
    connection.execute(f"CREATE TABLE {sql.name(name)} ({made})")


def _view(connection: duckdb.DuckDBPyConnection, name: str, table: SchemaObject, columns: Sequence[str]) -> None:
    """Creates a view with the table's name and types in the contract, for `sql` checks."""
    types = {each.name: each.logicalType for each in table.properties or ()}
    made = ", ".join(f"{typed(each, types.get(each))} AS {sql.name(each)}" for each in columns)
    view = sql.name(table.name or "")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {made} FROM {sql.name(name)}")


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    try:
        check_regular(path)
        if path.stat().st_size > MOST_BYTES:
            raise _UnreadableError(path, f"is larger than {MOST_BYTES:,} bytes")
        if path.suffix == ".parquet":
            rows = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({sql.text(str(path))})").fetchall()
            return [str(row[0]) for row in rows]
        header = _header(path)
    except FileRefusedError as error:
        raise _UnreadableError(path, str(error.strerror)) from None
    except OSError as error:
        raise _UnreadableError(path, f"cannot be read: {reason_of(error)}") from None
    except duckdb.Error:
        raise _UnreadableError(
            path, "is not a complete Parquet file", next_step="copy it again from its source"
        ) from None
    return header


def _header(path: Path) -> list[str]:
    """The columns of a CSV file, after checking that the whole file is UTF-8."""
    _check_encoding(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            header = next(csv.reader(stream, strict=True), None)
        except csv.Error as error:
            raise _UnreadableError(path, f"has no header: {error}", line=1) from None
    if not header or not any(header):
        raise _UnreadableError(path, "is empty", next_step="copy it again from its source")
    # Programs that number rows leave the header of that column empty.
    header = [each if each.strip() else f"column {place}" for place, each in enumerate(header, 1)]
    folded: dict[str, str] = {}
    for each in header:
        if each.casefold() in folded:
            raise _UnreadableError(path, f"duplicate column {show(each)}", line=1, next_step="name each column once")
        if each.casefold() in (FILE, ROW):
            raise _UnreadableError(path, f"a column may not be called {show(each)}", line=1)
        folded[each.casefold()] = each
    return header


def _check_encoding(path: Path) -> None:
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    with path.open("rb") as stream:
        first = stream.read(4)
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _UnreadableError(path, "is in UTF-16", next_step="save it as UTF-8")
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            if b"\x00" in chunk:
                raise _UnreadableError(
                    path, "contains a null byte", line=line + chunk[: chunk.index(b"\x00")].count(b"\n")
                )
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                bad = error.object[error.start]
                raise _UnreadableError(
                    path,
                    f"is not UTF-8 text: invalid byte 0x{bad:02x}",
                    line=line + error.object[: error.start].count(b"\n"),
                    next_step="save it as UTF-8; files of Windows programs are often in Windows-1252",
                ) from None
            line += chunk.count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise _UnreadableError(
                path, "ends in the middle of a character", line=line, next_step="copy it again from its source"
            ) from None


def _compare(path: Path, found: Sequence[str], known: Sequence[str], before: Sequence[str]) -> list[Problem]:
    """Problems: columns of the contract that the file lacks, and files of a table with different columns."""
    problems = []
    unknown = [each for each in found if each not in known]
    for each in known:
        if each not in found:
            problems.append(
                Problem(
                    path.name,
                    1,
                    message=f"column {show(each)} of the contract is missing",
                    found=f"columns: {', '.join(found)}",
                    next_step=did_you_mean(each, unknown) or "change the contract, or ask the source for the column",
                )
            )
    if before and not problems and set(before) != set(found):
        problems.append(
            Problem(
                path.name,
                1,
                message="has other columns than the files before it",
                found=f"columns: {', '.join(found)}",
                next_step="give every file of a table the same columns",
            )
        )
    return problems


def _read(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, columns: Sequence[str]
) -> tuple[int, list[Rejected]]:
    """Adds the rows of a file to the table; returns their number and the rejected records."""
    if path.suffix == ".parquet":
        chosen = ", ".join(f"CAST({sql.name(each)} AS VARCHAR) AS {sql.name(each)}" for each in columns)
        try:
            return _insert(connection, name, f"SELECT {chosen} FROM read_parquet({sql.text(str(path))})", path), []
        except duckdb.Error:
            raise _UnreadableError(
                path, "is not a complete Parquet file", next_step="copy it again from its source"
            ) from None
    try:
        return _insert(connection, name, _csv(path, _header(path), columns), path), []
    except duckdb.Error:
        return _read_slowly(connection, name, path, columns)


def _csv(path: Path, header: Sequence[str], columns: Sequence[str]) -> str:
    kinds = ", ".join(f"{sql.text(each)}: 'VARCHAR'" for each in header)
    chosen = ", ".join(sql.name(each) for each in columns)
    return (
        f"SELECT {chosen} FROM read_csv({sql.text(str(path))}, columns={{{kinds}}}, header=true, auto_detect=false, "
        "delim=',', quote='\"', escape='\"', strict_mode=true, null_padding=false)"
    )


def _insert(connection: duckdb.DuckDBPyConnection, name: str, query: str, path: Path, row: str = "") -> int:
    numbered = row or "row_number() OVER ()"
    found = connection.execute(
        f"INSERT INTO {sql.name(name)} SELECT *, {sql.text(path.name)}, {numbered} FROM ({query})"
    ).fetchall()
    return int(found[0][0])


def _read_slowly(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, columns: Sequence[str]
) -> tuple[int, list[Rejected]]:
    """As `_read`, for a file with rejected records. The other rows keep their numbers."""
    rejected: list[Rejected] = []
    header = _header(path)
    with TemporaryDirectory() as folder:
        clean = Path(folder) / "clean.csv"
        with clean.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([*header, ROW])
            for number, line, record in _records(path):
                if isinstance(record, str):
                    raise _UnreadableError(path, record, line=line, next_step="copy it again from its source")
                while len(record) > len(header) and not record[-1]:
                    record.pop()
                if len(record) == len(header):
                    writer.writerow([*record, number])
                    continue
                reason = f"has {len(record)} fields instead of {len(header)}"
                rejected.append(Rejected(path.name, line, _text(record), reason))
        if rejected and not _ends_with_newline(path) and rejected[-1].line == _lines(path):
            raise _UnreadableError(
                path,
                "is truncated: the last record is not complete, and how many are missing is not known",
                line=rejected[-1].line,
                next_step="copy it again from its source",
            )
        query = _csv(clean, [*header, ROW], [*columns, ROW])
        chosen = ", ".join(sql.name(each) for each in columns)
        numbered = f"SELECT {chosen}, CAST({ROW} AS BIGINT) AS number FROM ({query})"
        found = connection.execute(
            f"INSERT INTO {sql.name(name)} SELECT {chosen}, {sql.text(path.name)}, number FROM ({numbered})"
        ).fetchall()
    return int(found[0][0]), rejected


def _records(path: Path) -> Iterator[tuple[int, int, list[str] | str]]:
    """The records after the header: number from 1, first line, and the fields or the error that ended reading."""
    csv.field_size_limit(_CHUNK)
    with closing(path.open(encoding="utf-8-sig", newline="")) as stream:
        reader = csv.reader(stream, strict=True)
        next(reader, None)
        number, line = 0, reader.line_num + 1
        while True:
            try:
                record = next(reader, None)
            except csv.Error as error:
                message = "is truncated: a quoted field has no end" if "end of data" in str(error) else f"{error}"
                yield number + 1, line, message
                return
            if record is None:
                return
            if record:  # skip blank lines
                number += 1
                yield number, line, record
            line = reader.line_num + 1


def _text(record: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(record)
    return stream.getvalue()[:_LONGEST]


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, io.SEEK_END)
        return stream.read(1) == b"\n"


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        count = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))
    return count + 1
