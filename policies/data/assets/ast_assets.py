"""The register of information assets compared with the deployed resources.

A program registers a component for each contract in `stacks/<force>/assets/`; these rules judge it together with the
resources.
"""

from datetime import date
from typing import Final

from bluelamp.core.asset_type import ASSET
from bluelamp.core.dates import today
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.data.assets import _flows, _retention
from bluelamp.policies.data.assets._assets import STORES, highest, is_pattern, level, marking, register_of, targets
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import AtMost
from bluelamp.policies.value import UnknownValue, Value, root, some

_ELSEWHERE: Final = NotApplicable("it names no resource: the system is not deployed here")
_NOT_THERE: Final = NotApplicable("no resource of this name is deployed, which is judged separately")

_STORE: Final = """
storage.StorageAccount("records", ..., location="uksouth", tags={"classification": "OFFICIAL-SENSITIVE"})
pulumi.ComponentResource(
    "bluelamp:data:InformationAsset",
    "asset-records",
    {
        "id": "records",
        "classification": "OFFICIAL-SENSITIVE",
        "owner": {"role": "Head of Criminal Justice", "agreed": "2026-04-01"},
        "placements": [{"location": "uksouth", "resource": "records"}],
    },
)
"""


@rule(
    "BL-AST-001",
    "Data stores belong to an information asset",
    failure="Data store belongs to no information asset",
    severity=Severity.HIGH,
    controls=ncsc("4")
    + caf("A3.a", "B3.a")
    + dpa("61")
    + iso("5.9")
    + mcsb("AM-1")
    + policing("information-management"),
    at=STORES,
    estate=True,
    fix="""Name the resource in a placement of its asset's contract in stacks/FORCE/assets. `bluelamp assets FORCE
    --propose` writes contracts for unregistered stores.""",
    example=_STORE,
)
def store_is_catalogued(store: Value, estate: Estate) -> Outcome:
    """Data outside the register has no owner, no retention period and no lawful basis, and subject access searches miss
    it.
    """
    register = register_of(estate)
    if register.holds(store):
        return None
    if register.assets:
        return lacks(store, "an information asset with a placement that names it")
    raise UnknownValue(Value(store.resource, None), "there is no register of information assets among the resources")


@rule(
    "BL-AST-002",
    "Information assets have an owner who has accepted the role",
    failure="Information asset has no owner who has accepted the role",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("4") + caf("A1.b", "A3.a") + dpa("61") + iso("5.9") + policing("information-management"),
    at={ASSET: "owner"},
    fix="Have the owner accept the asset, and set `agreed` to the date in informationAssetOwner of its contract.",
    example=_STORE,
)
def owner_has_accepted_role(owner: Value) -> Outcome:
    """Until the owner accepts the asset, the ownership is only proposed and no one is accountable."""
    if not owner["role"].text():
        return Fail(owner["role"], "a role")
    agreed = owner["agreed"]
    return (
        None if _has_come(agreed) else Fail(agreed, "the date on which the owner agreed", "the owner is only proposed")
    )


@rule(
    "BL-AST-003",
    "Information asset placements refer to deployed resources",
    failure="Information asset placement refers to no deployed resource",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a") + iso("5.9") + mcsb("AM-1"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Set the resource to a name that `bluelamp check` prints, or remove the placement from the contract.",
    example=_STORE,
)
def placement_is_deployed(placement: Value, estate: Estate) -> Outcome:
    """A register that lists missing resources cannot be relied on, and the asset may have moved to a place that is not
    listed.
    """
    if placement["resource"].missing:
        return _ELSEWHERE
    if targets(placement, estate):
        return None
    others = root(placement.resource)["placements"].each()
    if is_pattern(placement) and some(others, lambda each: bool(targets(each, estate))):
        return NotApplicable("its pattern matches no resource yet, and other placements are deployed")
    return Fail(placement["resource"], "the name of a deployed resource that can hold data")


@rule(
    "BL-AST-004",
    "Data is stored in the location that its contract states",
    failure="Data is stored in a location other than its contract states",
    severity=Severity.HIGH,
    controls=ncsc("2.1") + caf("B3.a") + dpa("73") + iso("5.9", "5.23") + mcsb("AM-2") + policing("cloud-security"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Set the placement's location to that of the resource, or deploy the resource in the contract's location.",
    example=_STORE,
)
def location_matches_contract(placement: Value, estate: Estate) -> Outcome:
    """Transfer risk, resilience and answers to requests for information depend on where data is. A wrong location in
    the contract makes all three wrong.
    """
    stores = targets(placement, estate)
    if not stores:
        return _NOT_THERE
    location = placement["location"]
    other = some(stores, lambda store: _flows.where(store) != location.text())
    return Fail(location, _flows.where(other), f"{other.resource.name} is there") if other else None


@rule(
    "BL-AST-005",
    "Data stores are tagged with the classification of their data",
    failure="Data store has a classification tag other than that of its data",
    severity=Severity.HIGH,
    controls=ncsc("2.1", "4") + caf("B3.a") + iso("5.12", "5.13") + policing("information-management"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Set the store's tag to the highest classification of its assets, or correct the contract.",
    example=_STORE,
)
def store_is_classified(placement: Value, estate: Estate) -> Outcome:
    """The tag determines who may access a store and where it may be. Too low a tag under-protects the data; too high a
    tag indicates data without a contract.
    """
    stores = [store for store in targets(placement, estate) if not store["tags"].missing]
    if not stores:
        return NotApplicable("no resource that it names has a classification tag")
    other = some(stores, lambda store: _differs(store, highest(store, estate)))
    if other is None:
        return None
    asset = highest(other, estate)
    why = f"{other.resource.name} is tagged {other['tags']['classification'].get('with nothing')}"
    return Fail(placement["resource"], f"a store tagged {marking(asset['classification'])}", why)


@rule(
    "BL-AST-006",
    "Data stores apply the retention period that the contract states",
    failure="Data store applies a retention period other than its contract states",
    severity=Severity.HIGH,
    controls=ncsc("2.3") + caf("B3.c") + dpa("39") + iso("5.33", "8.10") + policing("information-management"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Set the store's retention to the `retention` of the contract's service levels, or correct the contract.",
    example="""
operationalinsights.Workspace("logs", ..., retention_in_days=730)
pulumi.ComponentResource(
    "bluelamp:data:InformationAsset",
    "asset-logs",
    {"id": "logs", "retentionYears": 2, "placements": [{"location": "uksouth", "resource": "logs"}]},
)
""",
)
def retention_matches_contract(placement: Value, estate: Estate, *, grace_days: AtMost[int] = 31) -> Outcome:
    """Early deletion loses data that an inquiry needs. Longer storage breaks the fifth data protection principle.
    Disposal may take up to `grace_days` after the end of the period.
    """
    if root(placement.resource)["retentionYears"].missing:
        return NotApplicable("its contract states no retention period")
    found = _retention.differs(placement, estate, grace_days)
    return NotApplicable("no resource that it names has a retention setting") if isinstance(found, bool) else found


@rule(
    "BL-AST-007",
    "Data flows to a lower classification are covered by an agreement",
    failure="Data flows to a lower classification without an agreement",
    severity=Severity.HIGH,
    controls=ncsc("4") + caf("B3.a", "B3.b") + dpa("36") + iso("5.12", "5.14") + policing("information-management"),
    at=ASSET,
    estate=True,
    fix="Agree the release and set lowerClassification in sharingAgreements, or raise the classification.",
    example=_STORE,
)
def lower_classification_flow_has_agreement(asset: Value, estate: Estate) -> Outcome:
    """A report or extract has the classification of its sources unless the information asset owner has decided
    otherwise. Without a decision, a copy bypasses every control of the source.
    """
    return _flows.lowered(asset, estate)


@rule(
    "BL-AST-008",
    "Data flows to a public copy are covered by an agreement",
    failure="Data flows to a public copy without an agreement",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "4") + caf("B2.a", "B3.b") + dpa("36", "40") + iso("5.14") + policing("information-management"),
    at=ASSET,
    estate=True,
    fix="Agree the publication and set public in sharingAgreements, or make the copy private.",
    example=_STORE,
)
def public_flow_has_agreement(asset: Value, estate: Estate) -> Outcome:
    """Publication cannot be reversed. It requires a decision for this data, not only for the store that
    holds the copy.
    """
    return _flows.published(asset, estate)


@rule(
    "BL-AST-009",
    "Data flows out of the United Kingdom are covered by an agreement",
    failure="Data flows out of the United Kingdom without an agreement",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1") + caf("B3.a", "B3.b") + dpa("73") + iso("5.14", "5.23") + policing("cloud-security"),
    at=ASSET,
    estate=True,
    fix="Agree the transfer and set outsideUk in sharingAgreements, or keep the copy in the United Kingdom.",
    example=_STORE,
)
def flow_out_of_uk_has_agreement(asset: Value, estate: Estate) -> Outcome:
    """Part 3 of the Data Protection Act 2018 sets conditions for transfers of law enforcement data abroad. A copy in
    another country is a transfer.
    """
    return _flows.exported(asset, estate)


@rule(
    "BL-AST-010",
    "Data under legal hold is protected from deletion",
    failure="Data under legal hold can be deleted",
    severity=Severity.CRITICAL,
    controls=ncsc("2.3") + caf("B3.c") + dpa("39") + iso("5.28", "5.33") + policing("information-management"),
    at={ASSET: "legalHolds[*]"},
    estate=True,
    fix="Add a BlobContainerLegalHold to each container, or a retention policy that lasts until the hold ends.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords")
storage.BlobContainer("evidence", ..., account_name="strecords", container_name="evidence")
storage.BlobContainerLegalHold(
    "inquiry", ..., account_name="strecords", container_name="evidence", tags=["inquiry2026"]
)
pulumi.ComponentResource(
    "bluelamp:data:InformationAsset",
    "asset-records",
    {
        "id": "records",
        "placements": [{"location": "uksouth", "resource": "records"}],
        "legalHolds": [{"reference": "Inquiry 2026", "since": "2026-04-01"}],
    },
)
""",
)
def legal_hold_protected(hold: Value, estate: Estate) -> Outcome:
    """Lifecycle rules do not take inquiries into account. Deleting data that an inquiry has requested is an offence
    under the Inquiries Act 2005, and is noticed only when the data is needed.
    """
    if _retention.is_over(hold):
        return NotApplicable("the hold has ended")
    found = _retention.weaker(hold, estate)
    return NotApplicable("no store of the asset is deployed here") if isinstance(found, bool) else found


def _has_come(day: Value) -> bool:
    try:
        return date.fromisoformat(day.text()) <= today()
    except ValueError:
        return False


def _differs(store: Value, asset: Value) -> bool:
    tag = store["tags"]["classification"]
    return tag.missing or level(tag) != level(asset["classification"])
