"""Proposes data contracts for deployed stores without one, with the force's own owner, until the owner agrees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from bluelamp.assets.coverage import coverage
from bluelamp.core.contracts import ASSETS
from bluelamp.core.modeline import modeline
from bluelamp.core.resource import Resource
from bluelamp.infra.force import Force
from bluelamp.infra.scaffold.stack import quoted
from bluelamp.policies.data.assets._flows import ON_PREMISES, where
from bluelamp.policies.data.assets._retention import days, retention
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.value import UnknownValue, Value


@dataclass(frozen=True)
class _Kind:
    """An asset that consists of several resources of a landing zone."""

    id: str
    name: str
    purpose: str
    resources: tuple[str, ...]
    """The suffixes of its resources' names."""
    later: tuple[str, ...] = ()
    """Name patterns of resources that every landing zone adds: one placement covers all of them."""


_KINDS: Final = (
    _Kind("platform-logs", "Platform logs", "Finding misuse and faults of the platform.", ("logs-workspace",)),
    _Kind(
        "log-archive", "Log archive", "Unchanged evidence of what was done on the platform.", ("log-archive-account",)
    ),
    _Kind(
        "network-flow-logs",
        "Network flow logs",
        "Finding which systems communicated over the networks.",
        ("network-watcher-storage",),
    ),
    _Kind(
        "platform-metrics", "Platform metrics", "Performance and capacity of clusters.", ("cluster-metrics-workspace",)
    ),
    _Kind("cluster-backups", "Cluster backups", "Restoring workloads of the clusters.", ("cluster-backups-account",)),
    _Kind(
        "backups",
        "Backups of landing zones",
        "Restoring workloads.",
        ("-backup-backup-vault", "-backup-recovery-vault"),
        ("landing-zone-*-backup-backup-vault", "landing-zone-*-backup-recovery-vault"),
    ),
    _Kind(
        "secrets",
        "Keys and secrets",
        "Encryption keys, certificates and credentials.",
        ("vault-vault", "vault-live-vault", "vault-non-live-vault"),
        ("landing-zone-*-vault-vault",),
    ),
)


@dataclass
class _Proposal:
    id: str
    name: str
    purpose: str
    stores: list[Value] = field(default_factory=list)
    later: tuple[str, ...] = ()


def proposals(force: Force, resources: Iterable[Resource], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """The text of a contract for each group of stores without an asset, by the asset's id.

    Ids in `taken` are not reused: a store of such a kind gets its own contract.
    """
    listed, used = list(resources), set(taken)
    estate = Estate(listed)
    values = {value.resource.urn: value for value in estate.all()}
    found: dict[str, _Proposal] = {}
    for store in coverage(listed).uncatalogued:
        kind = next((kind for kind in _KINDS if store.name.endswith(kind.resources)), None)
        if kind is None or kind.id in used:
            kind = _Kind(store.name.lower()[:63].strip("-"), store.name, "To be written by the owner.", ())
        proposal = found.setdefault(kind.id, _Proposal(kind.id, kind.name, kind.purpose, later=kind.later))
        proposal.stores.append(values[store.urn])
    line = modeline(f"{ASSETS.format(force=force.slug)}/{{id}}.yaml", "asset")
    return {proposal.id: line + _text(proposal, force, estate) for proposal in found.values()}


def _text(proposal: _Proposal, force: Force, estate: Estate) -> str:
    servers: list[str] = []
    marking = force.classification.marking
    placed = {store.resource.name: _place(store) for store in proposal.stores}
    for pattern in proposal.later:
        matching = {name: place for name, place in placed.items() if fnmatchcase(name, pattern)}
        if len(set(matching.values())) <= 1:
            servers += _server(pattern, next(iter(matching.values()), _place(proposal.stores[0])))
            placed = {name: place for name, place in placed.items() if name not in matching}
    for name, place in placed.items():
        servers += _server(name, place)
    for store in proposal.stores:
        if canonical(store.resource.type).startswith("azure-native:"):
            marking = str(store["tags"]["classification"].get(marking))
    lines = [
        "# Proposed from deployed resources. Correct any mistakes; the owner agrees by adding `agreed: <day>` below.",
        "apiVersion: v3.2.0",
        "kind: DataContract",
        f"id: {proposal.id}",
        f"name: {quoted(proposal.name)}",
        "version: 1.0.0",
        "status: proposed",
        f"description: {{purpose: {quoted(proposal.purpose)}}}",
        "servers:",
        *servers,
        *_retention(proposal, estate),
        "customProperties:",
        f"  - {{property: classification, value: {marking}}}",
        "  - {property: retentionGroup, value: other}",
        "  - property: informationAssetOwner",
        f"    value: {{role: {quoted(force.owner.role)}, email: {quoted(force.owner.email)}}}",
    ]
    return "\n".join(lines) + "\n"


def _server(name: str, place: str) -> list[str]:
    named = quoted(name) if "*" in name else name
    return [
        f"  - server: {name.replace('*', 'any')}",
        "    type: custom",
        "    customProperties:",
        f"      - {{property: location, value: {place}}}",
        f"      - {{property: resource, value: {named}}}",
    ]


def _place(store: Value) -> str:
    try:
        found = where(store)
    except UnknownValue:
        return "uksouth"
    return "onPremises" if found == ON_PREMISES else found


def _retention(proposal: _Proposal, estate: Estate) -> list[str]:
    """The retention of the stores, if it is the same for all."""
    found = set()
    for store in proposal.stores:
        periods_of_store = retention(store, estate)
        periods = [days(each) for each in periods_of_store.minimums] or [
            days(each) for each in periods_of_store.deletes
        ]
        found.add(max(periods, default=0))
    (first, *others) = found
    return [] if others or not first else ["slaProperties:", f"  - {{property: retention, value: {first}, unit: d}}"]
