"""`bluelamp cloud`: look into the rehearsal cloud, change it behind the program's back, make it fail."""

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import RehearsalError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bluelamp.rehearsal.store import Record, Store

Thing = Annotated[str, typer.Argument(metavar="ID", help="The resource's id, its URN, or its logical name.")]


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    group = typer.Typer(no_args_is_help=True, help="Look into the rehearsal cloud, drift it, make it fail, forget it.")
    for verb in (ls, show, drift, fault, reset):
        group.command(verb.__name__)(verb)
    app.add_typer(group, name="cloud")


@contextlib.contextmanager
def _store() -> "Iterator[Store]":
    from bluelamp.rehearsal.command import project_folder
    from bluelamp.rehearsal.space import Space
    from bluelamp.rehearsal.store import StoreError

    here = Path.cwd()
    try:
        with contextlib.closing(Space(project_folder(here) or here).open_store()) as store:
            yield store
    except StoreError as error:
        raise RehearsalError(
            f"the rehearsal cloud's store cannot be used: {error}",
            next_step="or forget the rehearsal: bluelamp cloud reset",
        ) from error


def ls(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """List what the rehearsal cloud holds.

    Example: `bluelamp cloud ls`
    """
    screen = Screen(form, quiet=quiet)
    with _store() as store:
        records = store.all()
    table = Table("type", "name", "id", box=None)
    for record in records:
        table.add_row(*map(escape, (record.type, record.urn.split("::", 3)[-1], record.id)))
    screen.show(table if records else "the rehearsal cloud is empty")
    screen.give([{"id": record.id, "type": record.type, "urn": record.urn} for record in records])


def show(thing: Thing, form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Show one resource as the cloud holds it, secrets hidden.

    Example: `bluelamp cloud show nsg-hub`
    """
    from bluelamp.rehearsal.values import hidden

    screen = Screen(form, quiet=quiet)
    with _store() as store:
        record = _find(store, thing)
    data = {"id": record.id, "type": record.type, "urn": record.urn, "properties": hidden(record.outputs)}
    screen.text(json.dumps(data, indent=2))
    screen.give(data)


def drift(
    thing: Thing,
    path: Annotated[
        str, typer.Argument(metavar="PROPERTY", help="The property's path: `tags.owner`, `rules[0].access`.")
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value, as JSON; anything else is text.")],
    quiet: Quiet = False,
) -> None:
    """Change a property of a resource, as somebody at a portal would.

    Example: `bluelamp cloud drift nsg-hub 'securityRules[0].access' Allow`
    """
    from bluelamp.rehearsal.drift import drift as change
    from bluelamp.rehearsal.values import hidden

    screen = Screen(quiet=quiet)
    with _store() as store:
        record = _find(store, thing)
        before, now = (json.dumps(hidden(one)) for one in change(store, record.id, path, _value(value)))
    screen.say(escape(f"{record.urn.split('::', 3)[-1]}: {path} was {before}, is {now}"))


def fault(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="A resource type's token, or `*` for any.")],
    operation: Annotated[
        str, typer.Argument(metavar="OPERATION", help="create, read, update, delete, reference or `*`.")
    ],
    code: Annotated[str, typer.Option("--code", help="The error's code.")] = "TooManyRequests",
    message: Annotated[str, typer.Option("--message", help="What it says.")] = "a planned fault of the rehearsal",
    times: Annotated[int, typer.Option("--times", min=1, help="How many operations fail.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Make the next operations fail: TooManyRequests, Conflict, OperationTimedOut, ResourceNotFound, …

    Example: `bluelamp cloud fault azure-native:network:Subnet create --code Conflict --times 2`
    """
    operations = ("create", "read", "update", "delete", "reference", "*")
    if operation not in operations:
        raise UsageError(f"{operation!r} is no operation; allowed: {', '.join(operations)}")
    from bluelamp.rehearsal.store import Fault

    with _store() as store:
        store.plan_fault(Fault(type_, operation, code, message, times))
    Screen(quiet=quiet).say(escape(f"the next {times} to {operation} {type_} will fail with {code}"))


def reset(quiet: Quiet = False) -> None:
    """Forget everything that the rehearsal cloud holds, and every stack that was rehearsed.

    Example: `bluelamp cloud reset`
    """
    from bluelamp.rehearsal.command import project_folder
    from bluelamp.rehearsal.space import Space

    here = Path.cwd()
    Space(project_folder(here) or here).reset()
    Screen(quiet=quiet).say("the rehearsal cloud is empty")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _find(store: "Store", thing: str) -> "Record":
    found = store.get(thing)
    if found is not None:
        return found
    named = [record for record in store.all() if thing in (record.urn, record.urn.split("::", 3)[-1])]
    if len(named) == 1:
        return named[0]
    if named:
        raise UsageError(
            f"{thing!r} names {len(named)} resources; give one id of: {', '.join(one.id for one in named[:5])}"
        )
    raise UsageError(f"the rehearsal cloud holds no {thing!r}", next_step="bluelamp cloud ls")
