"""Tracing a property to the settings that it comes from, by trial: change a setting, plan again, look.

Nothing is claimed that was not seen: a setting is named only if changing it changed the property, and the code only if
changing every setting that can be changed did not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, ip_network
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bluelamp.infra.force import Force
from bluelamp.origins.leaves import Leaf, changed, leaves
from bluelamp.paths import Steps, found
from bluelamp.planning import Plan, PlannedResource, plan_settings
from bluelamp.policies.value import SECRET
from bluelamp.rehearsal.values import UNKNOWN, Secret

_SHORTEST: Final = 2
_FEW: Final = 2
"""How many settings are tried where it has to be quick."""
_MANY: Final = 16
"""How many settings are tried one by one."""
_ALTERNATIVES: Final = 2
"""How many other values of a setting are tried."""
_MOST_PLANS: Final = 40
"""How many plans it may take to try all other settings together, in halves, and in halves of those."""
_GONE: Final = object()
"""Stands for the property of a resource that is not there."""


class Kind(StrEnum):
    """What gave a property its value."""

    SETTING = "a setting"
    DEFAULT = "the default of a setting"
    CODE = "the code"
    PROVIDER = "the provider"
    CLOUD = "the cloud"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Influence:
    """A setting that the property follows, as a trial showed: with `tried` instead of `value` it became `became`."""

    path: str
    value: Any
    file: str
    line: int
    written: bool
    tried: Any
    became: Any

    def as_dict(self) -> dict[str, Any]:
        """The influence as JSON values."""
        return {name: _shown(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a property's value comes from.

    `settings` are what it follows; that there are no others is known only where `exhausted`. `tried` settings were
    changed, alone or together with others, `untried` could not be. `references` are the URNs that an unknown value is
    made from.
    """

    kind: Kind
    value: Any = None
    settings: tuple[Influence, ...] = ()
    tried: int = 0
    untried: int = 0
    exhausted: bool = False
    references: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The origin as JSON values."""
        return {
            "kind": self.kind,
            "value": self.value,
            "settings": [each.as_dict() for each in self.settings],
            "tried": self.tried,
            "untried": self.untried,
            "exhausted": self.exhausted,
            "references": list(self.references),
        }


def trace(
    force: Force,
    plan: Plan,
    urn: str,
    steps: Steps,
    root: Path,
    *,
    likely_only: bool = False,
    hear: Callable[[str], None] = lambda _: None,
) -> Origin:
    """The origin of what stands at `steps` in the resource `urn` of `plan`, which is the plan of `force`.

    Settings that have the property's value are tried first, until one proves right; then those whose value can be seen
    in it; then all others, together. With `likely_only` only a few of the first are. `hear` is told of each setting
    that is tried. Raises KeyError where the plan has no such resource.
    """
    resource = next((each for each in plan.resources if each.urn == urn), None)
    if resource is None:
        raise KeyError(urn)
    value = _at(resource, steps)
    shown = _shown(value)
    if _holds_unknown(value):
        return Origin(Kind.CLOUD, shown, references=resource.references.get(str(steps[0]), ()))
    if value is None:
        known = _walked(_open(resource.outputs), steps)
        return Origin(Kind.CLOUD if known is not None else Kind.NOTHING, _shown(known) if known is not None else None)
    if _walked(_open(resource.asked), steps) is None:
        return Origin(Kind.PROVIDER, shown)
    trial = _Trial(force, urn, steps, value, root, hear)
    equal, alike, others = _sorted(leaves(force, root), value, steps)
    influences = list(islice(trial.each(equal[: _FEW if likely_only else _MANY]), 1))
    if not influences and not likely_only:
        influences = list(trial.each(alike[:_MANY]))
    exhausted = not influences and not likely_only
    if exhausted:
        influences = list(trial.together([*equal[_MANY:], *alike[_MANY:], *others]))
    kind = Kind.CODE
    if influences:
        kind = Kind.SETTING if any(each.written for each in influences) else Kind.DEFAULT
    return Origin(kind, shown, tuple(influences), trial.tried, trial.untried, exhausted)


class _Trial:
    """Plans a force again and again, with one setting changed each time."""

    def __init__(
        self, force: Force, urn: str, steps: Steps, value: Any, root: Path, hear: Callable[[str], None]
    ) -> None:
        self._force, self._urn, self._steps, self._value, self._root = force, urn, steps, value, root
        self._hear = hear
        self.tried = self.untried = 0

    def each(self, settings: Sequence[Leaf]) -> Iterator[Influence]:
        """The settings, of these, that the property follows; each is tried alone."""
        for leaf in settings:
            self._hear(leaf.path)
            outcomes = [(other, self._with([(leaf, other)])) for other in leaf.others[:_ALTERNATIVES]]
            told = [(other, outcome[0]) for other, outcome in outcomes if outcome is not None]
            self.tried += bool(told)
            self.untried += not told
            moved = [(other, became) for other, became in told if became is not _GONE and became != self._value]
            if moved:
                yield self._influence(leaf, *moved[0])

    def together(self, settings: Sequence[Leaf]) -> Iterator[Influence]:
        """The same for many settings: changed together, and in halves where that does change something."""
        able = [leaf for leaf in settings if leaf.others]
        self.untried += len(settings) - len(able)
        # What turns parts of the estate on and off takes the resource away, so the others are tried apart from it.
        switches = [leaf for leaf in able if leaf.value is None or isinstance(leaf.value, bool) or len(leaf.others) > 1]
        waiting = [group for group in (switches, [leaf for leaf in able if leaf not in switches]) if group]
        plans = 0
        while waiting:
            group = waiting.pop()
            if plans >= _MOST_PLANS:
                self.untried += len(group)
                continue
            plans += 1
            self._hear(group[0].path if len(group) == 1 else f"{len(group)} settings together")
            outcome = self._with([(leaf, leaf.others[0]) for leaf in group])
            if outcome is not None and outcome[0] == self._value:
                self.tried += len(group)
            elif len(group) > 1:
                half = len(group) // 2
                waiting += [group[:half], group[half:]]
            elif outcome is None:
                self.untried += 1
            else:
                self.tried += 1
                if outcome[0] is not _GONE:
                    yield self._influence(group[0], group[0].others[0], outcome[0])

    def _influence(self, leaf: Leaf, other: Any, became: Any) -> Influence:
        return Influence(leaf.path, _text(leaf.value), leaf.file, leaf.line, leaf.written, _text(other), _shown(became))

    def _with(self, changes: Sequence[tuple[Leaf, Any]]) -> tuple[Any] | None:
        """What the property is with other values for settings; None where the program does not take them."""
        force = self._force
        try:
            for leaf, other in changes:
                force = changed(force, leaf, other)
            plan = plan_settings(force, self._root, stack=self._force.slug)
        except Exception:
            # The values were made up: a program that cannot use them says nothing of the property.
            return None
        there = next((each for each in plan.resources if each.urn == self._urn), None)
        return (_GONE if there is None else _at(there, self._steps),)


def _at(resource: PlannedResource, steps: Steps) -> Any:
    return _walked(_open(resource.inputs), steps)


def _walked(value: Any, steps: Steps) -> Any:
    """What is at `steps`; of something inside a secret, the secret."""
    for place, _ in enumerate(steps):
        if isinstance(value, _Sealed):
            return value
        value = found(value, steps[place : place + 1])
    return value


def _open(value: Any) -> Any:
    """`value` with what secrets hold, to be compared and never shown; `_Sealed` says that it was one."""
    if isinstance(value, Secret):
        return _Sealed(value.value)
    if isinstance(value, dict) or hasattr(value, "items"):
        return {key: _open(item) for key, item in value.items()}
    return [_open(item) for item in value] if isinstance(value, (list, tuple)) else value


@dataclass(frozen=True)
class _Sealed:
    """A secret value."""

    value: Any


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, _Sealed):
        return _holds_unknown(value.value)
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def _shown(value: Any) -> Any:
    if isinstance(value, (Secret, _Sealed)):
        return SECRET
    if value is UNKNOWN:
        return "<unknown>"
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    return _text(value)


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _sorted(settings: Sequence[Leaf], value: Any, steps: Steps) -> tuple[list[Leaf], list[Leaf], list[Leaf]]:
    """The settings that have the value, those of a like name first; those that can be seen in it; and the others."""
    words = {str(step).casefold() for step in steps}

    def strange(leaf: Leaf) -> bool:
        return not any(word in leaf.path.casefold() for word in words)

    equal = [leaf for leaf in settings if leaf.value == value and isinstance(leaf.value, type(value))]
    # Half of all switches are on: only those of a like name are worth a trial of their own.
    equal = sorted((leaf for leaf in equal if not (isinstance(value, bool) and strange(leaf))), key=strange)
    alike = [leaf for leaf in settings if leaf not in equal and _seen(leaf.value, value)]
    return equal, alike, [leaf for leaf in settings if leaf not in equal and leaf not in alike]


def _seen(setting: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return any(_seen(setting, item) for item in value.values())
    if isinstance(value, list):
        return any(_seen(setting, item) for item in value)
    if isinstance(setting, bool) or isinstance(value, bool) or setting is None:
        return False
    if isinstance(setting, IPv4Network):
        return _inside(value, setting)
    if isinstance(setting, (int, float)):
        return bool(setting == value)
    mine, its = str(setting).casefold(), str(value).casefold()
    return len(mine) >= _SHORTEST and (mine in its or (len(its) >= _SHORTEST and its in mine))


def _inside(value: Any, network: IPv4Network) -> bool:
    try:
        other = ip_network(value, strict=False)
    except (ValueError, TypeError):
        return False
    return isinstance(other, IPv4Network) and (other.subnet_of(network) or network.subnet_of(other))
