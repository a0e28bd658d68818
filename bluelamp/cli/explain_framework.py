"""Output of `bluelamp explain` for a framework and for a group of controls."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from bluelamp.cli.screen import Screen, escape
from bluelamp.policies import Rule, rules
from bluelamp.policies.catalogues import Extent, catalogues, rules_by_control
from bluelamp.reports.selection import parts_of, slug

_ANNEX: Final = "annex-a"
_PART: Final = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Edition:
    """One edition of a framework: its controls by id, and the rules mapped to them."""

    name: str
    edition: str
    title: str
    publisher: str
    published: str
    source: str
    controls: dict[str, str]
    extents: dict[str, Extent]
    mapped: dict[str, tuple[Rule, ...]]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules mapped to any of the controls, without duplicates, by id."""
        return tuple(sorted({each.id: each for found in self.mapped.values() for each in found}.values(), key=_id))


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition of every framework that has a catalogue or that a rule names."""
    by_control = rules_by_control(rules())
    found = []
    listed = {(each.framework, each.edition): each for each in catalogues()}
    for name, edition in sorted({*listed, *((each.framework, each.edition) for each in by_control)}):
        catalogue = listed.get((name, edition))
        mapped = {
            control.id: tuple(each)
            for control, each in by_control.items()
            if (control.framework, control.edition) == (name, edition)
        }
        rows = catalogue.controls if catalogue else {}
        found.append(
            Edition(
                slug(name),
                edition,
                catalogue.title if catalogue else name,
                catalogue.publisher if catalogue else "",
                catalogue.published if catalogue else "",
                catalogue.source if catalogue else "",
                {**dict.fromkeys(mapped, ""), **{id_: row.title for id_, row in rows.items()}},
                {id_: row.extent for id_, row in rows.items()},
                mapped,
            )
        )
    return tuple(found)


def named(thing: str) -> list[Edition]:
    """The editions of the framework that `thing` names, with or without the edition."""
    word = slug(thing)
    matches: tuple[Callable[[Edition], bool], ...] = (
        lambda each: word in (each.name, f"{each.name}-{slug(each.edition)}"),
        lambda each: word in each.name.split("-"),
    )
    for match in matches:
        found = [each for each in editions() if match(each)]
        if len({each.name for each in found}) == 1:
            return found
    return []


def group(thing: str) -> list[tuple[Edition, list[str]]]:
    """Each edition with controls in the group `thing`, such as `B4`, `A.8` or `NS`, and their ids."""
    word = thing.casefold()
    # The standard numbers the controls of its annex A with and without the letter.
    annex = word.removeprefix("a.")
    found = []
    for each in editions():
        wanted = annex if each.name.endswith(_ANNEX) else word
        ids = [id_ for id_ in each.controls if wanted in (part.casefold() for part in parts_of(id_))]
        if ids:
            found.append((each, ids))
    return found


def groups() -> list[str]:
    """The name of every group of controls."""
    return sorted({part for each in editions() for id_ in each.controls for part in parts_of(id_)})


def show(screen: Screen, thing: str, chosen: Sequence[tuple[Edition, Iterable[str]]]) -> None:
    """Shows the controls of each edition with the rules mapped to each."""
    given = []
    for edition, ids in chosen:
        screen.show(f"[bold]{escape(edition.title)}[/bold]")
        about = [edition.name, f"edition {edition.edition}", edition.publisher, edition.published, edition.source]
        screen.show(f"[dim]{escape(', '.join(part for part in about if part))}[/dim]\n")
        rows = []
        for id_ in sorted(ids, key=_natural):
            mapped = edition.mapped.get(id_, ())
            extent = edition.extents.get(id_, Extent.PARTLY)
            rows.append([id_, str(extent), str(len(mapped)), edition.controls[id_]])
            given.append(
                {
                    "framework": edition.name,
                    "edition": edition.edition,
                    "id": id_,
                    "title": edition.controls[id_],
                    "extent": str(extent),
                    "rules": [rule.id for rule in mapped],
                }
            )
        screen.columns(["control", "extent", "rules", "title"], rows)
        screen.show("")
    first = next((each["id"] for each in given if each["rules"]), None)
    if first:
        screen.show(f"[dim]bluelamp explain {escape(first)} lists the rules of a control[/dim]")
    screen.give({"name": thing, "controls": given})


def _natural(id_: str) -> list[tuple[int, str]]:
    """Sorts `NS-10` after `NS-2`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in _PART.split(id_)]


def _id(rule: Rule) -> str:
    return rule.id
