"""Traces a property to the settings that determine it.

A run of the program records which settings it reads before it declares the resource; no other setting can influence it.
Those are changed in turn, and the resource alone is planned again (`bluelamp.planning.single_resource`). Only observed
effects are reported: a setting is named only if changing it changed the property, and the code only if no setting did.
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
from bluelamp.planning.single_resource import Frame, ResourcePlan, plan_force_resource
from bluelamp.policies.value import SECRET
from bluelamp.rehearsal.values import UNKNOWN, Secret

_SHORTEST: Final = 2
_FEW: Final = 2
"""How many settings a quick trace tries."""
_ALONE: Final = 6
"""How many switches are tried one by one, those with a similar name first; the others are tried in groups."""
_GROUP: Final = 6
_ALTERNATIVES: Final = 2
"""How many alternative values of a setting are tried."""
_MOST_RUNS: Final = 160
"""The maximum number of program runs; settings beyond it count as untried."""
_GONE: Final = object()
"""The outcome of a trial in which the resource does not exist."""
ABSENT: Final = "<absent>"
"""The property's value in output if the resource does not exist."""


class Kind(StrEnum):
    """The source of a property's value."""

    SETTING = "a setting"
    DEFAULT = "the default of a setting"
    CODE = "the code"
    PROVIDER = "the provider"
    CLOUD = "the cloud"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Influence:
    """A setting that determines the property: with `tried` instead of `value`, the property became `became`."""

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
    """The origin of a property's value.

    `settings` determine the value, the likeliest first; `conditions` are settings on which the resource's existence
    depends. `tried` is the number of settings that were changed; `untried` are settings that the program reads but that
    could not be changed. `exhausted`: every setting that can have an influence was tried. `references` are the URNs on
    which an unknown value depends; `code` are the lines that declare the resource, innermost first.
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
    progress: Callable[[str], None] = lambda _: None,
) -> Origin:
    """The origin of the property at `steps` of `resource`, which is in the plan of `force`.

    With `likely_only`, only a few settings with the property's value are tried. `progress` is called with each setting
    before it is tried.
    """
    trial = _Trial(force, resource, steps, root, progress)
    kind, shown, references = _without_settings(resource, steps)
    if likely_only:
        trial.try_each(trial.likely()[:_FEW], enough=1)
    else:
        trial.try_all()
    influences = tuple(trial.influences)
    if influences and (kind in (Kind.CODE, Kind.NOTHING) or _input_at(resource, steps) is None):
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
    """The source of the value as far as one plan shows it, the value for display, and the URNs it depends on."""
    value = _input_at(resource, steps)
    shown = _shown(value)
    if _holds_unknown(value):
        return Kind.CLOUD, shown, resource.references.get(str(steps[0]), ())
    if value is None:
        known = _value_at(_revealed(resource.outputs), steps)
        return (Kind.NOTHING, None, ()) if known is None else (Kind.CLOUD, _shown(known), ())
    if _value_at(_revealed(resource.program_inputs), steps) is None:
        return Kind.PROVIDER, shown, ()
    return Kind.CODE, shown, ()


@dataclass
class _Trial:
    """Plans a resource repeatedly, with different settings each time.

    After `try_all()`, `same` is whether a run with unchanged settings reproduced the plan's value.
    """

    force: Force
    resource: PlannedResource
    steps: Steps
    root: Path
    progress: Callable[[str], None]
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

    def try_all(self) -> None:
        """Tries every setting that the program reads before it declares the resource."""
        with reads(self.force) as seen:
            pulled = self._plan(self.force)
        self.frames = pulled.frames if pulled else ()
        self.same = bool(pulled and pulled.resource and self._seen(pulled.resource) == self._value)
        read = self._sorted([leaf for leaf in leaves(self.force, self.root) if self._read(leaf, seen)])
        self.untried += [leaf.path for leaf in read if not leaf.others]
        switches = [leaf for leaf in read if _is_switch(leaf)]
        self.try_together([leaf for leaf in read if leaf.others and not _is_switch(leaf)], 0)
        self.try_each(switches[:_ALONE])
        rest = switches[_ALONE:]
        groups = -(-len(rest) // _GROUP)
        for place in range(groups):
            for alternative in range(_ALTERNATIVES):
                # Settings of one section may mask each other, so each group is drawn from all sections.
                self.try_together([leaf for leaf in rest[place::groups] if len(leaf.others) > alternative], alternative)
        self.influences = self._merged(self.influences, read)
        self.conditions = self._merged(self.conditions, read)
        self.untried = [path for path in dict.fromkeys(self.untried) if path not in self.tried]

    def likely(self) -> list[Leaf]:
        """The settings with the property's value, those with a similar name first."""
        value, _ = self._value
        words = self._words()
        equal = [
            leaf
            for leaf in leaves(self.force, self.root)
            if value is not None and leaf.value == value and isinstance(leaf.value, type(value))
        ]
        # Half of all switches are on, so only those with a similar name are worth a trial.
        equal = [leaf for leaf in equal if not (isinstance(value, bool) and _unrelated(leaf, words))]
        return sorted(equal, key=lambda leaf: _unrelated(leaf, words))

    def try_each(self, settings: Sequence[Leaf], *, enough: int = 0) -> None:
        """Tries each setting alone; stops once `enough` influences were found."""
        for leaf in settings:
            self.progress(leaf.path)
            for other in leaf.others[:_ALTERNATIVES]:
                self._record(leaf, other, self._outcome([(leaf, other)]))
            if enough and len(self.influences) >= enough:
                return

    def try_together(self, settings: Sequence[Leaf], alternative: int) -> None:
        """Tries settings all at once, and bisects if that changes the property."""
        waiting = [list(settings)] if settings else []
        while waiting:
            group = waiting.pop()
            self.progress(group[0].path if len(group) == 1 else f"{len(group)} settings together")
            outcome = self._outcome([(leaf, leaf.others[alternative]) for leaf in group])
            if outcome is not None and outcome[0] == self._value:
                self.tried.update(leaf.path for leaf in group)
            elif len(group) == 1:
                self._record(group[0], group[0].others[alternative], outcome)
            else:
                waiting += self._parts(group, alternative, outcome)

    def _parts(self, group: list[Leaf], alternative: int, outcome: tuple[Any] | None) -> list[list[Leaf]]:
        """The settings whose new values occur in the outcome, singly, and the rest; or else two halves."""
        became: Any = outcome[0] if outcome else _GONE
        if became is not _GONE:
            seen = [leaf for leaf in group if _seen(leaf.others[alternative], became[0])]
            if seen and len(seen) < len(group):
                return [[leaf for leaf in group if leaf not in seen], *([leaf] for leaf in seen)]
        half = len(group) // 2
        return [group[:half], group[half:]]

    def _record(self, leaf: Leaf, other: Any, outcome: tuple[Any] | None) -> None:
        if outcome is None:
            self.untried.append(leaf.path)
            return
        self.tried.add(leaf.path)
        became = outcome[0]
        if became == self._value:
            return
        influences, shown = (self.conditions, ABSENT) if became is _GONE else (self.influences, _shown(became[0]))
        if all(each.path != leaf.path for each in influences):
            influences.append(
                Influence(leaf.path, _text(leaf.value), leaf.file, leaf.line, leaf.written, _text(other), shown)
            )

    def _outcome(self, changes: Sequence[tuple[Leaf, Any]]) -> tuple[Any] | None:
        """The property with other values for settings; None if the program rejects them."""
        if self._runs >= _MOST_RUNS:
            return None
        self._runs += 1
        try:
            pulled = self._plan(self._variant(changes))
        except (ValueError, LookupError):  # contradictory values, such as a shorter list and its last item
            return None
        if pulled is None:
            return None
        return (_GONE if pulled.resource is None else self._seen(pulled.resource),)

    def _plan(self, force: Force) -> ResourcePlan | None:
        try:
            return plan_force_resource(force, self.resource.urn, self.root, stack=self.force.slug)
        except Exception:
            # The values are generated: a failure with them is no evidence about the property.
            return None

    def _seen(self, resource: PlannedResource) -> tuple[Any, tuple[str, ...]]:
        """The value that is compared, and for an unknown value the URNs on which it depends."""
        value = _input_at(resource, self.steps)
        return value, resource.references.get(str(self.steps[0]), ()) if _holds_unknown(value) else ()

    def _read(self, leaf: Leaf, seen: Reads) -> bool:
        """Whether the program reads what another value of the setting would change."""
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
        """The settings, the likeliest first: equal value, similar name, or a value that occurs in the property."""
        value, words = self._value[0], self._words()

        def key(leaf: Leaf) -> tuple[bool, bool, bool]:
            return (leaf.value != value, _unrelated(leaf, words), not _seen(leaf.value, value))

        return sorted(settings, key=key)

    def _merged(self, influences: list[Influence], order: Sequence[Leaf]) -> list[Influence]:
        places = {leaf.path: place for place, leaf in enumerate(order)}
        return sorted(influences, key=lambda each: places.get(each.path, len(places)))


def _is_switch(leaf: Leaf) -> bool:
    """Whether the setting selects which resources exist, so that changing it may have many effects."""
    return bool(leaf.others) and (
        leaf.value is None or isinstance(leaf.value, (bool, tuple, dict)) or len(leaf.others) > 1
    )


def _unrelated(leaf: Leaf, words: set[str]) -> bool:
    return not any(word in leaf.path.casefold() for word in words)


def _input_at(resource: PlannedResource, steps: Steps) -> Any:
    return _value_at(_revealed(resource.inputs), steps)


def _value_at(value: Any, steps: Steps) -> Any:
    """The value at `steps`; for a path inside a secret, the secret."""
    for place, _ in enumerate(steps):
        if isinstance(value, _SecretValue):
            return value
        value = found(value, steps[place : place + 1])
    return value


def _revealed(value: Any) -> Any:
    """`value` with secrets in plain text, for comparison only. `_SecretValue` marks them."""
    if isinstance(value, Secret):
        return _SecretValue(value.value)
    if isinstance(value, dict) or hasattr(value, "items"):
        return {key: _revealed(item) for key, item in value.items()}
    return [_revealed(item) for item in value] if isinstance(value, (list, tuple)) else value


@dataclass(frozen=True)
class _SecretValue:
    """A secret value."""

    value: Any


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, _SecretValue):
        return _holds_unknown(value.value)
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def _shown(value: Any) -> Any:
    if isinstance(value, (Secret, _SecretValue)):
        return SECRET
    if value is UNKNOWN:
        return "<unknown>"
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    return _text(value)


def _text(value: Any) -> Any:
    """A setting's value as JSON."""
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
