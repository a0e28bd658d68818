"""Refuses rules that no target can express, so that compilation to Azure never weakens a policy.

Staff reach the lake through its private endpoints and systems through their application in Entra ID; partners use an
interface, with an application of their own; the public reads open data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from bluelamp.core.access.model import ANY, DEVICES, FORCE, AccessPolicy, Rule
from bluelamp.core.problems import Problem
from bluelamp.core.source import Source, Steps
from bluelamp.core.suggestions import did_you_mean

_LAKE: Final = "the lake"


@dataclass(frozen=True)
class Offered:
    """The targets that a force deploys: the lake's file systems, and whether there is an API Management service."""

    file_systems: tuple[str, ...] = ()
    interfaces: bool = False


def undeployed(policy: AccessPolicy, offered: Offered, source: Source) -> Iterator[Problem]:
    """The policy's requirements that the force does not deploy."""
    for name, asset in policy.assets.items():
        if asset.lake is not None and not offered.file_systems:
            yield source.problem(
                ("assets", name, "lake"),
                f"{name} is in the lake, and the force has none",
                next_step="add `data:` to bluelamp:azure in the settings, or remove `lake`",
            )
        elif asset.lake is not None and asset.lake.container not in offered.file_systems:
            yield source.problem(
                ("assets", name, "lake", "container"),
                f"the lake has no file system {asset.lake.container}",
                asset.lake.container,
                f"allowed: {', '.join(offered.file_systems)}",
                did_you_mean(asset.lake.container, offered.file_systems),
            )
    for index, rule in enumerate(policy.rules):
        kinds = {policy.personas[each].kind for each in policy.covers(rule)[0]}
        if rule.allows and kinds & {"partner", "public"} and not offered.interfaces:
            yield source.problem(
                ("rules", index),
                f"rule {rule.id} needs an interface, and the force deploys no API Management service",
                next_step="set `data.interfaces` in bluelamp:azure to the name of an online landing zone",
            )


def limits(policy: AccessPolicy, source: Source) -> Iterator[Problem]:
    """Every rule, and every pair of rules, that a target would have to weaken."""
    for index, rule in enumerate(policy.rules):
        if rule.allows:
            for steps, message, step in _of_rule(policy, rule):
                yield source.problem(("rules", index, *steps), f"rule {rule.id} {message}", next_step=step)
    places = {rule.id: index for index, rule in enumerate(policy.rules)}
    for first, second in combinations([rule for rule in policy.rules if rule.allows], 2):
        if found := _apart(policy, first, second):
            persona, application = found
            yield source.problem(
                ("rules", places[second.id]),
                f"rules {first.id} and {second.id} let {persona} into {application} from different networks or "
                "devices, and conditional access judges an application as a whole",
                next_step="give both rules the same networks and devices, or serve one asset by another application",
            )


Finding = tuple[Steps, str, str]


def _of_rule(policy: AccessPolicy, rule: Rule) -> Iterator[Finding]:
    personas, assets, *_ = policy.covers(rule)
    kinds = {policy.personas[each].kind for each in personas}
    for asset in sorted(assets):
        if "staff" in kinds:
            yield from _staff(policy, rule, asset)
        if "partner" in kinds and policy.assets[asset].api is None:
            yield (
                ("assets",),
                f"gives a partner {asset}, which has no interface for partners",
                f"add `api:` to assets.{asset}, or remove the partner",
            )
        if "public" in kinds and policy.assets[asset].open is None:
            yield (
                ("assets",),
                f"gives the public {asset}, which is not published",
                f"add `open:` to assets.{asset}, or remove the public",
            )
    if "partner" in kinds:
        yield from _partner(policy, rule)
    if "public" in kinds:
        yield from _public(policy, rule)


def _staff(policy: AccessPolicy, rule: Rule, asset: str) -> Iterator[Finding]:
    place, networks = policy.assets[asset], policy.covers(rule)[3]
    if place.lake is None and place.application is None:
        yield (
            ("assets",),
            f"gives staff {asset}, which they cannot reach anywhere",
            f"add `lake:` or `application:` to assets.{asset}",
        )
    if place.lake is not None and networks != {FORCE}:
        others = ", ".join(sorted(networks - {FORCE})) or "none of them"
        yield (
            ("networks",),
            f"lets staff read {asset} in the lake from {others}; the lake has private endpoints only",
            f"write `networks: [{FORCE}]`",
        )
    if place.application is not None and rule.mask is not None:
        yield (
            ("mask",),
            f"masks {asset}, which staff see in an application; an application shows whole records",
            "serve the masked view from the lake, or leave the asset out",
        )


def _partner(policy: AccessPolicy, rule: Rule) -> Iterator[Finding]:
    if policy.covers(rule)[4] != set(DEVICES):
        yield (
            ("devices",),
            "asks for a device state of a partner, whose systems sign in by an application and have none",
            f"write `devices: [{ANY}]`, and limit the networks",
        )


def _public(policy: AccessPolicy, rule: Rule) -> Iterator[Finding]:
    for name, covered, every in zip(
        ("purposes", "networks", "devices"), policy.covers(rule)[2:], policy.axes[2:], strict=True
    ):
        if covered != every:
            yield (
                (name,),
                f"gives the public access for some {name} only; an open endpoint has no authentication",
                f"write `{name}: [{ANY}]`",
            )
    if rule.mask is not None:
        yield ("mask",), "masks published data, which is counts only", "remove `mask`"


def _apart(policy: AccessPolicy, first: Rule, second: Rule) -> tuple[str, str] | None:
    """A persona and an application that two rules allow from different networks or devices."""
    one, other = policy.covers(first), policy.covers(second)
    if one[3:] == other[3:]:
        return None
    staff = sorted(each for each in one[0] & other[0] if policy.personas[each].kind == "staff")
    shared = sorted(_applications(policy, first) & _applications(policy, second))
    return (staff[0], shared[0]) if staff and shared else None


def _applications(policy: AccessPolicy, rule: Rule) -> set[str]:
    """The conditional access applications of a rule's assets; the lake is one."""
    found = set()
    for asset in policy.covers(rule)[1]:
        place = policy.assets[asset]
        if place.lake is not None:
            found.add(_LAKE)
        if place.application is not None:
            found.add(f"the application of {asset}")
    return found
