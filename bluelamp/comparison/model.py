"""The effect of a change on forces: the plans of a base and of the working files, compared.

Values in these classes are plain JSON for display: a secret is `[secret]`, a value that is known only after deployment
is `<unknown>`, and a file is `[file]`. No class contains the value of a secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from bluelamp.core.camel import as_json


class Action(StrEnum):
    """What happens to a resource, the most dangerous first."""

    DELETED = "deleted"
    REPLACED = "replaced"
    UPDATED = "updated"
    CREATED = "created"


class VerdictStatus(StrEnum):
    """Whether a verdict that needs attention (failure, error, unknown or exempt) is new or gone."""

    NEW = "new"
    GONE = "gone"


class Cause(StrEnum):
    """The kind of file or version that causes a difference."""

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
        """The conjunction before it in a sentence: `because` before clauses, `because of` before nouns."""
        statement = self in (Cause.BASE, Cause.HEAD, Cause.NEW, Cause.REMOVED)
        return "because" if statement else "because of"


@dataclass(frozen=True, slots=True)
class ChangedProperty:
    """A property that differs.

    `path` is in the engine's notation (`securityRules[0].access`). `before` and `after` are None if the property is
    absent. `replaces`: the change forces the resource's replacement.
    """

    path: str
    before: Any
    after: Any
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class ChangedResource:
    """A resource that differs.

    `urn` is the URN in the working files, or in the base for a deleted resource; `name` is the logical name.
    `component` is the logical name of the enclosing component and `module` that component's type; both are empty
    outside components. `file` and `line` are where the project declares the resource; empty and 0 if unknown, as for
    modules of an installed Bluelamp. `properties` are those that differ, none for created and deleted resources.
    `protect`: the engine refuses to delete the resource.
    """

    what: Action
    urn: str
    type: str
    name: str
    component: str = ""
    module: str = ""
    properties: tuple[ChangedProperty, ...] = ()
    protect: bool = False
    file: str = ""
    line: int = 0

    @property
    def destroys(self) -> bool:
        """Whether a deployed resource is destroyed."""
        return self.what in (Action.DELETED, Action.REPLACED)


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """A verdict that is new or gone.

    `level` is the rule's enforcement (`mandatory` or `advisory`); `verdict` is `fail`, `error`, `unknown` or `exempt`,
    for a verdict that is gone the base's. `path` is the property, empty for the whole resource. `file` and `line` are
    the line of the settings, or else of the program, at which the finding is reported.
    """

    turn: VerdictStatus
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
        """Whether this is a new failure of a mandatory rule."""
        return self.turn is VerdictStatus.NEW and self.level == "mandatory" and self.verdict in ("fail", "error")


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """A force's cost a month, in GBP without VAT, to the penny; None if that side was not planned.

    Each side uses the prices and the usage in its own files.
    """

    before: Decimal | None = None
    after: Decimal | None = None

    @property
    def change(self) -> Decimal:
        """The increase a month; negative for a saving. An unknown cost counts as zero."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True, slots=True)
class Reason:
    """A difference between base and working files that may be the cause.

    `file` is relative to the project; `line` counts in the working files (in the base for a removed line), and is 0 for
    a whole file. `path` is a setting (`bluelamp:azure.hub.firewall.tier`), a rule's id, a module's folder or a package.
    `before` and `after` are the values as text; empty if absent or if a whole file differs.
    """

    because: Cause
    file: str = ""
    line: int = 0
    path: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = " ".join(each for each in (place, self.path if self.path != self.file else "") if each)
        if self.before or self.after:
            text += f": {self.before or 'not set'} -> {self.after or 'not set'}"
        return f"{self.because}: {text}" if text else str(self.because)


@dataclass(frozen=True, slots=True)
class Force:
    """The effect of a change on one force.

    `resources` are the resources that differ, deleted and replaced ones first; `same` is the number of those that do
    not, None if nothing was planned because the inputs are identical. `outputs` are the stack outputs that differ.
    `verdicts` are the verdicts that are new or gone, mandatory ones first. `refused` are the new reasons why Azure or
    Kubernetes would refuse a resource. `cost` is for a month. `reasons` are the causes; an unaffected force has none.
    `base_error` and `head_error` are why a side could not be planned, else empty. `reused`: both sides were cached.
    `alike` is a digest shared by forces whose resources, properties and verdicts change in the same way, apart from the
    forces' names, codes and addresses.
    """

    force: str
    environment: str = ""
    resources: tuple[ChangedResource, ...] = ()
    same: int | None = None
    outputs: tuple[ChangedProperty, ...] = ()
    verdicts: tuple[ChangedVerdict, ...] = ()
    refused: tuple[str, ...] = ()
    cost: MonthlyCost = MonthlyCost()
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
    def counts(self) -> dict[Action, int]:
        """The number of resources deleted, replaced, updated and created."""
        return {what: sum(each.what is what for each in self.resources) for what in Action}

    @property
    def breaks(self) -> tuple[ChangedVerdict, ...]:
        """The new failures of mandatory rules."""
        return tuple(each for each in self.verdicts if each.breaks)

    def as_dict(self) -> dict[str, Any]:
        """The force as JSON values. Amounts are strings, as JSON has no decimal numbers."""
        found: dict[str, Any] = as_json(replace(self, cost=MonthlyCost()))
        return {
            **found,
            "affected": self.affected,
            "counts": {str(what): count for what, count in self.counts.items()},
            "cost": {name: _amount(getattr(self.cost, name)) for name in ("before", "after", "change")},
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the working files change against a base, force by force.

    `reference` is the given revision, `base` the commit compared with: the merge base of `reference` and HEAD, or
    `reference` itself if HEAD descends from it (then `diverged` is false). `head` is HEAD's commit; the working files
    are compared, committed or not. `forces` are all requested forces, affected or not, including those on one side
    only. `notes` are for people: what the comparison does not take into account.
    """

    reference: str
    base: str
    head: str
    diverged: bool
    forces: tuple[Force, ...]
    notes: tuple[str, ...] = ()

    @property
    def affected(self) -> tuple[Force, ...]:
        """The affected forces, in the requested order."""
        return tuple(each for each in self.forces if each.affected)

    @property
    def reused(self) -> int:
        """The number of forces that needed no planning on either side."""
        return sum(each.reused for each in self.forces)

    @property
    def groups(self) -> tuple[tuple[Force, ...], ...]:
        """The affected forces, grouped by change; the largest group first."""
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


ORDER: Final = tuple(Action)


def ordered(resources: Iterable[ChangedResource]) -> tuple[ChangedResource, ...]:
    """Deleted and replaced resources first, then by type and name."""
    return tuple(sorted(resources, key=lambda each: (ORDER.index(each.what), each.type, each.name, each.urn)))


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
