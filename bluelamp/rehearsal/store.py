"""The resources of the rehearsal cloud, in a SQLite file that is private to its owner. Secrets are encrypted.

Ids are case-insensitive, as Azure's are. Each write is a transaction; readers never block. A resource's URN is recorded
for messages and for recovery, as a real cloud does not know Pulumi.
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
from bluelamp.rehearsal.encryption import Encryptor, WrongKeyError
from bluelamp.rehearsal.passphrase import NAME, passphrase
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.serialisation import Serialiser
from bluelamp.rehearsal.values import marked

_VERSION: Final = 2
_UNENCRYPTED: Final = 1
"""The version with secrets in clear text, which are encrypted when the store is opened."""
_MEMORY: Final = ":memory:"
_NO_SPACE: Final = ("SQLITE_FULL", "SQLITE_IOERR")
"""Prefixes of the names of SQLite errors on a full disk."""
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
    """The store's file cannot be used: it is corrupt, has another version or is not writable, or the disk is full."""


@dataclass(frozen=True)
class Record:
    """A resource in the store.

    `type` is its type token. `parent` is the id of the resource that must exist before it and be deleted after it.
    `unique_name` is its globally unique name (`storage:stpolicedata`), or None.
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
        """A copy with some fields changed."""
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
    """The cloud's store. `path` is a file or `:memory:`.

    Secrets in a file are encrypted with the passphrase `secret`, by default the engine's passphrase in the environment.
    On a full disk the store can still be read. Raises `StoreError` if the file is not a usable store.
    """

    def __init__(self, path: Path | str, secret: str | None = None) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        self._secret = secret
        self._encryptor: Encryptor | None = None
        # A store in memory needs no encryption, which keeps planning fast.
        self._serialiser = Serialiser() if self.path == _MEMORY else Serialiser(self._encrypt, self._decrypt)
        with self._guard():
            if self.path != _MEMORY:
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                self._keep_private()
            self._db = self._connected()
            try:
                self._migrate()
            except BaseException:
                self._db.close()
                raise

    def _keep_private(self) -> None:
        """Makes the file private to its owner. SQLite gives its side files the same permissions."""
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
        # A full disk has no room for the shared WAL index. In exclusive mode SQLite keeps it in memory.
        return self._connect(exclusive=True)

    def _connect(self, *, exclusive: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
        try:
            if exclusive:
                connection.execute("pragma locking_mode=exclusive")
            connection.execute("pragma temp_store=memory")
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=normal")
            connection.execute("select count(*) from sqlite_schema")
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self) -> None:
        found = self._db.execute("pragma user_version").fetchone()[0]
        if found == _VERSION:
            return
        if found not in (0, _UNENCRYPTED):
            raise StoreError(f"{self.path} is a store of version {found}; this Bluelamp reads version {_VERSION}")
        self._db.executescript(_SCHEMA)
        with self.transaction():
            for id_, inputs, outputs in self._db.execute("select id, inputs, outputs from resource").fetchall():
                encrypted = tuple(self._serialiser.write(self._serialiser.read(text)) for text in (inputs, outputs))
                if encrypted != (inputs, outputs):
                    self._db.execute("update resource set inputs = ?, outputs = ? where id = ?", (*encrypted, id_))
            self._db.execute(f"pragma user_version={_VERSION}")
        if found == _UNENCRYPTED:
            # Overwrite the free pages and the log, which still contain the clear text.
            self._db.execute("vacuum")
            self._db.execute("pragma wal_checkpoint(truncate)")

    @property
    def changes(self) -> int:
        """The number of rows that this process has changed."""
        return self._db.total_changes

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def unlock(self) -> None:
        """Verifies the passphrase if the store has secrets. Raises `StoreError` if it is the wrong one."""
        if self._rows("select 1 from seal where proof <> ''"):
            self._key()

    def _encrypt(self, text: str) -> str:
        return self._key().encrypt(text)

    def _decrypt(self, text: str) -> str:
        try:
            return self._key().decrypt(text)
        except WrongKeyError as error:
            raise StoreError(f"{self.path}: an encrypted value is damaged: {error}") from error

    def _key(self) -> Encryptor:
        with self._lock:
            if self._encryptor is None:
                salt, proof = self._db.execute("select salt, proof from seal").fetchone()
                encryptor = Encryptor(passphrase(os.environ) if self._secret is None else self._secret, salt)
                if proof and not encryptor.proves(proof):
                    raise StoreError(
                        f"{self.path}: wrong passphrase; set {NAME} to the passphrase that the store was created with"
                    )
                if not proof:
                    # In the caller's transaction, so that the proof is stored once and with the first secret.
                    self._db.execute("update seal set proof = ?", (encryptor.proof(),))
                    return encryptor
                self._encryptor = encryptor
            return self._encryptor

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
            Record(
                id_,
                package,
                type_,
                urn,
                self._serialiser.read(inputs),
                self._serialiser.read(outputs),
                parent,
                unique_name,
            )
            for id_, package, type_, urn, inputs, outputs, parent, unique_name in rows
        ]

    def get(self, resource_id: str) -> Record | None:
        """The resource with this id, or None."""
        found = self._records("id = ?", resource_id)
        return found[0] if found else None

    def all(self, package: str | None = None, type_: str | None = None) -> list[Record]:
        """All resources, or those of a package or type."""
        # Only conditions with a value are in the query: SQLite uses no index for `? is null or …`.
        given = {"package": package, "type": type_}
        conditions = {column: value for column, value in given.items() if value is not None}
        return self._records(" and ".join(f"{column} = ?" for column in conditions) or "true", *conditions.values())

    def children(self, resource_id: str) -> list[Record]:
        """The children of a resource."""
        return self._records("parent = ?", resource_id)

    def children_of_types(self, package: str, types: Sequence[str], parents: Sequence[str]) -> list[Record]:
        """The resources of a package that have one of `types` and one of `parents`."""
        # `+` stops SQLite from using the index of parents, in which a resource group has very many entries.
        marks = [", ".join("?" * len(values)) for values in (types, parents)]
        where = f"package = ? and type in ({marks[0]}) and +parent in ({marks[1]})"
        return self._records(where, package, *types, *parents)

    def with_text_in_outputs(self, package: str, type_: str, text: str) -> list[Record]:
        """The resources of a type whose outputs may contain `text`; case-insensitive, and secrets always match."""
        if not text.isascii():
            return self.all(package, type_)
        return self._records(
            "package = ? and type = ? and (instr(lower(outputs), lower(?)) > 0 or instr(outputs, ?) > 0)",
            package,
            type_,
            text,
            self._serialiser.mark,
        )

    def with_text_in_inputs(self, text: str) -> list[Record]:
        """The resources whose inputs may contain `text`; case-insensitive, and secrets always match."""
        return self._records("instr(lower(inputs), lower(?)) > 0 or instr(inputs, ?) > 0", text, self._serialiser.mark)

    def resources_of_stack(self, project: str, stack: str) -> list[Record]:
        """The resources that a stack has created."""
        return self._records("instr(urn, ?) = 1", f"urn:pulumi:{stack}::{project}::")

    def recorded_digest(self, project: str, stack: str) -> str | None:
        """The digest of the stack's state when it was last consistent with the cloud.

        Empty during a run, None if the cloud has no record of the stack.
        """
        rows = self._rows("select digest from agreed where project = ? and stack = ?", project, stack)
        return str(rows[0][0]) if rows else None

    def record_digest(self, project: str, stack: str, digest: str) -> None:
        """Records that the cloud is consistent with the state of this digest; an empty digest marks a run."""
        with self.transaction():
            self._db.execute("insert or replace into agreed values (?, ?, ?)", (project, stack, digest))

    def forget_digest(self, project: str, stack: str) -> None:
        """Deletes the recorded digest of the stack's state, not its resources."""
        with self.transaction():
            self._db.execute("delete from agreed where project = ? and stack = ?", (project, stack))

    def holder(self, unique_name: str) -> Record | None:
        """The resource that has this globally unique name, or None."""
        found = self._records("unique_name = ?", unique_name)
        return found[0] if found else None

    def add(self, record: Record) -> None:
        """Stores a new resource.

        Raises `CloudError` `ResourceExists` if the id is taken, `NameNotAvailable` if its unique name is.
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
        """Stores a resource; replaces the one with the same id."""
        with self.transaction():
            self._write("insert or replace", record)

    def _write(self, verb: str, record: Record) -> None:
        inputs = self._serialiser.write(record.inputs)
        outputs = marked(record.outputs, record.inputs) if self._serialiser.mark in inputs else record.outputs
        self._db.execute(
            f"{verb} into resource (id, package, type, urn, inputs, outputs, parent, unique_name) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.id,
                record.package,
                record.type,
                record.urn,
                inputs,
                self._serialiser.write(outputs),
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
        """Deletes everything, including planned failures."""
        with self.transaction():
            self._db.execute("delete from resource")
            self._db.execute("delete from agreed")
            self._db.execute("delete from fault")

    def plan_fault(self, fault: Fault) -> None:
        """Plans a failure."""
        with self.transaction():
            self._db.execute(
                "insert into fault (type, operation, code, message, remaining) values (?, ?, ?, ?, ?)",
                (fault.type, fault.operation, fault.code, fault.message, fault.remaining),
            )

    def faults(self) -> list[Fault]:
        """The planned failures, oldest first."""
        rows = self._rows("select type, operation, code, message, remaining from fault order by number")
        return [Fault(*row) for row in rows]

    def clear_faults(self, type_: str | None = None, operation: str | None = None) -> int:
        """Deletes all planned failures, or those of a type or operation; returns their number."""
        with self.transaction():
            return self._db.execute(
                "delete from fault where (?1 is null or type = ?1) and (?2 is null or operation = ?2)",
                (type_, operation),
            ).rowcount

    def take_fault(self, type_: str, operation: str) -> Fault | None:
        """The planned failure for this operation, with its remaining count reduced by one; None if there is none."""
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
