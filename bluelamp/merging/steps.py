"""The steps of a merger, in order, for the people who carry it out."""

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
    """A step and its individual items."""

    title: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The overlaps between the two forces."""

    overlaps: tuple[Overlap, ...]
    names: tuple[tuple[str, str], ...]
    duplicates: tuple[Duplicate, ...]
    costs: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    """GBP a month."""


def steps(draft: Draft, compared: Comparison) -> list[Step]:
    """The steps from two forces to one; all but the last are reversible."""
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
        f"Enter the usage of the new force in stacks/{into}/usage.yaml: it has none of these resources",
        list(draft.dropped) or None,
    )
    yield (
        "Resolve overlapping address ranges before any network is connected",
        [f"{first} {each.first} overlaps {second} {each.second}" for each in compared.overlaps] or None,
    )
    yield "Rename resources whose names must be unique", [f"{kind} {name}" for kind, name in compared.names] or None
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
        "Move the data, sources before derived assets, with their legal holds and retention",
        [f"{estate.slug} {asset}" for estate in both for asset in _assets(estate)] or None,
    )
    yield (
        "Request exemptions again",
        [f"{estate.slug} {each.get('id')} from {each.get('rule')}" for estate in both for each in estate.exemptions]
        or None,
    )
    yield (
        "Remove duplicate components once nothing uses them",
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
    """The information assets, each after its sources."""
    return ordered({each.asset: each.properties.lineage for each in estate.assets})


def as_markdown(draft: Draft, listed: list[Step]) -> str:
    """The steps as a Markdown page."""
    lines = [f"# {draft.into.name}: from {draft.first.slug} and {draft.second.slug}", ""]
    for number, step in enumerate(listed, 1):
        lines += [f"{number}. {step.title}", *(f"   - {item}" for item in step.items)]
    return "\n".join(lines) + "\n"
