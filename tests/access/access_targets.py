"""Generated access policies."""

from collections.abc import Iterable, Sequence
from datetime import date
from ipaddress import IPv4Network
from typing import Any, TypeVar

from hypothesis import strategies as st

from bluelamp.core.access import ANY, DEVICES, FORCE, INTERNET, AccessPolicy, Rule
from bluelamp.core.access.conflicts import conflicts
from bluelamp.core.access.limits import limits
from bluelamp.core.access.targets import Compiling, Wanted, compiled
from bluelamp.core.source import Source

T = TypeVar("T")
DAY = date(2026, 6, 1)


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def compiled_at(policy: AccessPolicy, day: date = DAY) -> tuple[Wanted, ...]:
    """The policy compiled for the force of these tests."""
    return compiled(Compiling(policy, day, "essex", "essex", "test"))


NETWORKS = {
    FORCE: (IPv4Network("192.0.2.0/28"), IPv4Network("192.0.2.32/30")),
    "partner-site": (IPv4Network("198.51.100.0/29"),),
}
PURPOSES = {"response": "Response", "research": "Research"}
PERSONAS = {
    "analyst": {"title": "Analyst", "kind": "staff", "group": guid(1)},
    "officer": {"title": "Officer", "kind": "staff", "group": guid(2)},
    "partner": {"title": "Partner", "kind": "partner", "application": guid(3)},
    "public": {"title": "Public", "kind": "public"},
}
_LAKE = {"container": "published", "path": "view"}
_APPLICATION = {"client": guid(11), "servicePrincipal": guid(12)}
_OPEN = {"table": "crime", "by": ["month"]}
ASSETS: dict[str, dict[str, Any]] = {
    "view": {"lake": _LAKE, "api": "view", "open": _OPEN, "masks": {"short": ["name"], "shorter": ["name", "age"]}},
    "crimes": {"lake": {"container": "published", "path": "views"}, "masks": {"short": ["name"]}},
    "custody": {"application": _APPLICATION},
    "both": {
        "lake": {"container": "curated", "path": "both/deep"},
        "api": "both",
        "application": {"client": guid(13), "servicePrincipal": guid(14)},
    },
}


class _Choices:
    """Choices derived from one number, so that a rule costs one draw."""

    def __init__(self, number: int) -> None:
        self.number = number

    def one(self, values: Sequence[T]) -> T:
        self.number, index = divmod(self.number, len(values))
        return values[index]

    def some(self, values: Iterable[str]) -> tuple[str, ...]:
        every = sorted(values)
        self.number, bits = divmod(self.number, 2 ** len(every) - 1)
        return tuple(each for index, each in enumerate(every) if (bits + 1) >> index & 1)


def rule_of(number: int, seed: int) -> Rule:
    """A rule, usually of a form that a target can express."""
    choices = _Choices(seed)
    kind = choices.one(["staff", "staff", "staff", "partner", "public", "any"])
    named = {"staff": ("analyst", "officer"), "partner": ("partner",), "public": ("public",), "any": tuple(PERSONAS)}
    assets = {"partner": ("view", "both"), "public": ("view",)}.get(kind, tuple(ASSETS))
    networks = choices.some([*NETWORKS, INTERNET])
    usual = {"staff": (FORCE,), "public": (ANY,)}.get(kind, networks)
    devices = choices.one([(ANY,), ("managed",), ("managed",), ("unmanaged",), DEVICES])
    effect = choices.one(["allow", "allow", "allow", "deny"])
    mask = choices.one([None, None, "short", "shorter"])
    chosen = choices.some(assets)
    has_it = mask is not None and all(mask in ASSETS[each].get("masks", {}) for each in chosen)
    return Rule(
        id=f"rule-{number}",
        effect=effect,
        personas=choices.some(named[kind]),
        assets=chosen,
        purposes=(ANY,) if kind == "public" else choices.some(PURPOSES),
        networks=choices.one([usual, usual, networks]),
        devices=(ANY,) if kind in ("partner", "public") else devices,
        mask=mask if has_it and effect == "allow" and kind != "public" else None,
        expires=choices.one([None, None, date(2026, 5, 31), DAY, date(2027, 1, 1)]),
    )


def problems(policy: AccessPolicy) -> list[str]:
    source = Source("access.yaml")
    return [str(each) for each in (*conflicts(policy, source), *limits(policy, source))]


def generated(seeds: Sequence[int]) -> tuple[AccessPolicy, list[Rule]]:
    """A policy whose rules every target can express, and the rules that were refused."""
    kept: list[Rule] = []
    refused: list[Rule] = []
    for number, seed in enumerate(seeds):
        rule = rule_of(number, seed)
        (refused if problems(policy_of([*kept, rule])) else kept).append(rule)
    return policy_of(kept), refused


policies = st.lists(st.integers(0, 2**40), min_size=1, max_size=6).map(generated)


def policy_of(rules_: Iterable[Rule]) -> AccessPolicy:
    return BASE.model_copy(update={"rules": tuple(rules_)})


BASE = AccessPolicy.model_validate({"networks": NETWORKS, "purposes": PURPOSES, "personas": PERSONAS, "assets": ASSETS})
