"""`bluelamp addresses`."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.settings import read_settings
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.infra.force import Force
    from bluelamp.infra.settings.allocation import Key, Ranges

_KEPT, _NEW, _LEFT = "kept", "new", "not in the settings"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("addresses")(addresses)


def addresses(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="The force's name in stacks/forces.yaml.")],
    keep: Annotated[bool, typer.Option("--keep", help="Keep the new ranges, as `bluelamp up` does.")] = False,
    release: Annotated[
        list[str] | None,
        typer.Option("--release", metavar="NAME", help="Release the range of a network that no longer exists."),
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option("--move", metavar="NAME=RANGE", help="Keep a different range for a network that is not deployed."),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """List a force's address ranges: kept, new, or no longer in the settings; keep, release or move them.

    A network keeps its range by its name in `stacks/FORCE/addresses.yaml`. NAME is a landing zone's name or `hub`, with
    the region in front if both regions have the name: `ukwest/hub`.

    Examples: `bluelamp addresses essex` · `bluelamp addresses essex --keep` ·
    `bluelamp addresses essex --release old-records` · `bluelamp addresses essex --move records=10.30.9.0/24`
    """
    from bluelamp.fleet.recorded_ranges import record_ranges
    from bluelamp.fleet.rehearsed import state_of
    from bluelamp.infra.settings.address_file import kept_of

    screen, root = Screen(form, quiet=quiet), find_project(project)
    if release or move:
        _change(root, force, release or [], move or [])
    settings = read_settings(root, [force], rehearse=None)[force]
    if keep:
        from bluelamp.fleet.ranges import deployed

        settings, _ = record_ranges(root, settings, deployed(state_of(root, force)))
    rows = _rows(settings, kept_of(settings.entry, root).ranges)
    screen.columns(
        ("region", "network", "range", "state"),
        [(region, name or "hub", str(net), how) for region, name, net, how in rows],
    )
    new = sum(1 for *_, how in rows if how == _NEW)
    if new:
        what, it = ("1 range is new", "it") if new == 1 else (f"{new} ranges are new", "them")
        screen.say(f"{what}: `bluelamp up {escape(force)}` or `bluelamp addresses {escape(force)} --keep` keeps {it}")
    screen.give(
        {
            "force": force,
            "ranges": [
                {"region": region, "network": name or "hub", "range": str(net), "state": how}
                for region, name, net, how in rows
            ],
        }
    )


def _rows(force: "Force", kept: "Ranges | None") -> list[tuple[str, str, IPv4Network, str]]:
    from bluelamp.fleet.ranges import wanted

    configured, before = wanted(force), kept or {}
    found = [(*key, net, _KEPT if key in before else _NEW) for key, net in configured.items()]
    found += [(*key, net, _LEFT) for key, net in before.items() if key not in configured]
    return sorted(found, key=lambda row: (row[0], row[2]))


def _change(root: Path, slug: str, release: Sequence[str], move: Sequence[str]) -> None:
    """Releases and moves ranges in the file. Raises `UsageError` for a network that is deployed or not kept."""
    from bluelamp.core.commands import rehearsed
    from bluelamp.core.register import read_register
    from bluelamp.fleet.ranges import deployed
    from bluelamp.fleet.rehearsed import state_of
    from bluelamp.infra.checks.address_moves import staged
    from bluelamp.infra.settings.address_file import check as check_ranges
    from bluelamp.infra.settings.address_file import kept_of, text_of, write_kept

    entry = read_register(root).entry(slug)
    running, kept = deployed(state_of(root, slug)), kept_of(entry, root)
    ranges = dict(running if kept.ranges is None else kept.ranges)
    targets = [(_key(name, ranges, running, slug), None) for name in release]
    targets += [_target(text, ranges, running, slug) for text in move]
    for key, net in targets:
        at = running.get(key)
        if at is not None and at != net and (net is None or ranges.get(key) == at):
            region, name = key
            raise UsageError(
                f"{name or 'the hub'} in {region} is deployed in {at} in the rehearsal: its range cannot be given "
                "to another network",
                next_step=rehearsed(
                    staged(key, net, slug, first=_first(root, slug), deployed=True) if net else _freed(key, slug)
                ),
            )
        if net is None:
            ranges.pop(key, None)
        else:
            ranges[key] = net
    check_ranges(text_of(slug, ranges), kept.file, entry.allocation.ranges())
    write_kept(root, kept.file, slug, ranges)


def _first(root: Path, slug: str) -> list[str]:
    """The first of the regions in the settings, which may have mistakes."""
    from bluelamp.infra.settings.raw import usable_regions
    from bluelamp.planning.refused_settings import source_of

    config = source_of(slug, root).values
    config = config.get("config") if isinstance(config, dict) else None
    azure = config.get("bluelamp:azure") if isinstance(config, dict) else None
    return [str(each) for each in usable_regions({"azure": azure})[:1]]


def _freed(key: "Key", slug: str) -> str:
    """The next step that frees the range of a deployed network."""
    region, name = key
    if name:
        return f"remove {name} from the settings, run `bluelamp up {slug}`, then release it"
    return (
        f"the hub in {region} goes with what it joins: run `bluelamp destroy {slug}`, or, where it is the second hub, "
        f"set bluelamp:components.secondHub: off and run `bluelamp up {slug}`; then release it"
    )


def _target(text: str, ranges: "Ranges", running: "Ranges", slug: str) -> "tuple[Key, Any]":
    name, equals, given = text.partition("=")
    try:
        net = IPv4Network(given if equals else "")
    except ValueError:
        raise UsageError(
            f"--move {text!r}: {given!r} is not an address range", next_step="such as --move records=10.30.9.0/24"
        ) from None
    return _key(name, ranges, running, slug), net


def _key(text: str, ranges: "Ranges", running: "Ranges", slug: str) -> "Key":
    """The kept network named `text`. Raises `UsageError` for none or several."""
    from bluelamp.core.suggestions import did_you_mean

    region, slash, name = text.partition("/") if "/" in text else ("", "", text)
    wanted = "" if name == "hub" else name
    known = {**ranges, **running}
    found = [key for key in known if key[1] == wanted and (not slash or key[0] == region)]
    if len(found) == 1:
        return found[0]
    names = sorted({f"{place}/{each or 'hub'}" for place, each in known})
    if found:
        step = "name one of: " + ", ".join(f"{place}/{each or 'hub'}" for place, each in found)
        raise UsageError(f"{text!r} is in both regions", next_step=step)
    guess = did_you_mean(name, [each.partition("/")[2] for each in names]) or f"kept: {', '.join(names) or 'nothing'}"
    raise UsageError(f"no range is kept for {text[:60]!r} in {slug}", next_step=guess)
