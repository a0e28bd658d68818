"""What the rehearsal cloud holds, in one SQLite file.

Ids compare without regard to case, as Azure's do. Each write is one transaction; readers never block. A resource
remembers the URN that made it only for people's eyes: the cloud does not know Pulumi.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.values import Blob, Secret

_VERSION = 1
_SCHEMA = """
create table if not exists resource (
    id text primary key collate nocase,
    package text not null,
    type text not null,
    urn text not null,
    inputs text not null,
    outputs text not null,
    parent text not null default '' collate nocase,
    unique_name text collate nocase unique
) without rowid;
create index if not exists resource_type on resource (package, type);
create index if not exists resource_parent on resource (parent);
create table if not exists fault (
    number integer primary key,
    type text not null,
    operation text not null,
    code text not null,
    message text not null,
    remaining integer not null
);
"""


class StoreError(Exception):
    """The store's file cannot be used: corrupt, of another version, unwritable, or the disk is full."""


@dataclass(frozen=True)
class Record:
    """One resource in the store.

    `type` is the engine's token. `parent` is the id of what must exist before it and go after it. `unique_name` is a
    name that the whole cloud may hold once (`storage:stpolicedata`), or None.
    """

    id: str
    package: str
    type: str
    urn: str
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    unique_name: str | None = None

    def with_(self, **changes: Any) -> "Record":
        """This record with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Fault:
    """A planned failure: the next `remaining` operations on resources of `type` fail.

    `type` is a token or `*`; `operation` is create, read, update, delete or `*`.
    """

    type: str
    operation: str
    code: str
    message: str
    remaining: int = 1


class Store:
    """The cloud's memory. `path` is a file, or `:memory:`.

    Raises `StoreError` where the file is not a usable store.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        with self._guard():
            if self.path != ":memory:":
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=normal")
            found = self._db.execute("pragma user_version").fetchone()[0]
            if found not in (0, _VERSION):
                raise StoreError(f"{self.path} is a store of version {found}; this Bluelamp reads version {_VERSION}")
            self._db.executescript(_SCHEMA)
            self._db.execute(f"pragma user_version={_VERSION}")

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: {error}") from error
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror or error}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is stored, or nothing; other writers wait. May be nested."""
        with self._lock, self._guard():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def _rows(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        with self._lock, self._guard():
            return self._db.execute(sql, args).fetchall()

    def _records(self, where: str, *args: Any) -> list[Record]:
        rows = self._rows(
            f"select id, package, type, urn, inputs, outputs, parent, unique_name from resource where {where} "  # noqa: S608
            "order by id",
            *args,
        )
        return [
            Record(id_, package, type_, urn, _load(inputs), _load(outputs), parent, unique_name)
            for id_, package, type_, urn, inputs, outputs, parent, unique_name in rows
        ]

    def get(self, resource_id: str) -> Record | None:
        """The resource with this id, or None."""
        found = self._records("id = ?", resource_id)
        return found[0] if found else None

    def all(self, package: str | None = None, type_: str | None = None) -> list[Record]:
        """Every resource, or those of a package, or of a type."""
        return self._records("(?1 is null or package = ?1) and (?2 is null or type = ?2)", package, type_)

    def children(self, resource_id: str) -> list[Record]:
        """The resources whose parent this is."""
        return self._records("parent = ?", resource_id)

    def mentioning(self, text: str) -> list[Record]:
        """The resources whose inputs have `text` in them, whatever its case."""
        return self._records("instr(lower(inputs), lower(?)) > 0", text)

    def holder(self, unique_name: str) -> Record | None:
        """The resource that holds this cloud-wide name, or None."""
        found = self._records("unique_name = ?", unique_name)
        return found[0] if found else None

    def add(self, record: Record) -> None:
        """Stores a new resource.

        Raises `CloudError` `ResourceExists` where the id is taken, `NameNotAvailable` where its unique name is.
        """
        with self.transaction():
            if self.get(record.id) is not None:
                raise CloudError("ResourceExists", f"a resource with the id {record.id!r} already exists")
            taken = self.holder(record.unique_name) if record.unique_name else None
            if taken is not None:
                name = str(record.unique_name).partition(":")[2]
                raise CloudError("NameNotAvailable", f"the name {name!r} is already taken by {taken.id}")
            self._write("insert", record)

    def put(self, record: Record) -> None:
        """Stores a resource, in place of the one that has its id."""
        with self.transaction():
            self._write("insert or replace", record)

    def _write(self, verb: str, record: Record) -> None:
        self._db.execute(
            f"{verb} into resource (id, package, type, urn, inputs, outputs, parent, unique_name) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.id,
                record.package,
                record.type,
                record.urn,
                _dump(record.inputs),
                _dump(record.outputs),
                record.parent,
                record.unique_name,
            ),
        )

    def remove(self, resource_id: str) -> bool:
        """Forgets a resource; False where there was none."""
        with self.transaction():
            return self._db.execute("delete from resource where id = ?", (resource_id,)).rowcount > 0

    def count(self) -> int:
        """How many resources the cloud holds."""
        return int(self._rows("select count(*) from resource")[0][0])

    def clear(self) -> None:
        """Forgets everything, planned faults too."""
        with self.transaction():
            self._db.execute("delete from resource")
            self._db.execute("delete from fault")

    def plan_fault(self, fault: Fault) -> None:
        """Makes later operations fail."""
        with self.transaction():
            self._db.execute(
                "insert into fault (type, operation, code, message, remaining) values (?, ?, ?, ?, ?)",
                (fault.type, fault.operation, fault.code, fault.message, fault.remaining),
            )

    def take_fault(self, type_: str, operation: str) -> Fault | None:
        """The planned failure for this operation, used up by one; None where none is planned."""
        if not self._rows("select 1 from fault limit 1"):
            return None
        with self.transaction():
            rows = self._rows(
                "select number, type, operation, code, message, remaining from fault "
                "where (type = ? or type = '*') and (operation = ? or operation = '*') order by number limit 1",
                type_,
                operation,
            )
            if not rows:
                return None
            number, *fields = rows[0]
            fault = Fault(*fields)
            if fault.remaining <= 1:
                self._db.execute("delete from fault where number = ?", (number,))
            else:
                self._db.execute("update fault set remaining = remaining - 1 where number = ?", (number,))
            return fault


def _dump(values: Mapping[str, Any]) -> str:
    return json.dumps(values, default=_special, sort_keys=True)


def _special(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"$secret": value.value}
    if isinstance(value, Blob):
        return {"$blob": dict(value.fields)}
    raise TypeError(f"cannot store {type(value).__name__}")


def _load(text: str) -> Any:
    return json.loads(text, object_hook=_restore)


def _restore(fields: dict[str, Any]) -> Any:
    if len(fields) == 1:
        if "$secret" in fields:
            return Secret(fields["$secret"])
        if "$blob" in fields:
            return Blob(fields["$blob"])
    return fields
