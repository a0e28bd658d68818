"""The catalogues of published frameworks, from `frameworks/`: the controls whose ids rules name.

Every control of a framework has a row: `extent` is how far rules can assess it, and `why` what they cannot assess.
Content that was not checked against the publisher's own text is described in `unverified`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import yaml

from bluelamp.policies.model import Control

FOLDER: Final = Path(__file__).parent / "frameworks"


class Extent(StrEnum):
    """The extent to which rules can assess a control from infrastructure."""

    ASSESSED = "assessed"
    PARTLY = "partly"
    NOT_ASSESSABLE = "not-assessable"


@dataclass(frozen=True, slots=True)
class Row:
    """One control of a framework.

    `why` is what rules cannot assess, empty if they assess all of it. `origin` names controls of the same framework, in
    the edition that the catalogue follows or its own, whose rules also count for this one.
    """

    title: str
    extent: Extent
    why: str = ""
    origin: tuple[str, ...] = ()
    unverified: str = ""


@dataclass(frozen=True)
class Catalogue:
    """One edition of a framework: `controls` maps ids to rows, `published` is a date, or the reason that there is none.

    `follows` is the edition from whose rules those of this one are derived, empty if rules name this one; `unverified`
    describes content that was not checked against the publisher's own text.
    """

    framework: str
    edition: str
    title: str
    publisher: str
    published: str
    source: str
    controls: Mapping[str, Row]
    follows: str = ""
    unverified: str = ""

    def title_of(self, control: Control) -> str:
        """The title of `control`. Raises KeyError if this is not its catalogue or does not have it."""
        return self.row(control).title

    def row(self, control: Control) -> Row:
        """The row of `control`. Raises KeyError if this is not its catalogue or does not have it."""
        if (control.framework, control.edition) != (self.framework, self.edition):
            raise KeyError(f"{control} is not of {self.framework} {self.edition}")
        return self.controls[control.id]


@cache
def catalogues() -> tuple[Catalogue, ...]:
    """Every shipped catalogue, by framework and edition."""
    found = [_read(file) for file in FOLDER.glob("*.yaml")]
    return tuple(sorted(found, key=lambda each: (each.framework, each.edition)))


def catalogue_of(control: Control) -> Catalogue:
    """The catalogue of `control`. Raises KeyError if there is none."""
    for catalogue in catalogues():
        if (catalogue.framework, catalogue.edition) == (control.framework, control.edition):
            return catalogue
    raise KeyError(f"there is no catalogue of {control.framework} {control.edition}")


def title_of(control: Control) -> str:
    """The title of `control`. Raises KeyError if no catalogue has it."""
    return catalogue_of(control).title_of(control)


class _Mapped(Protocol):
    @property
    def controls(self) -> tuple[Control, ...]: ...


_Rule = TypeVar("_Rule", bound=_Mapped)


def rules_by_control(rules: Iterable[_Rule]) -> dict[Control, list[_Rule]]:
    """The rules mapped to each control, directly or through a control that it is derived from; in the given order."""
    found: dict[Control, list[_Rule]] = {}
    for rule in rules:
        for control in with_derived(rule.controls):
            found.setdefault(control, []).append(rule)
    return found


def with_derived(controls: Iterable[Control]) -> tuple[Control, ...]:
    """`controls` and the controls derived from them, in other editions too; in order, without duplicates."""
    named = tuple(dict.fromkeys(controls))
    derived = (each for control in named for each in _followers().get(control, ()))
    return tuple(dict.fromkeys((*named, *derived)))


@cache
def _followers() -> dict[Control, list[Control]]:
    followers: dict[Control, list[Control]] = {}
    for catalogue in catalogues():
        for id_, row in catalogue.controls.items():
            for origin in row.origin:
                source = Control(catalogue.framework, catalogue.follows or catalogue.edition, origin)
                followers.setdefault(source, []).append(Control(catalogue.framework, catalogue.edition, id_))
    return followers


def _read(file: Path) -> Catalogue:
    content = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    controls = {str(id_): _row(row) for id_, row in content.pop("controls").items()}
    return Catalogue(**{key: str(value) for key, value in content.items()}, controls=controls)


def _row(content: Mapping[str, Any]) -> Row:
    return Row(
        content["title"],
        Extent(content["extent"]),
        content.get("why", ""),
        tuple(content.get("from", ())),
        content.get("unverified", ""),
    )
