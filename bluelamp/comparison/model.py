"""What a change does to forces: the plans of a base and of the working files, compared.

Values in these classes are plain JSON, as people may read them: a secret is `[secret]`, what only the deployment knows
is `<unknown>`, and a file is `[file]`. No class holds the value of a secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from bluelamp.core.camel import as_json


class What(StrEnum):
    """What happens to a resource, the most dangerous first."""

    DELETED = "deleted"
    REPLACED = "replaced"
    UPDATED = "updated"
    CREATED = "created"


class Turn(StrEnum):
    """What happens to a verdict that needs attention: a failure, an error, an unknown or an exempt verdict."""

    NEW = "new"
    GONE = "gone"


class Because(StrEnum):
    """What kind of file or version a difference comes from."""

    SETTINGS = "settings"
    MODULE = "module"
    PROGRAM = "program"
    RULE = "rule"
    LOCK = "lock file"
    BLUELAMP = "Bluelamp"
    PRICES = "prices"
    BASE = "the base does not plan"
    HEAD = "the working files do not plan"
    NEW = "the force is new"
    REMOVED = "the force is removed"

    @property
    def conjunction(self) -> str:
        """What leads to it in a sentence: some are statements, the others things."""
        statement = self in (Because.BASE, Because.HEAD, Because.NEW, Because.REMOVED)
        return "because" if statement else "because of"


@dataclass(frozen=True, slots=True)
class Property:
    """A property that differs.

    `path` is as the engine writes it (`securityRules[0].access`). `before` and `after` are None where the property is
    absent. `replaces` says that the change makes the cloud replace the resource.
    """

    path: str
    before: Any
    after: Any
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that differs.

    `urn` is that of the working files, of a deleted resource that of the base; `name` is its logical name. `component`
    is the logical name of the component that makes it, and `module` that component's type; both are empty for a
    resource outside components. `file` and `line` are where the project declares it, empty and 0 where that is not
    known, as of a module of an installed Bluelamp. `properties` differ; a created or a deleted resource lists none.
    `protect` says that the engine refuses to delete it.
    """

    what: What
    urn: str
    type: str
    name: str
    component: str = ""
    module: str = ""
    properties: tuple[Property, ...] = ()
    protect: bool = False
    file: str = ""
    line: int = 0

    @property
    def destroys(self) -> bool:
        """Whether something that is deployed goes away."""
        return self.what in (What.DELETED, What.REPLACED)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict that is new or gone.

    `level` is the enforcement of the rule (`mandatory` or `advisory`), `verdict` is `fail`, `error`, `unknown` or
    `exempt`; of one that is gone it is the verdict of the base. `path` is the property, empty for the whole resource.
    `file` and `line` are the settings line, or else the program line, that the finding is reported at.
    """

    turn: Turn
    rule: str
    title: str
    level: str
    severity: str
    verdict: str
    urn: str
    type: str
    name: str
    path: str = ""
    message: str = ""
    file: str = ""
    line: int = 0

    @property
    def breaks(self) -> bool:
        """Whether it is a new failure of a mandatory rule."""
        return self.turn is Turn.NEW and self.level == "mandatory" and self.verdict in ("fail", "error")


@dataclass(frozen=True, slots=True)
class Money:
    """What a force costs a month, GBP without VAT, to the penny; None where it is not planned on that side.

    Both are by the prices and the use that stand in the files of their side.
    """

    before: Decimal | None = None
    after: Decimal | None = None

    @property
    def change(self) -> Decimal:
        """What is added to a month; negative for a saving. What is not known counts as nothing."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True, slots=True)
class Reason:
    """A difference between base and working files that can be the cause.

    `file` is relative to the project, `line` that of the working files (of the base where the line is removed; 0 for a
    whole file). `path` is a setting as it is spelt (`bluelamp:azure.hub.firewall.tier`), a rule's id, a module's folder
    or a package. `before` and `after` are what it says, as text; empty where absent or where a whole file differs.
    """

    because: Because
    file: str = ""
    line: int = 0
    path: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        said = " ".join(each for each in (place, self.path if self.path != self.file else "") if each)
        if self.before or self.after:
            said += f": {self.before or 'not set'} -> {self.after or 'not set'}"
        return f"{self.because}: {said}" if said else str(self.because)


@dataclass(frozen=True, slots=True)
class Force:
    """What a change does to one force.

    `resources` are the resources that differ, deleted and replaced ones first. `same` is how many do not differ;
    None where nothing was planned, as both sides are made from the same files.
    `outputs` are the stack outputs that differ. `verdicts` are the verdicts that are new or gone, mandatory ones first.
    `refused` are the reasons, new against the base, why Azure or Kubernetes would refuse a resource. `cost` is a month.
    `reasons` tell why; a force that is not affected has none. `base_error` and `head_error` say why a side was not
    planned, empty where it was. `reused` says that neither side had to be planned anew. `alike` is a digest that forces
    share whose resources, properties and verdicts change in the same way, but for the forces' names, codes and
    addresses.
    """

    force: str
    environment: str = ""
    resources: tuple[Resource, ...] = ()
    same: int | None = None
    outputs: tuple[Property, ...] = ()
    verdicts: tuple[Judged, ...] = ()
    refused: tuple[str, ...] = ()
    cost: Money = Money()
    reasons: tuple[Reason, ...] = ()
    base_error: str = ""
    head_error: str = ""
    reused: bool = False
    alike: str = ""

    @property
    def affected(self) -> bool:
        """Whether resources, their inputs, verdicts or cost differ, or a side cannot be planned."""
        found = self.resources or self.outputs or self.verdicts or self.refused
        return bool(found or self.cost.change or self.base_error or self.head_error)

    @property
    def counts(self) -> dict[What, int]:
        """How many resources are deleted, replaced, updated and created."""
        return {what: sum(each.what is what for each in self.resources) for what in What}

    @property
    def breaks(self) -> tuple[Judged, ...]:
        """The new failures of mandatory rules."""
        return tuple(each for each in self.verdicts if each.breaks)

    def as_dict(self) -> dict[str, Any]:
        """The force as JSON values; amounts are texts, as JSON has no decimal numbers."""
        found: dict[str, Any] = as_json(replace(self, cost=Money()))
        return {
            **found,
            "affected": self.affected,
            "counts": {str(what): count for what, count in self.counts.items()},
            "cost": {name: _amount(getattr(self.cost, name)) for name in ("before", "after", "change")},
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the working files change against a base, force by force.

    `reference` is what was asked for, `base` the commit that is compared with: the merge base of `reference` and HEAD,
    or `reference` itself where HEAD descends from it (then `diverged` is false). `head` is HEAD's commit, and the
    working files, committed or not, are what is compared. `forces` are all that were asked for, affected or not, with
    those that exist on one side only. `notes` are for people: what the comparison could not take into account.
    """

    reference: str
    base: str
    head: str
    diverged: bool
    forces: tuple[Force, ...]
    notes: tuple[str, ...] = ()

    @property
    def affected(self) -> tuple[Force, ...]:
        """The forces that are affected, in the order they were asked for."""
        return tuple(each for each in self.forces if each.affected)

    @property
    def reused(self) -> int:
        """How many forces needed no planning on either side."""
        return sum(each.reused for each in self.forces)

    @property
    def groups(self) -> tuple[tuple[Force, ...], ...]:
        """The affected forces, those with the same change together; the largest group first."""
        found: dict[str, list[Force]] = {}
        for each in self.affected:
            found.setdefault(each.alike, []).append(each)
        return tuple(tuple(each) for each in sorted(found.values(), key=len, reverse=True))

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "reference": self.reference,
            "base": self.base,
            "head": self.head,
            "diverged": self.diverged,
            "notes": list(self.notes),
            "affected": [each.force for each in self.affected],
            "groups": [[each.force for each in group] for group in self.groups],
            "forces": [each.as_dict() for each in self.forces],
        }


ORDER: Final = tuple(What)


def ordered(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Deleted and replaced resources first, then by type and name."""
    return tuple(sorted(resources, key=lambda each: (ORDER.index(each.what), each.type, each.name, each.urn)))


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
