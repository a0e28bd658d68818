"""Tracing a property to the settings that it comes from, by trial: change a setting, plan again, look.

Nothing is claimed that was not seen: a setting is named only if changing it changed the property, and the code only if
changing every setting that can be changed did not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any, Final

from bluelamp.origins.leaves import Leaf, changed, leaves
from bluelamp.paths import Steps, found
from bluelamp.planning import Plan, PlannedResource, plan_settings
from bluelamp.rehearsal.values import UNKNOWN, Secret
from infra.force import Force
from policies.value import SECRET

_SHORTEST: Final = 2
_FEW: Final = 6
"""How many settings are tried where it has to be quick."""
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
    changed one at a time, `untried` could not be. `references` are the URNs that an unknown value is made from.
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

    Settings whose value can be seen in the property's are tried first, and if one of them proves right, no others; with
    `likely_only` a few of them and no others ever. `hear` is told of each setting that is tried. Raises KeyError where
    the plan has no such resource.
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
    likely, others = _sorted(leaves(force, root), value)
    influences = list(trial.of(likely[:_FEW] if likely_only else likely))
    exhausted = not influences and not likely_only
    if exhausted:
        influences = list(trial.of(others))
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

    def of(self, settings: Sequence[Leaf]) -> Iterator[Influence]:
        """The settings, of these, that the property follows."""
        for leaf in settings:
            self._hear(leaf.path)
            outcomes = [(other, self._with(leaf, other)) for other in leaf.others]
            told = [(other, outcome[0]) for other, outcome in outcomes if outcome is not None]
            if not told:
                self.untried += 1
                continue
            self.tried += 1
            for other, became in told:
                if became is not _GONE and became != self._value:
                    seen = (_text(leaf.value), _text(other), _shown(became))
                    yield Influence(leaf.path, seen[0], leaf.file, leaf.line, leaf.written, *seen[1:])
                    break

    def _with(self, leaf: Leaf, other: Any) -> tuple[Any] | None:
        """What the property is with another value for `leaf`; None where the program does not take that value."""
        try:
            plan = plan_settings(changed(self._force, leaf, other), self._root, stack=self._force.slug)
        except Exception:
            # The value was made up: a program that cannot use it says nothing of the property.
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


def _sorted(settings: Sequence[Leaf], value: Any) -> tuple[list[Leaf], list[Leaf]]:
    """The settings whose value can be seen in `value`, equal ones first, and the others."""
    likely = [
        leaf for leaf in settings if leaf.value == value and isinstance(leaf.value, bool) is isinstance(value, bool)
    ]
    likely += [leaf for leaf in settings if leaf not in likely and _seen(leaf.value, value)]
    return likely, [leaf for leaf in settings if leaf not in likely]


def _seen(setting: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return any(_seen(setting, item) for item in value.values())
    if isinstance(value, list):
        return any(_seen(setting, item) for item in value)
    if isinstance(setting, bool) or isinstance(value, bool) or setting is None:
        return setting is value and setting is not None
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
