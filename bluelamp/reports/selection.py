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
"""The area of the project's own rules, in `rules/`."""

Frameworks = tuple[tuple[str, str, str], ...]
"""Triples of framework, edition and profile; the profile is empty for the whole framework."""


@dataclass(frozen=True)
class Selection:
    """A selection of rules: those that meet all conditions; an empty condition allows all. See `select`."""

    frameworks: Frameworks = ()
    ids: tuple[str, ...] = ()
    severity: Severity | None = None
    areas: tuple[str, ...] = ()

    def keep(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """The selected ones of `rules`, in their order."""
        return tuple(rule for rule in rules if self._selects(rule))

    def controls(self, control: Control) -> bool:
        """Whether `control` belongs to a selected framework, or no framework is selected."""
        return not self.frameworks or any(_within(control, *each) for each in self.frameworks)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The selection in words."""
        phrases = [
            f"framework {name} {edition}" + (f", {profile}" if profile else "")
            for name, edition, profile in self.frameworks
        ]
        phrases += [f"rule {' or '.join(self.ids)}"] if self.ids else []
        phrases += [f"severity {self.severity} or worse"] if self.severity else []
        phrases += [f"area {' or '.join(self.areas)}"] if self.areas else []
        return tuple(phrases)

    def _selects(self, rule: Rule) -> bool:
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
    """The selection from command-line values. Raises `UsageError` if one of them matches nothing."""
    known = rules()
    known_ids = sorted({rule.id for rule in known})
    known_areas = sorted({rule.area for rule in known})
    if OWN_AREA not in known_areas and any(each.casefold() == OWN_AREA for each in areas):
        raise UsageError("there are no rules of the project's own", next_step="add one: see docs/own-rules.md")
    return Selection(
        tuple(_framework(each) for each in frameworks),
        tuple(_id(each, known_ids) for each in ids),
        Severity(_one(severity, list(Severity), "severity")) if severity else None,
        tuple(_one(each, known_areas, "area") for each in areas),
    )


def _one(word: str, allowed: Sequence[str], what: str) -> str:
    found = [each for each in allowed if each.casefold() == word.casefold()]
    if not found:
        step = did_you_mean_or(word, allowed, lead="allowed:")
        raise UsageError(f"{word!r} is not a known {what}", next_step=step)
    return found[0]


def _id(word: str, known: Sequence[str]) -> str:
    if "*" in word:
        if any(fnmatchcase(each, word.upper()) for each in known):
            return word.upper()
        raise UsageError(f"no rule's id is like {word!r}", next_step=f"for example {known[0].rpartition('-')[0]}-*")
    return _one(word, known, "rule")


def _framework(word: str) -> tuple[str, str, str]:
    """A framework by its slug, with or without the edition, or by the beginning of one of its words."""
    wanted, _, profile = word.partition(":")
    found = _named(wanted)
    if len({name for name, _ in found}) != 1:
        known = sorted({slug(name) for name, _ in _editions()})
        ambiguous = f"{wanted!r} could be {' or '.join(sorted(slug(name) for name, _ in found))}" if found else ""
        step = did_you_mean_or(wanted, known, lead="allowed:")
        raise UsageError(ambiguous or f"{wanted!r} is not a known framework", next_step=step)
    # Without an edition, the one that rules are mapped to, or else the newest.
    used = {(control.framework, control.edition) for rule in rules() for control in rule.controls}
    name, edition = max(found, key=lambda each: (each in used, each[1]))
    if profile and not any(_within(control, name, edition, profile) for control in _controls(name, edition)):
        profiles = sorted({part for each in _controls(name, edition) for part in parts_of(each.id)})
        step = did_you_mean(profile, profiles) or f"for example {', '.join(profiles[:6])}"
        raise UsageError(f"{slug(name)} has nothing called {profile!r}", next_step=step)
    return name, edition, profile


def _named(wanted: str) -> list[tuple[str, str]]:
    """The frameworks and editions that `wanted` matches: exactly, else by prefix, else by the prefix of a word."""
    word = slug(wanted)
    matchers: tuple[Callable[[str, str], bool], ...] = (
        lambda slug, edition: word in (slug, f"{slug}-{edition}"),
        lambda slug, edition: f"{slug}-{edition}".startswith(word),
        lambda slug, edition: f"-{word}" in f"{slug}-{edition}",
    )
    for matches in matchers:
        found = [(name, edition) for name, edition in _editions() if matches(slug(name), slug(edition))]
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
    # The restricted profile includes the baseline profile.
    profiles = [_RESTRICTED, _BASELINE] if (name, profile) == (POD_SECURITY[0], _RESTRICTED) else [profile]
    return any(not each or each == control.id or each in parts_of(control.id) for each in profiles)


def parts_of(id_: str) -> list[str]:
    """The parts of a framework that contain a control: `B3` and `B` for `B3.b`, `baseline` for `baseline/x`."""
    ends = [found.start() for found in re.finditer(r"[./-]|(?<=[A-Za-z])(?=\d)", id_)]
    return [id_[:end] for end in ends]


def slug(text: str) -> str:
    """A framework's name as on the command line: `cyber-essentials`."""
    return re.sub(r"[^a-z0-9.]+", "-", text.casefold()).strip("-")
