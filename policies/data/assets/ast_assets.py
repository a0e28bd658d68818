"""The register of information assets against what is deployed: what is where, whose it is, how long, and where it goes.

A program registers a component for each contract in `stacks/<force>/assets/`; these rules judge it together with the
resources.
"""

from datetime import date
from typing import Final

from bluelamp.core.asset_type import ASSET
from bluelamp.core.dates import today
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.data.assets import _flows, _keeping
from bluelamp.policies.data.assets._assets import STORES, highest, is_pattern, level, marking, register_of, targets
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import AtMost
from bluelamp.policies.value import UnknownValue, Value, root, some

_ELSEWHERE: Final = NotApplicable("it names no resource: the system is not deployed here")
_NOT_THERE: Final = NotApplicable("nothing of the name is deployed, which is judged itself")

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
    "Every data store belongs to an information asset",
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
    fix="Name the resource in a placement of its asset's contract in stacks/FORCE/assets; `bluelamp assets FORCE "
    "--propose` writes contracts for what has none.",
    example=_STORE,
)
def store_is_catalogued(store: Value, estate: Estate) -> Outcome:
    """Data that no register lists has no owner, no retention and no lawful basis, and it is missed by every search for
    what the force holds about somebody.
    """
    register = register_of(estate)
    if register.holds(store):
        return None
    if register.assets:
        return lacks(store, "an information asset with a placement that names it")
    raise UnknownValue(Value(store.resource, None), "no register of information assets is judged with it")


@rule(
    "BL-AST-002",
    "Every information asset has an owner who has agreed",
    failure="Information asset has no agreed owner",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("4") + caf("A1.b", "A3.a") + dpa("61") + iso("5.9") + policing("information-management"),
    at={ASSET: "owner"},
    fix="Have the owner accept the asset, and write the day as `agreed` in informationAssetOwner of its contract.",
    example=_STORE,
)
def owner_has_agreed(owner: Value) -> Outcome:
    """An owner who was never asked decides nothing. Until the role has accepted the asset, it is only proposed."""
    if not owner["role"].text():
        return Fail(owner["role"], "a role")
    agreed = owner["agreed"]
    return None if _has_come(agreed) else Fail(agreed, "the day on which the owner agreed", "the owner is proposed")


@rule(
    "BL-AST-003",
    "Every information asset is deployed where its contract says",
    failure="Information asset names a resource that is not deployed",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a") + iso("5.9") + mcsb("AM-1"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Name the resource as `bluelamp check` prints it, or remove the placement from the contract.",
    example=_STORE,
)
def placement_is_deployed(placement: Value, estate: Estate) -> Outcome:
    """A register that lists what is not there is believed once and then no more; and what the asset was moved to is
    perhaps not listed at all.
    """
    if placement["resource"].missing:
        return _ELSEWHERE
    if targets(placement, estate):
        return None
    others = root(placement.resource)["placements"].each()
    if is_pattern(placement) and some(others, lambda each: bool(targets(each, estate))):
        return NotApplicable("it is a pattern that means no resource yet, and other placements are deployed")
    return Fail(placement["resource"], "the name of a deployed resource that can hold data")


@rule(
    "BL-AST-004",
    "Data resides where its contract says",
    failure="Data resides in another place than its contract says",
    severity=Severity.HIGH,
    controls=ncsc("2.1") + caf("B3.a") + dpa("73") + iso("5.9", "5.23") + mcsb("AM-2") + policing("cloud-security"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Set the placement's location to that of the resource, or deploy the resource where the contract says.",
    example=_STORE,
)
def placement_is_located(placement: Value, estate: Estate) -> Outcome:
    """Transfer risk, resilience and the answer to a request for information all follow from where data is. A contract
    that names another place answers all three wrongly.
    """
    stores = targets(placement, estate)
    if not stores:
        return _NOT_THERE
    location = placement["location"]
    other = some(stores, lambda store: _flows.where(store) != location.text())
    return Fail(location, _flows.where(other), f"{other.resource.name} is there") if other else None


@rule(
    "BL-AST-005",
    "A store has the classification of the data it holds",
    failure="Store has another classification than the data it holds",
    severity=Severity.HIGH,
    controls=ncsc("2.1", "4") + caf("B3.a") + iso("5.12", "5.13") + policing("information-management"),
    at={ASSET: "placements[*]"},
    estate=True,
    fix="Tag the store with the highest classification of the assets in it, or correct the contract.",
    example=_STORE,
)
def store_is_classified(placement: Value, estate: Estate) -> Outcome:
    """The tag decides who may reach a store and where it may be. A lower one than that of the data inside protects the
    data too little, and a higher one says that something is there which no contract knows of.
    """
    stores = [store for store in targets(placement, estate) if not store["tags"].missing]
    if not stores:
        return NotApplicable("nothing that it names carries a classification")
    other = some(stores, lambda store: _differs(store, highest(store, estate)))
    if other is None:
        return None
    asset = highest(other, estate)
    why = f"{other.resource.name} is tagged {other['tags']['classification'].get('with nothing')}"
    return Fail(placement["resource"], f"a store tagged {marking(asset['classification'])}", why)


@rule(
    "BL-AST-006",
    "A store keeps data for as long as its contract says",
    failure="Store keeps data for another time than its contract says",
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
def store_keeps_as_agreed(placement: Value, estate: Estate, *, grace_days: AtMost[int] = 31) -> Outcome:
    """Deleting early loses what an inquiry will ask for; keeping longer than agreed breaks the fifth principle.
    Disposal may take up to `grace_days` after the end of the period.
    """
    if root(placement.resource)["retentionYears"].missing:
        return NotApplicable("its contract states no period")
    found = _keeping.differs(placement, estate, grace_days)
    return NotApplicable("no setting of what it names deletes or keeps data") if isinstance(found, bool) else found


@rule(
    "BL-AST-007",
    "Data flows to a lower classification only by agreement",
    failure="Data flows to a lower classification without an agreement",
    severity=Severity.HIGH,
    controls=ncsc("4") + caf("B3.a", "B3.b") + dpa("36") + iso("5.12", "5.14") + policing("information-management"),
    at=ASSET,
    estate=True,
    fix="Agree the release and write it in sharingAgreements with lowerClassification, or raise the classification.",
    example=_STORE,
)
def flow_keeps_classification(asset: Value, estate: Estate) -> Outcome:
    """A report or an extract has the classification of what went into it, unless somebody decided otherwise. Without
    that decision, the way around every control of the source is a copy.
    """
    return _flows.lowered(asset, estate)


@rule(
    "BL-AST-008",
    "Data is published only by agreement",
    failure="Data flows to a public copy without an agreement",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "4") + caf("B2.a", "B3.b") + dpa("36", "40") + iso("5.14") + policing("information-management"),
    at=ASSET,
    estate=True,
    fix="Agree the publication and write it in sharingAgreements with public, or make the copy private.",
    example=_STORE,
)
def flow_stays_private(asset: Value, estate: Estate) -> Outcome:
    """What is published cannot be taken back. Somebody has to have decided it for this data, and not merely for the
    store that it happens to be copied to.
    """
    return _flows.published(asset, estate)


@rule(
    "BL-AST-009",
    "Data leaves the United Kingdom only by agreement",
    failure="Data flows out of the United Kingdom without an agreement",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1") + caf("B3.a", "B3.b") + dpa("73") + iso("5.14", "5.23") + policing("cloud-security"),
    at=ASSET,
    estate=True,
    fix="Agree the transfer and write it in sharingAgreements with outsideUk, or keep the copy in the United Kingdom.",
    example=_STORE,
)
def flow_stays_in_the_uk(asset: Value, estate: Estate) -> Outcome:
    """A transfer of law enforcement data abroad has conditions of its own in Part 3 of the Data Protection Act 2018. A
    copy in another country is a transfer, whichever team made it.
    """
    return _flows.exported(asset, estate)


@rule(
    "BL-AST-010",
    "A store keeps what is under legal hold",
    failure="Store may delete what is under legal hold",
    severity=Severity.CRITICAL,
    controls=ncsc("2.3") + caf("B3.c") + dpa("39") + iso("5.28", "5.33") + policing("information-management"),
    at={ASSET: "legalHolds[*]"},
    estate=True,
    fix="Put a BlobContainerLegalHold on each container, or a retention that lasts until the hold ends.",
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
def hold_is_kept(hold: Value, estate: Estate) -> Outcome:
    """A lifecycle rule knows no inquiry. Deleting what one has asked for is an offence under the Inquiries Act 2005,
    and nobody notices until it is asked for.
    """
    if _keeping.is_over(hold):
        return NotApplicable("the hold has ended")
    found = _keeping.weaker(hold, estate)
    return NotApplicable("no store of the asset is deployed here") if isinstance(found, bool) else found


def _has_come(day: Value) -> bool:
    try:
        return date.fromisoformat(day.text()) <= today()
    except ValueError:
        return False


def _differs(store: Value, asset: Value) -> bool:
    tag = store["tags"]["classification"]
    return tag.missing or level(tag) != level(asset["classification"])
