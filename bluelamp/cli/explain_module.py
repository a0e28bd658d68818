"""Output of `bluelamp explain` for a module: its resources, arguments and outputs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from bluelamp.cli.module_index import Argument, Module, modules
from bluelamp.cli.screen import Screen, escape


def named(thing: str, root: Path) -> list[Module]:
    """The components of the module `thing`: a folder, with or without `modules/`, or a class."""
    word = thing.strip("/").removeprefix("modules/").casefold()
    return [each for each in modules(root) if word in (each.folder.casefold(), each.name.casefold())]


def words(root: Path) -> list[str]:
    """Every name of a module."""
    return [word for each in modules(root) for word in (each.folder, each.name)]


def show(screen: Screen, found: Sequence[Module]) -> None:
    """Shows the components of a module."""
    for each in found:
        screen.show(f"[bold]{each.name}[/bold] {escape(each.title)}")
        screen.show(f"[dim]modules/{escape(each.folder)}, {escape(f'{each.file}:{each.line}')}[/dim]\n")
        if each.text:
            screen.text(each.text + "\n")
        _table(screen, "arguments", each.arguments)
        _table(screen, "outputs", each.outputs)
    screen.give({"modules": [asdict(each) for each in found]})


def _table(screen: Screen, heading: str, rows: Iterable[Argument]) -> None:
    made = [[each.name, each.type, "required" if each.required else "", each.note] for each in rows]
    if heading == "outputs":
        made = [[name, type_, note] for name, type_, _, note in made]
    if made:
        screen.columns(
            [heading, "type", "", "meaning"] if heading == "arguments" else [heading, "type", "meaning"], made
        )
        screen.show("")
