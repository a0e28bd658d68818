"""Tracing a property to the settings that it comes from.

A run of the program shows which settings it reads before it declares the resource: no other can have a part in it.
Those are then changed, and the resource alone is planned again (`bluelamp.planning.pull`). Nothing is claimed that was
not seen: a setting is named only if changing it changed the property, and the code only if no setting that can be
changed did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from bluelamp.infra.force import Force
from bluelamp.origins.leaves import Leaf, Variants, leaves
from bluelamp.origins.reads import Reads, differences, reads
from bluelamp.paths import Steps, found
from bluelamp.planning import PlannedResource
from bluelamp.planning.pull import Frame, Pulled, pull_settings
from bluelamp.policies.value import SECRET
from bluelamp.rehearsal.values import UNKNOWN, Secret

_SHORTEST: Final = 2
_FEW: Final = 2
"""How many settings are tried where it has to be quick."""
_ALONE: Final = 6
"""How many switches are tried one by one, those of a like name first; the others are tried in groups."""
_GROUP: Final = 6
_ALTERNATIVES: Final = 2
"""How many other values of a setting are tried."""
_MOST_RUNS: Final = 160
"""After how many runs of the program the rest counts as untried."""
_GONE: Final = object()
"""Stands for the property of a resource that is not there."""
ABSENT: Final = "<absent>"
"""What the property becomes where the resource is not made at all."""


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

    `settings` are what it follows, the likeliest first; `conditions` those without which there would be no such
    resource. `tried` settings were changed, alone or together with others; `untried` are read by the program and could
    not be. `exhausted` says that every setting that can have a part was tried, so that there are no others.
    `references` are the URNs that an unknown value is made from, `code` the lines that declare the resource, the
    innermost first.
    """

    kind: Kind
    value: Any = None
    settings: tuple[Influence, ...] = ()
    conditions: tuple[Influence, ...] = ()
    tried: int = 0
    untried: tuple[str, ...] = ()
    exhausted: bool = False
    references: tuple[str, ...] = ()
    code: tuple[Frame, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The origin as JSON values."""
        return {
            "kind": self.kind,
            "value": self.value,
            "settings": [each.as_dict() for each in self.settings],
            "conditions": [each.as_dict() for each in self.conditions],
            "tried": self.tried,
            "untried": list(self.untried),
            "exhausted": self.exhausted,
            "references": list(self.references),
        }


def trace(
    force: Force,
    resource: PlannedResource,
    steps: Steps,
    root: Path,
    *,
    likely_only: bool = False,
    hear: Callable[[str], None] = lambda _: None,
) -> Origin:
    """The origin of what stands at `steps` in `resource`, which is in the plan of `force`.

    With `likely_only` only a few settings are tried, of those that have the property's value. `hear` is told of each
    setting that is tried.
    """
    trial = _Trial(force, resource, steps, root, hear)
    kind, shown, references = _without_settings(resource, steps)
    if likely_only:
        trial.alone(trial.likely()[:_FEW], enough=1)
    else:
        trial.all()
    influences = tuple(trial.influences)
    if influences and (kind in (Kind.CODE, Kind.NOTHING) or _at(resource, steps) is None):
        kind = Kind.SETTING if any(each.written for each in influences) else Kind.DEFAULT
    exhausted = not likely_only and trial.same and not trial.untried
    return Origin(
        kind,
        shown,
        influences,
        tuple(trial.conditions),
        len(trial.tried),
        tuple(trial.untried),
        exhausted,
        references,
        trial.frames,
    )


def _without_settings(resource: PlannedResource, steps: Steps) -> tuple[Kind, Any, tuple[str, ...]]:
    """What gives the property its value as far as one plan shows, the value, and what an unknown one is made from."""
    value = _at(resource, steps)
    shown = _shown(value)
    if _holds_unknown(value):
        return Kind.CLOUD, shown, resource.references.get(str(steps[0]), ())
    if value is None:
        known = _walked(_open(resource.outputs), steps)
        return (Kind.NOTHING, None, ()) if known is None else (Kind.CLOUD, _shown(known), ())
    if _walked(_open(resource.asked), steps) is None:
        return Kind.PROVIDER, shown, ()
    return Kind.CODE, shown, ()


@dataclass
class _Trial:
    """Plans a resource again and again, with settings changed each time.

    After `all()`, `same` says whether the first run, with nothing changed, gave what the plan says.
    """

    force: Force
    resource: PlannedResource
    steps: Steps
    root: Path
    hear: Callable[[str], None]
    influences: list[Influence] = field(default_factory=list)
    conditions: list[Influence] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    untried: list[str] = field(default_factory=list)
    frames: tuple[Frame, ...] = ()
    same: bool = False

    def __post_init__(self) -> None:
        self._value = self._seen(self.resource)
        self._variant = Variants(self.force, self.root)
        self._runs = 0

    def all(self) -> None:
        """Every setting that the program reads before it declares the resource."""
        with reads(self.force) as seen:
            pulled = self._pull(self.force)
        self.frames = pulled.frames if pulled else ()
        self.same = bool(pulled and pulled.resource and self._seen(pulled.resource) == self._value)
        read = self._sorted([leaf for leaf in leaves(self.force, self.root) if self._read(leaf, seen)])
        self.untried += [leaf.path for leaf in read if not leaf.others]
        switches = [leaf for leaf in read if _switch(leaf)]
        self.together([leaf for leaf in read if leaf.others and not _switch(leaf)], 0)
        self.alone(switches[:_ALONE])
        rest = switches[_ALONE:]
        groups = -(-len(rest) // _GROUP)
        for place in range(groups):
            for alternative in range(_ALTERNATIVES):
                # Settings of one section may hide one another, so each group takes from all.
                self.together([leaf for leaf in rest[place::groups] if len(leaf.others) > alternative], alternative)
        self.influences = self._merged(self.influences, read)
        self.conditions = self._merged(self.conditions, read)
        self.untried = [path for path in dict.fromkeys(self.untried) if path not in self.tried]

    def likely(self) -> list[Leaf]:
        """The settings that have the property's value, those of a like name first."""
        value, _ = self._value
        words = self._words()
        equal = [
            leaf
            for leaf in leaves(self.force, self.root)
            if value is not None and leaf.value == value and isinstance(leaf.value, type(value))
        ]
        # Half of all switches are on: only those of a like name are worth a trial of their own.
        equal = [leaf for leaf in equal if not (isinstance(value, bool) and _strange(leaf, words))]
        return sorted(equal, key=lambda leaf: _strange(leaf, words))

    def alone(self, settings: Sequence[Leaf], *, enough: int = 0) -> None:
        """Tries each setting by itself; stops when `enough` were found."""
        for leaf in settings:
            self.hear(leaf.path)
            for other in leaf.others[:_ALTERNATIVES]:
                self._learn(leaf, other, self._with([(leaf, other)]))
            if enough and len(self.influences) >= enough:
                return

    def together(self, settings: Sequence[Leaf], alternative: int) -> None:
        """Tries settings all at once, and in parts where that changes something."""
        waiting = [list(settings)] if settings else []
        while waiting:
            group = waiting.pop()
            self.hear(group[0].path if len(group) == 1 else f"{len(group)} settings together")
            outcome = self._with([(leaf, leaf.others[alternative]) for leaf in group])
            if outcome is not None and outcome[0] == self._value:
                self.tried.update(leaf.path for leaf in group)
            elif len(group) == 1:
                self._learn(group[0], group[0].others[alternative], outcome)
            else:
                waiting += self._parts(group, alternative, outcome)

    def _parts(self, group: list[Leaf], alternative: int, outcome: tuple[Any] | None) -> list[list[Leaf]]:
        """The settings whose new values can be seen in the outcome, one by one, and the others; or two halves."""
        became: Any = outcome[0] if outcome else _GONE
        if became is not _GONE:
            seen = [leaf for leaf in group if _seen(leaf.others[alternative], became[0])]
            if seen and len(seen) < len(group):
                return [[leaf for leaf in group if leaf not in seen], *([leaf] for leaf in seen)]
        half = len(group) // 2
        return [group[:half], group[half:]]

    def _learn(self, leaf: Leaf, other: Any, outcome: tuple[Any] | None) -> None:
        if outcome is None:
            self.untried.append(leaf.path)
            return
        self.tried.add(leaf.path)
        became = outcome[0]
        if became == self._value:
            return
        kept, shown = (self.conditions, ABSENT) if became is _GONE else (self.influences, _shown(became[0]))
        if all(each.path != leaf.path for each in kept):
            kept.append(
                Influence(leaf.path, _text(leaf.value), leaf.file, leaf.line, leaf.written, _text(other), shown)
            )

    def _with(self, changes: Sequence[tuple[Leaf, Any]]) -> tuple[Any] | None:
        """What the property is with other values for settings; None where the program does not take them."""
        if self._runs >= _MOST_RUNS:
            return None
        self._runs += 1
        try:
            pulled = self._pull(self._variant(changes))
        except (ValueError, LookupError):  # they contradict one another: a list that is shorter, and its last item
            return None
        if pulled is None:
            return None
        return (_GONE if pulled.resource is None else self._seen(pulled.resource),)

    def _pull(self, force: Force) -> Pulled | None:
        try:
            return pull_settings(force, self.resource.urn, self.root, stack=self.force.slug)
        except Exception:
            # The values were made up: a program that cannot use them says nothing of the property.
            return None

    def _seen(self, resource: PlannedResource) -> tuple[Any, tuple[str, ...]]:
        """What is compared: the property's value, and what it is made from where that is not known."""
        value = _at(resource, self.steps)
        return value, resource.references.get(str(self.steps[0]), ()) if _holds_unknown(value) else ()

    def _read(self, leaf: Leaf, seen: Reads) -> bool:
        """Whether another value of the setting would be something that the program has looked at."""
        if not leaf.others:
            return seen.cover(leaf.at)
        return any(
            seen.cover(path)
            for other in leaf.others[:_ALTERNATIVES]
            for path in differences(self.force, self._variant([(leaf, other)]))
        )

    def _words(self) -> set[str]:
        return {str(step).casefold() for step in self.steps}

    def _sorted(self, settings: list[Leaf]) -> list[Leaf]:
        """The settings, the likeliest to be followed first: of a like name, or of a value that can be seen."""
        value, words = self._value[0], self._words()

        def key(leaf: Leaf) -> tuple[bool, bool, bool]:
            return (leaf.value != value, _strange(leaf, words), not _seen(leaf.value, value))

        return sorted(settings, key=key)

    def _merged(self, influences: list[Influence], order: Sequence[Leaf]) -> list[Influence]:
        places = {leaf.path: place for place, leaf in enumerate(order)}
        return sorted(influences, key=lambda each: places.get(each.path, len(places)))


def _switch(leaf: Leaf) -> bool:
    """Whether the setting chooses what is made, so that changing it may take much with it."""
    return bool(leaf.others) and (
        leaf.value is None or isinstance(leaf.value, (bool, tuple, dict)) or len(leaf.others) > 1
    )


def _strange(leaf: Leaf, words: set[str]) -> bool:
    return not any(word in leaf.path.casefold() for word in words)


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
    """A setting's value as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, (tuple, list)):
        return [_text(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


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
