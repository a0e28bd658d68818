"""The resources of the rehearsal cloud, in one SQLite file that only its owner may read. Secrets are encrypted.

Ids compare without regard to case, as Azure's do. Each write is one transaction; readers never block. A resource
remembers the URN that made it only for people's eyes: the cloud does not know Pulumi.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import PRIVATE_FILE
from bluelamp.rehearsal.passphrase import NAME, passphrase
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.sealing import Sealer, WrongKeyError
from bluelamp.rehearsal.serialising import Texts
from bluelamp.rehearsal.values import marked

_VERSION: Final = 2
_OPEN: Final = 1
"""The version that kept secrets in clear text; it is read once, and encrypted."""
_MEMORY: Final = ":memory:"
_NO_SPACE: Final = ("SQLITE_FULL", "SQLITE_IOERR")
"""How the names of SQLite's errors begin when there is no room to write."""
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
create table if not exists seal (salt blob not null, proof text not null);
insert into seal select randomblob(16), '' where not exists (select 1 from seal);
create table if not exists agreed (
    project text not null, stack text not null, digest text not null, primary key (project, stack)
) without rowid;
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
    """The cloud's store. `path` is a file, or `:memory:`.

    Secrets in a file are encrypted with `secret`, by default the passphrase that the environment sets for the engine.
    On a full disk a store can still be read. Raises `StoreError` where the file is not a usable store.
    """

    def __init__(self, path: Path | str, secret: str | None = None) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        self._secret = secret
        self._sealer: Sealer | None = None
        # Values that are never written to disk need no encryption, which keeps planning fast.
        self._texts = Texts() if self.path == _MEMORY else Texts(self._seal, self._unseal)
        with self._guard():
            if self.path != _MEMORY:
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                self._keep_private()
            self._db = self._connected()
            try:
                self._bring_up_to_date()
            except BaseException:
                self._db.close()
                raise

    def _keep_private(self) -> None:
        """Makes the file readable by its owner only; SQLite gives the files beside it the same permissions."""
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
        for name in (self.path, f"{self.path}-wal", f"{self.path}-shm", f"{self.path}-journal"):
            with contextlib.suppress(FileNotFoundError):
                Path(name).chmod(PRIVATE_FILE)

    def _connected(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith((*_NO_SPACE, "SQLITE_CANTOPEN")):
                raise
        # A full disk has no room for the index that processes share. One process alone keeps it in memory.
        return self._connect(alone=True)

    def _connect(self, *, alone: bool = False) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
        try:
            if alone:
                made.execute("pragma locking_mode=exclusive")
            made.execute("pragma temp_store=memory")
            made.execute("pragma journal_mode=wal")
            made.execute("pragma synchronous=normal")
            made.execute("select count(*) from sqlite_schema")
        except BaseException:
            made.close()
            raise
        return made

    def _bring_up_to_date(self) -> None:
        found = self._db.execute("pragma user_version").fetchone()[0]
        if found == _VERSION:
            return
        if found not in (0, _OPEN):
            raise StoreError(f"{self.path} is a store of version {found}; this Bluelamp reads version {_VERSION}")
        self._db.executescript(_SCHEMA)
        with self.transaction():
            for id_, inputs, outputs in self._db.execute("select id, inputs, outputs from resource").fetchall():
                sealed = (self._texts.write(self._texts.read(inputs)), self._texts.write(self._texts.read(outputs)))
                if sealed != (inputs, outputs):
                    self._db.execute("update resource set inputs = ?, outputs = ? where id = ?", (*sealed, id_))
            self._db.execute(f"pragma user_version={_VERSION}")
        if found == _OPEN:
            # What was replaced stays in free pages and in the log until they are written anew.
            self._db.execute("vacuum")
            self._db.execute("pragma wal_checkpoint(truncate)")

    @property
    def changes(self) -> int:
        """How many rows this process has changed."""
        return self._db.total_changes

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def unlock(self) -> None:
        """Verifies the passphrase where something is encrypted already. Raises `StoreError` where it is another."""
        if self._rows("select 1 from seal where proof <> ''"):
            self._key()

    def _seal(self, text: str) -> str:
        return self._key().seal(text)

    def _unseal(self, text: str) -> str:
        try:
            return self._key().open(text)
        except WrongKeyError as error:
            raise StoreError(f"{self.path}: an encrypted value is damaged: {error}") from error

    def _key(self) -> Sealer:
        with self._lock:
            if self._sealer is None:
                salt, proof = self._db.execute("select salt, proof from seal").fetchone()
                made = Sealer(passphrase(os.environ) if self._secret is None else self._secret, salt)
                if proof and not made.proves(proof):
                    raise StoreError(
                        f"{self.path}: the passphrase is not the one that its secrets were encrypted with; set {NAME} "
                        "as it was then"
                    )
                if not proof:
                    # Within the caller's transaction, so a proof is never stored without a secret, nor twice.
                    self._db.execute("update seal set proof = ?", (made.proof(),))
                    return made
                self._sealer = made
            return self._sealer

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorname", "").startswith(_NO_SPACE)
            step = "; free disk space, then run the same command again" if full else ""
            raise StoreError(f"{self.path}: {error}{step}") from error
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror or error}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction; other writers wait. May be nested."""
        with self._lock, self._guard():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                # On a full disk SQLite may have rolled back already.
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

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
            Record(id_, package, type_, urn, self._texts.read(inputs), self._texts.read(outputs), parent, unique_name)
            for id_, package, type_, urn, inputs, outputs, parent, unique_name in rows
        ]

    def get(self, resource_id: str) -> Record | None:
        """The resource with this id, or None."""
        found = self._records("id = ?", resource_id)
        return found[0] if found else None

    def all(self, package: str | None = None, type_: str | None = None) -> list[Record]:
        """Every resource, or those of a package, or of a type."""
        # Only the given conditions are in the query: SQLite uses no index for `? is null or …`.
        given = {"package": package, "type": type_}
        asked = {column: value for column, value in given.items() if value is not None}
        return self._records(" and ".join(f"{column} = ?" for column in asked) or "true", *asked.values())

    def children(self, resource_id: str) -> list[Record]:
        """The resources whose parent this is."""
        return self._records("parent = ?", resource_id)

    def inside(self, package: str, types: Sequence[str], parents: Sequence[str]) -> list[Record]:
        """The resources of a package and of one of `types` whose parent is one of `parents`."""
        # `+` keeps SQLite from the index of parents, where a resource group has every one of its resources.
        marks = [", ".join("?" * len(each)) for each in (types, parents)]
        where = f"package = ? and type in ({marks[0]}) and +parent in ({marks[1]})"
        return self._records(where, package, *types, *parents)

    def showing(self, package: str, type_: str, text: str) -> list[Record]:
        """The resources of a type whose outputs may have `text` in them, whatever its case."""
        if not text.isascii():
            return self.all(package, type_)
        return self._records(
            "package = ? and type = ? and (instr(lower(outputs), lower(?)) > 0 or instr(outputs, ?) > 0)",
            package,
            type_,
            text,
            self._texts.mark,
        )

    def mentioning(self, text: str) -> list[Record]:
        """The resources whose inputs may have `text` in them, whatever its case: secrets are not looked into."""
        return self._records("instr(lower(inputs), lower(?)) > 0 or instr(inputs, ?) > 0", text, self._texts.mark)

    def of_stack(self, project: str, stack: str) -> list[Record]:
        """The resources that a stack has made."""
        return self._records("instr(urn, ?) = 1", f"urn:pulumi:{stack}::{project}::")

    def agreed(self, project: str, stack: str) -> str | None:
        """The digest of the stack's state when it and the cloud last agreed; empty while a run changes them, and None
        where the cloud does not know the stack."""
        rows = self._rows("select digest from agreed where project = ? and stack = ?", project, stack)
        return str(rows[0][0]) if rows else None

    def agree(self, project: str, stack: str, digest: str) -> None:
        """Notes that the cloud agrees with the state of this digest; an empty one says that a run is under way."""
        with self.transaction():
            self._db.execute("insert or replace into agreed values (?, ?, ?)", (project, stack, digest))

    def disown(self, project: str, stack: str) -> None:
        """Deletes the record of the stack's state; its resources stay."""
        with self.transaction():
            self._db.execute("delete from agreed where project = ? and stack = ?", (project, stack))

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
        inputs = self._texts.write(record.inputs)
        outputs = marked(record.outputs, record.inputs) if self._texts.mark in inputs else record.outputs
        self._db.execute(
            f"{verb} into resource (id, package, type, urn, inputs, outputs, parent, unique_name) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.id,
                record.package,
                record.type,
                record.urn,
                inputs,
                self._texts.write(outputs),
                record.parent,
                record.unique_name,
            ),
        )

    def remove(self, resource_id: str) -> bool:
        """Deletes a resource; False if there is none."""
        with self.transaction():
            return self._db.execute("delete from resource where id = ?", (resource_id,)).rowcount > 0

    def count(self) -> int:
        """The number of resources in the cloud."""
        return int(self._rows("select count(*) from resource")[0][0])

    def clear(self) -> None:
        """Deletes everything, including planned faults."""
        with self.transaction():
            self._db.execute("delete from resource")
            self._db.execute("delete from agreed")
            self._db.execute("delete from fault")

    def plan_fault(self, fault: Fault) -> None:
        """Makes later operations fail."""
        with self.transaction():
            self._db.execute(
                "insert into fault (type, operation, code, message, remaining) values (?, ?, ?, ?, ?)",
                (fault.type, fault.operation, fault.code, fault.message, fault.remaining),
            )

    def faults(self) -> list[Fault]:
        """The planned failures, in the order in which they were planned."""
        rows = self._rows("select type, operation, code, message, remaining from fault order by number")
        return [Fault(*row) for row in rows]

    def clear_faults(self, type_: str | None = None, operation: str | None = None) -> int:
        """Deletes the planned failures, or those of a type, or of an operation; returns their number."""
        with self.transaction():
            return self._db.execute(
                "delete from fault where (?1 is null or type = ?1) and (?2 is null or operation = ?2)",
                (type_, operation),
            ).rowcount

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
