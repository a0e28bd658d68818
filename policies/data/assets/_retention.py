"""The retention periods of a store, and whether they satisfy a legal hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from bluelamp.core.dates import today
from bluelamp.policies.azure._kin import child_of
from bluelamp.policies.data.assets._assets import targets
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.value import UnknownValue, Value, places, root

ACCOUNT: Final = "azure-native:storage:StorageAccount"
CONTAINER: Final = "azure-native:storage:BlobContainer"
IMMUTABILITY: Final = "azure-native:storage:BlobContainerImmutabilityPolicy"
LIFECYCLE: Final = "azure-native:storage:ManagementPolicy"
HOLD: Final = "azure-native:storage:BlobContainerLegalHold"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"

YEAR: Final = 365
"""The days of a year in the settings of stores."""
_WORKSPACE_DEFAULT: Final = 30
_ACCOUNT_LEVEL: Final = "immutableStorageWithVersioning.immutabilityPolicy.immutabilityPeriodSinceCreationInDays"
_DELETIONS: Final = tuple(
    f"definition.actions.baseBlob.delete.days{since}GreaterThan" for since in ("AfterCreation", "AfterModification")
)


@dataclass(frozen=True)
class Retention:
    """The settings of retention periods, in days; empty if there are none."""

    minimums: tuple[Value, ...]
    """Immutability periods: before their end nothing can be deleted or changed."""
    deletes: tuple[Value, ...]
    """Deletion periods: after them data is deleted."""


def retention(store: Value, estate: Estate, path: str = "") -> Retention:
    """The periods in the settings of the store or its account; with `path`, for that directory of a lake only."""
    match canonical(store.resource.type):
        case "azure-native:operationalinsights:Workspace":
            return Retention((), (store["retentionInDays"],))
        case "azure-native:storage:StorageAccount" | "azure-native:storage:BlobContainer":
            return Retention(tuple(_minimums(store, estate, path)), tuple(_deletions(store, estate, path)))
    return Retention((), ())


def days(period: Value) -> int:
    """The length of a period, by default the service's default for workspaces."""
    return int(period.get(_WORKSPACE_DEFAULT))


def differs(placement: Value, estate: Estate, grace: int) -> Outcome | bool:
    """The first period of the store that differs from the contract; False if the store has none."""
    years = root(placement.resource)["retentionYears"]
    agreed = round(float(years.known) * YEAR)
    contract = f"the contract keeps it for {agreed} days"
    judged = False
    for store in targets(placement, estate):
        retained = retention(store, estate, str(placement["path"].get("")))
        for period in retained.deletes:
            judged = True
            if days(period) < agreed:
                return Fail(placement["resource"], f"no deletion before {agreed} days", _description(period, contract))
            if days(period) > agreed + grace:
                return Fail(
                    placement["resource"], f"deletion within {agreed + grace} days", _description(period, contract)
                )
        for period in retained.minimums:
            judged = True
            if days(period) > agreed + grace:
                return Fail(
                    placement["resource"],
                    f"immutable for {agreed + grace} days at most",
                    _description(period, contract),
                )
    return None if judged else False


def weaker(hold: Value, estate: Estate) -> Outcome | bool:
    """The first store that does not satisfy the legal hold; False if there is no store."""
    until = _day(hold["until"])
    since = _day(hold["since"])
    if since is None:
        raise UnknownValue(hold["since"], "it is not a date")
    asset = root(hold.resource)
    stores = [each for placement in asset["placements"].each() for each in targets(placement, estate)]
    doubt: UnknownValue | None = None
    for store in stores:
        try:
            if not _satisfies(store, estate, since, until):
                lasts = f"until {until}" if until else "without an end"
                name = store.resource.name
                return Fail(
                    hold, "a legal hold on the store", f"{name} keeps data for less than the hold requires, {lasts}"
                )
        except UnknownValue as unknown:
            doubt = doubt or unknown
    if doubt:
        raise doubt
    return None if stores else False


def is_over(hold: Value) -> bool:
    """Whether the hold has ended."""
    until = _day(hold["until"])
    return until is not None and until < today()


def _satisfies(store: Value, estate: Estate, since: date, until: date | None) -> bool:
    type_ = canonical(store.resource.type)
    if type_ not in (ACCOUNT, CONTAINER, WORKSPACE):
        raise UnknownValue(
            Value(store.resource, None), "it has no setting that shows whether data under legal hold is kept"
        )
    if type_ != WORKSPACE and _has_hold(store, estate):
        return True
    if until is None:
        return False
    retained = retention(store, estate)
    needed = (until - since).days
    periods = retained.deletes if type_ == WORKSPACE else retained.minimums
    return any(days(period) >= needed for period in periods)


def _has_hold(store: Value, estate: Estate) -> bool:
    """Whether each container of the account, or the container itself, has a legal hold."""
    held = [each for each in estate.of(HOLD) if _of(each, store, estate) and next(each["tags"].each(), None)]
    if canonical(store.resource.type) == CONTAINER:
        return bool(held)
    containers = [each for each in estate.of(CONTAINER) if _of(each, store, estate)]
    return bool(held) and all(any(_same_container(one, each) for one in held) for each in containers)


def _same_container(one: Value, other: Value) -> bool:
    for each in (one["containerName"], other["containerName"]):
        _ = each.known
    return one["containerName"].text() == other["containerName"].text()


def _of(part: Value, store: Value, estate: Estate) -> bool:
    """Whether `part`, a child of an account or of a container, belongs to `store`."""
    if canonical(store.resource.type) == ACCOUNT:
        return child_of(part["accountName"], store, "accountName")
    if canonical(part.resource.type) in (HOLD, IMMUTABILITY) and not _same_container(part, store):
        return False
    accounts = [each for each in estate.of(ACCOUNT) if child_of(store["accountName"], each, "accountName")]
    return any(child_of(part["accountName"], each, "accountName") for each in accounts)


def _minimums(store: Value, estate: Estate, path: str) -> Iterator[Value]:
    if canonical(store.resource.type) == ACCOUNT and not (own := store.at(_ACCOUNT_LEVEL)).missing:
        yield own
    container = path.partition("/")[0].lower()
    for policy in estate.of(IMMUTABILITY):
        if _of(policy, store, estate) and (not path or policy["containerName"].text() == container):
            yield policy["immutabilityPeriodSinceCreationInDays"]


def _deletions(store: Value, estate: Estate, path: str) -> Iterator[Value]:
    for policy in estate.of(LIFECYCLE):
        if not _of(policy, store, estate):
            continue
        for rule in places(policy, "policy.rules[*]"):
            if rule["enabled"].get(True) is not False and _covers(rule, store, path):
                yield from (period for period in map(rule.at, _DELETIONS) if not period.missing)


def _covers(rule: Value, store: Value, path: str) -> bool:
    """Whether a lifecycle rule deletes data at the path, or in the container; prefixes are case-sensitive."""
    prefixes = [str(each.known) for each in rule.at("definition.filters.prefixMatch").each()]
    if not path and canonical(store.resource.type) == CONTAINER:
        path = str(store["containerName"].known)
    if not path or not prefixes:
        return True
    directory = f"{path}/"
    return any(directory.startswith(prefix) or prefix.startswith(directory) for prefix in prefixes)


def _description(period: Value, contract: str) -> str:
    return f"{period.path} of {period.resource.name} is {days(period)} days; {contract}"


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(str(value.get("")))
    except ValueError:
        return None
