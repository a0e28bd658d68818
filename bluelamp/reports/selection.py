"""Selects rules by framework, area, severity or id."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from bluelamp.core.suggestions import did_you_mean, did_you_mean_or
from bluelamp.errors import UsageError
from bluelamp.policies import Control, Rule, Severity, rules
from bluelamp.policies.catalogues import catalogues, with_derived
from bluelamp.policies.controls import POD_SECURITY

_RESTRICTED: Final = "restricted"
_BASELINE: Final = "baseline"
OWN_AREA: Final = "own"
"""The area of the rules in a project's `rules/`."""

Frameworks = tuple[tuple[str, str, str], ...]
"""Framework, edition and profile, each; the profile is empty for the whole framework."""


@dataclass(frozen=True)
class Selection:
    """A selection of rules: those that meet all conditions; an empty condition allows all.

    Made by `select`, which knows what there is to choose from.
    """

    frameworks: Frameworks = ()
    ids: tuple[str, ...] = ()
    severity: Severity | None = None
    areas: tuple[str, ...] = ()

    def keep(self, given: Iterable[Rule]) -> tuple[Rule, ...]:
        """The rules of `given` that are kept, in their order."""
        return tuple(rule for rule in given if self._keeps(rule))

    def controls(self, control: Control) -> bool:
        """Whether `control` is of the frameworks that are kept."""
        return not self.frameworks or any(_within(control, *each) for each in self.frameworks)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The selection in words."""
        said = [
            f"framework {name} {edition}" + (f", {profile}" if profile else "")
            for name, edition, profile in self.frameworks
        ]
        said += [f"rule {' or '.join(self.ids)}"] if self.ids else []
        said += [f"severity {self.severity} or worse"] if self.severity else []
        said += [f"area {' or '.join(self.areas)}"] if self.areas else []
        return tuple(said)

    def _keeps(self, rule: Rule) -> bool:
        order = list(Severity)
        return (
            (not self.frameworks or any(self.controls(control) for control in with_derived(rule.controls)))
            and (not self.ids or any(fnmatchcase(rule.id, each) for each in self.ids))
            and (self.severity is None or order.index(rule.severity) <= order.index(self.severity))
            and (not self.areas or rule.area in self.areas)
        )


def select(
    frameworks: Sequence[str] = (), ids: Sequence[str] = (), severity: str = "", areas: Sequence[str] = ()
) -> Selection:
    """The selection from these words. Raises `UsageError` if one of them matches nothing."""
    known = rules()
    every = sorted({rule.id for rule in known})
    places = sorted({rule.area for rule in known})
    if OWN_AREA not in places and any(each.casefold() == OWN_AREA for each in areas):
        raise UsageError("there are no rules of the project's own", next_step="add one: see docs/own-rules.md")
    return Selection(
        tuple(_framework(each) for each in frameworks),
        tuple(_id(each, every) for each in ids),
        Severity(_one(severity, list(Severity), "severity")) if severity else None,
        tuple(_one(each, places, "area") for each in areas),
    )


def _one(word: str, allowed: Sequence[str], what: str) -> str:
    found = [each for each in allowed if each.casefold() == word.casefold()]
    if not found:
        step = did_you_mean_or(word, allowed, lead="allowed:")
        raise UsageError(f"{word!r} is not a known {what}", next_step=step)
    return found[0]


def _id(word: str, every: Sequence[str]) -> str:
    if "*" in word:
        if any(fnmatchcase(each, word.upper()) for each in every):
            return word.upper()
        raise UsageError(f"no rule's id is like {word!r}", next_step=f"for example {every[0].rpartition('-')[0]}-*")
    return _one(word, every, "rule")


def _framework(word: str) -> tuple[str, str, str]:
    """A framework by its slug, with or without the edition, or by the beginning of a word of it."""
    asked, _, profile = word.partition(":")
    found = _named(asked)
    if len({name for name, _ in found}) != 1:
        every = sorted({slug(name) for name, _ in _editions()})
        said = f"{asked!r} could be {' or '.join(sorted(slug(name) for name, _ in found))}" if found else ""
        step = did_you_mean_or(asked, every, lead="allowed:")
        raise UsageError(said or f"{asked!r} is not a known framework", next_step=step)
    # Where no edition is named, the one that rules name, else the newest.
    used = {(control.framework, control.edition) for rule in rules() for control in rule.controls}
    name, edition = max(found, key=lambda each: (each in used, each[1]))
    if profile and not any(_within(control, name, edition, profile) for control in _controls(name, edition)):
        profiles = sorted({part for each in _controls(name, edition) for part in parts_of(each.id)})
        step = did_you_mean(profile, profiles) or f"for example {', '.join(profiles[:6])}"
        raise UsageError(f"{slug(name)} has nothing called {profile!r}", next_step=step)
    return name, edition, profile


def _named(asked: str) -> list[tuple[str, str]]:
    """The editions of the frameworks that `asked` may mean, by the best way to mean one that fits."""
    word = slug(asked)
    ways: tuple[Callable[[str, str], bool], ...] = (
        lambda slug, edition: word in (slug, f"{slug}-{edition}"),
        lambda slug, edition: f"{slug}-{edition}".startswith(word),
        lambda slug, edition: f"-{word}" in f"{slug}-{edition}",
    )
    for fits in ways:
        found = [(name, edition) for name, edition in _editions() if fits(slug(name), slug(edition))]
        if word and found:
            return found
    return []


def _editions() -> list[tuple[str, str]]:
    named = {(control.framework, control.edition) for rule in rules() for control in rule.controls}
    return sorted(named | {(each.framework, each.edition) for each in catalogues()})


def _controls(name: str, edition: str) -> list[Control]:
    named = {control for rule in rules() for control in rule.controls}
    listed = {Control(each.framework, each.edition, id_) for each in catalogues() for id_ in each.controls}
    return [each for each in named | listed if (each.framework, each.edition) == (name, edition)]


def _within(control: Control, name: str, edition: str, profile: str) -> bool:
    if (control.framework, control.edition) != (name, edition):
        return False
    # Restricted pods have to keep to all of baseline as well.
    profiles = [_RESTRICTED, _BASELINE] if (name, profile) == (POD_SECURITY[0], _RESTRICTED) else [profile]
    return any(not each or each == control.id or each in parts_of(control.id) for each in profiles)


def parts_of(id_: str) -> list[str]:
    """The parts of a framework that a control belongs to: `B3.b` to `B3` and `B`, `baseline/x` to `baseline`."""
    ends = [found.start() for found in re.finditer(r"[./-]|(?<=[A-Za-z])(?=\d)", id_)]
    return [id_[:end] for end in ends]


def slug(text: str) -> str:
    """A name as it is written on the command line: `cyber-essentials`."""
    return re.sub(r"[^a-z0-9.]+", "-", text.casefold()).strip("-")
