"""The ordered plan of a merger, for the people who carry it out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bluelamp.core.dependencies import ordered
from bluelamp.cost.difference import pounds
from bluelamp.infra.settings.raw import dig
from bluelamp.merging.compare import Duplicate, Overlap
from bluelamp.merging.draft import Draft
from bluelamp.merging.estate import Estate
from bluelamp.reports.words import some


@dataclass(frozen=True)
class Step:
    """A step, in the order of the plan: what is done, and the single things that it concerns."""

    title: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """What the plans of the two forces have in common."""

    overlaps: tuple[Overlap, ...]
    names: tuple[tuple[str, str], ...]
    duplicates: tuple[Duplicate, ...]
    costs: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    """GBP a month."""


def steps(draft: Draft, compared: Comparison) -> list[Step]:
    """The steps from two forces to one; each can be undone until the last."""
    return [Step(title, tuple(items)) for title, items in _steps(draft, compared) if items is not None]


def _steps(draft: Draft, compared: Comparison) -> Iterator[tuple[str, list[str] | None]]:
    first, second, into = draft.first.slug, draft.second.slug, draft.into.slug
    both = (draft.first, draft.second)
    open_ = draft.answers.open
    yield (
        f"Answer the {some(len(open_), 'open question')} in merges/{into}/questions.yaml",
        [each.text for each in open_] or None,
    )
    yield "Agree the information asset owners and the senior information risk owner of the new force", []
    yield (
        f"Run `bluelamp merge {first} {second} --into {into} --write`, `bluelamp check {into}`, and commit the files",
        [],
    )
    yield (
        f"Enter the use of the new resources in stacks/{into}/usage.yaml: of these the new force has none",
        list(draft.dropped) or None,
    )
    yield (
        "Resolve overlapping address ranges before any network is connected",
        [f"{first} {each.first} overlaps {second} {each.second}" for each in compared.overlaps] or None,
    )
    yield "Rename what has the same unique name", [f"{kind} {name}" for kind, name in compared.names] or None
    yield f"Deploy the platform of {into}: `bluelamp up {into}`; {first} and {second} stay as they are", []
    yield (
        "Connect each site to the new hub and change its addresses, site by site",
        [f"{each.path}: {each.before} -> {each.after}" for each in draft.moves] or None,
    )
    yield "Use the new names", list(draft.collisions) or None
    yield (
        "Create the groups and people's access in the new Entra tenant, before services move",
        [f"{estate.slug} {name}" for estate in both for name in _groups(estate.settings)] or None,
    )
    yield (
        "Move the services, landing zone by landing zone",
        [
            f"{estate.slug} {zone['name']}"
            for estate in both
            for zone in dig(estate.settings, "azure", "landingZones") or ()
        ]
        or None,
    )
    yield (
        "Move the data, sources before what is made from them; legal holds and retention move with it",
        [f"{estate.slug} {asset}" for estate in both for asset in _assets(estate)] or None,
    )
    yield (
        "Request exemptions again",
        [f"{estate.slug} {each.get('id')} from {each.get('rule')}" for estate in both for each in estate.exemptions]
        or None,
    )
    yield (
        "Close what exists twice, once nothing uses it",
        [
            f"{each.component}: {some(each.first, 'resource')} of {first} ({pounds(each.first_cost)} a month), "
            f"{each.second} of {second} ({pounds(each.second_cost)})"
            + ("" if each.cheaper is None else f"; {(first, second)[each.cheaper]} has the cheaper one")
            for each in compared.duplicates
        ]
        or None,
    )
    yield f"Destroy {first} and {second} after their last day: `bluelamp destroy {first} {second}`", []


def _groups(settings: Mapping[str, Any]) -> list[str]:
    zones = dig(settings, "azure", "landingZones") or ()
    tenants = dig(settings, "onPremises", "tenants") or ()
    return [
        *(
            f"{zone['name']}: {each.get('role')} {each.get('principalId')}"
            for zone in zones
            for each in zone.get("access") or ()
        ),
        *(
            f"{tenant['name']}: {role} {group}"
            for tenant in tenants
            for role, group in (tenant.get("groups") or {}).items()
        ),
    ]


def _assets(estate: Estate) -> list[str]:
    """The information assets, each after those that it is made from."""
    return ordered({each.asset: each.properties.lineage for each in estate.assets})


def as_markdown(draft: Draft, listed: list[Step]) -> str:
    """The plan as a page."""
    lines = [f"# {draft.into.name}: from {draft.first.slug} and {draft.second.slug}", ""]
    for number, step in enumerate(listed, 1):
        lines += [f"{number}. {step.title}", *(f"   - {item}" for item in step.items)]
    return "\n".join(lines) + "\n"
