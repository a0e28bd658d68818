"""`bluelamp cloud`: inspect the rehearsal cloud, make out-of-band changes, inject faults."""

import contextlib
import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.resource import name_of, stack_of
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import BluelampError, RehearsalError, UsageError
from bluelamp.rehearsal.tokens import resource_type
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bluelamp.rehearsal.store import Record, Store

Thing = Annotated[str, typer.Argument(metavar="ID", help="The resource's id, its URN, or its logical name.")]
OfForce = Annotated[
    str | None, typer.Option("--force", metavar="FORCE", help="Only the resources of this force, or of this stack.")
]
_OPERATIONS: Final = ("create", "read", "update", "delete", "reference", "*")


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    group = typer.Typer(
        no_args_is_help=True, help="Inspect the rehearsal cloud, make it drift, inject faults, reset it."
    )
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
            next_step="or reset the rehearsal with: bluelamp cloud reset",
        ) from error


def ls(
    force: OfForce = None,
    type_: Annotated[
        str | None,
        typer.Option(
            "--type", metavar="TYPE", help="Only resource types that match, such as `azure-native:network:*`."
        ),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """List the resources of the rehearsal cloud. In a pipe each resource is one line.

    Examples: `bluelamp cloud ls` · `bluelamp cloud ls --force essex --type azure-native:network:Subnet`
    """
    screen = Screen(form, quiet=quiet)
    with _store() as store:
        held = store.all()
    records = _of_type(_of_force(held, force), type_, held)
    rows = [(stack_of(record.urn), record.type, name_of(record.urn), record.id) for record in records]
    if rows:
        screen.columns(("force", "type", "name", "id"), rows)
    else:
        screen.show("nothing found" if held else "the rehearsal cloud is empty")
    shown = [{"force": stack_of(each.urn), "id": each.id, "type": each.type, "urn": each.urn} for each in records]
    screen.give({"resources": shown})


def show(thing: Thing, force: OfForce = None, form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Show one resource in the rehearsal cloud, with secrets hidden.

    Example: `bluelamp cloud show --force essex hub-hub-rules`
    """
    from bluelamp.rehearsal.values import hidden

    screen = Screen(form, quiet=quiet)
    with _store() as store:
        record = _find(store, thing, force)
    data = {"id": record.id, "type": record.type, "urn": record.urn, "properties": hidden(record.outputs)}
    screen.text(json.dumps(data, indent=2))
    screen.give(data)


def drift(
    thing: Thing,
    path: Annotated[
        str, typer.Argument(metavar="PROPERTY", help="The property's path: `tags.owner`, `rules[0].access`.")
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value, as JSON; anything else is text.")],
    force: OfForce = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Change a property of a resource out of band, as at a portal.

    Example: `bluelamp cloud drift --force essex hub-hub-rules tags.cost-centre X-1`
    """
    from bluelamp.rehearsal.drift import drift as change
    from bluelamp.rehearsal.values import hidden

    screen = Screen(form, quiet=quiet)
    with _store() as store:
        record = _find(store, thing, force)
        before, now = (hidden(one) for one in change(store, record.id, path, _value(value)))
    text = f"{path} was {json.dumps(before)}, is {json.dumps(now)}"
    screen.say(escape(f"{name_of(record.urn)}: {text}"))
    screen.give({"urn": record.urn, "id": record.id, "property": path, "before": before, "after": now})


def fault(
    type_: Annotated[str | None, typer.Argument(metavar="[TYPE]", help="A resource type, or `*` for any.")] = None,
    operation: Annotated[
        str | None,
        typer.Argument(metavar="[OPERATION]", help="create, read, update, delete, reference or `*`."),
    ] = None,
    code: Annotated[str, typer.Option("--code", help="The error code.")] = "TooManyRequests",
    message: Annotated[str, typer.Option("--message", help="The error message.")] = "a planned fault of the rehearsal",
    times: Annotated[int, typer.Option("--times", min=1, help="The number of operations that fail.")] = 1,
    listed: Annotated[bool, typer.Option("--list", help="List the planned faults, as without a type.")] = False,
    clear: Annotated[
        bool, typer.Option("--clear", help="Clear the planned faults, or those of TYPE, or of TYPE and OPERATION.")
    ] = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Make the next operations fail: TooManyRequests, Conflict, OperationTimedOut, ResourceNotFound and others.

    Examples: `bluelamp cloud fault azure-native:network:Subnet create --code Conflict --times 2` ·
    `bluelamp cloud fault --list` · `bluelamp cloud fault --clear`
    """
    from bluelamp.rehearsal.store import Fault

    screen = Screen(form, quiet=quiet)
    if listed and (clear or type_ is not None):
        raise UsageError("--list takes no other arguments", next_step="bluelamp cloud fault --list")
    if type_ is not None and operation is None and not clear:
        raise UsageError("the operation is missing", next_step=f"bluelamp cloud fault {type_} create")
    if operation is not None and operation not in _OPERATIONS:
        raise UsageError(
            f"{operation!r} is not an operation; allowed: {', '.join(_OPERATIONS)}",
            next_step=did_you_mean(operation, _OPERATIONS),
        )
    with _store() as store:
        wanted = _fault_type(store, type_, clear=clear)
        if clear:
            screen.say(f"{some(store.clear_faults(wanted, operation), 'planned fault')} cleared")
        elif wanted is not None and operation is not None:
            store.plan_fault(Fault(wanted, operation, code, message, times))
            screen.say(escape(f"the next {times} to {operation} {wanted} will fail with {code}"))
        planned = store.faults()
    if type_ is None and not clear:
        rows = [(each.type, each.operation, str(each.remaining), each.code, each.message) for each in planned]
        if rows:
            screen.columns(("type", "operation", "times", "code", "message"), rows)
        else:
            screen.show("no faults are planned")
    screen.give({"faults": planned})


def reset(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Delete all resources of the rehearsal cloud, and every rehearsed stack.

    Example: `bluelamp cloud reset`
    """
    from bluelamp.rehearsal.command import project_folder
    from bluelamp.rehearsal.space import Space

    here = Path.cwd()
    screen = Screen(form, quiet=quiet)
    folder = project_folder(here) or here
    Space(folder).reset()
    screen.say("the rehearsal cloud is empty")
    screen.give({"folder": str(folder)})


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fault_type(store: "Store", word: str | None, *, clear: bool) -> str | None:
    """The type that `word` names; `*` is any. Raises `UsageError` for an unknown type."""
    if word is None or word == "*":
        return word
    planned = [each.type for each in store.faults()]
    if clear and word in planned:
        return word
    return resource_type(word, [*planned, *(record.type for record in store.all())])


def _of_force(held: "Sequence[Record]", force: str | None) -> "list[Record]":
    """The resources of a force. Raises `BluelampError` where there are none."""
    found = [record for record in held if force is None or stack_of(record.urn) == force]
    if force is not None and not found:
        step = did_you_mean(force, {stack_of(record.urn) for record in held}) or f"bluelamp up --rehearse {force}"
        raise BluelampError(f"nothing of {force} is deployed in the rehearsal cloud", next_step=step)
    return found


def _of_type(records: "list[Record]", type_: str | None, held: "Sequence[Record]") -> "list[Record]":
    """The resources of a type, or of types that match a pattern. Raises `UsageError` for an unknown type."""
    if type_ is None:
        return records
    if "*" in type_:
        return [record for record in records if fnmatchcase(record.type.casefold(), type_.casefold())]
    wanted = resource_type(type_, {record.type for record in held})
    return [record for record in records if record.type == wanted]


def _find(store: "Store", thing: str, force: str | None) -> "Record":
    held = store.all()
    records = _of_force(held, force)
    found = store.get(thing)
    if found is not None and found.urn in {record.urn for record in records}:
        return found
    named = [record for record in records if thing in (record.urn, name_of(record.urn))]
    if len(named) == 1:
        return named[0]
    forces = sorted({stack_of(record.urn) for record in named})
    if len(forces) > 1:
        raise UsageError(
            f"{thing!r} names {len(named)} resources, of {', '.join(forces[:-1])} and {forces[-1]}",
            next_step=f"name the force: --force {forces[0]}",
        )
    if named:
        ids = ", ".join(f"{record.id} ({record.type})" for record in named[:5])
        raise UsageError(f"{thing!r} names {len(named)} resources of {forces[0]}", next_step=f"give one id of: {ids}")
    of = f" of {force}" if force is not None else ""
    near = did_you_mean(thing, {name_of(record.urn) for record in records})
    ls_ = "bluelamp cloud ls" + (f" --force {force}" if force is not None else "")
    empty = "" if held else ": it is empty"
    raise UsageError(
        f"the rehearsal cloud holds no {thing!r}{of}{empty}",
        next_step=(near or ls_) if held else "bluelamp up --rehearse FORCE",
    )
