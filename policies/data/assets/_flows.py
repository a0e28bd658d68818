"""Data flows along lineage: flows into an asset that cross a boundary, and their agreements.

Only the step that crosses a boundary counts, so that each crossing is found once, at the asset that it leads to. The
reported path begins at the data's origin.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Final, TypeAlias

from bluelamp.core.dates import today
from bluelamp.policies.data.assets._assets import ids, is_on_premises, level, marking, parents, targets
from bluelamp.policies.estate import Estate
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.value import UnknownValue, Value, all_of, some

UK: Final = ("uksouth", "ukwest")
ON_PREMISES: Final = "onpremises"

Inside: TypeAlias = Callable[[Value], bool]
"""Whether an asset is on the inner side of the boundary."""


def lowered(asset: Value, estate: Estate) -> Outcome:
    """The first data flow into an asset of a lower classification without an agreement; None if there is none."""
    own = level(asset["classification"])
    classification = marking(asset["classification"])
    return _crossing(
        asset,
        estate,
        lambda source: level(source["classification"]) > own,
        "lowerClassification",
        f"{classification}, which is lower",
    )


def published(asset: Value, estate: Estate) -> Outcome:
    """The first data flow to a public copy without an agreement, or such a copy of the asset's own data."""
    if not is_public(asset, estate):
        return None
    return _crossing(asset, estate, lambda source: not is_public(source, estate), "public", "a public copy", own=True)


def exported(asset: Value, estate: Estate) -> Outcome:
    """The first data flow out of the United Kingdom without an agreement, or such a copy of the asset's own data."""
    place = _abroad(asset, estate)
    if place is None:
        return None
    description = f"a copy in {place}, outside the United Kingdom"
    return _crossing(asset, estate, lambda source: _abroad(source, estate) is None, "outsideUk", description, own=True)


def is_public(asset: Value, estate: Estate) -> bool:
    """Whether a copy of the asset is readable from the Internet, by its contract or by the deployed resources."""
    return some(asset["placements"].each(), lambda placement: _is_public(placement, estate)) is not None


def where(store: Value) -> str:
    """The location of a resource's data, normalised: without spaces, in lower case."""
    if is_on_premises(store):
        return ON_PREMISES
    location = store["location"]
    if location.missing:
        raise UnknownValue(location, "it has no location of its own")
    return location.text().replace(" ", "")


def holds_agreement(asset: Value, permits: str, day: date) -> bool:
    """Whether an agreement of the asset in force on `day` permits the flow `permits`."""
    return some(asset["agreements"].each(), lambda each: _permits(each, permits, day)) is not None


def _crossing(asset: Value, estate: Estate, inside: Inside, permits: str, to: str, *, own: bool = False) -> Outcome:
    """The first step into `asset` from the inner side without an agreement at either end."""
    day = today()
    found: list[tuple[Value, str]] = []
    sources = list(parents(asset, estate))
    for item, source in sources:
        crossing = all_of(
            partial(_true, inside, source),
            partial(_lacks_agreement, source, permits, day),
            partial(_lacks_agreement, asset, permits, day),
        )
        if crossing:
            found.append((item, ids((*_path_to(source, estate, inside), asset))))
    if found:
        paths = "; ".join(path for _, path in found)
        return Fail(found[0][0], f"an agreement in force with {permits}", f"{paths} leads to {to}")
    if own and not sources and not holds_agreement(asset, permits, day):
        return Fail(asset["agreements"], f"an agreement in force with {permits}", f"{ids((asset,))} has {to}")
    return None


def _true(holds: Inside, asset: Value) -> bool | None:
    return holds(asset) or None


def _lacks_agreement(asset: Value, permits: str, day: date) -> bool | None:
    return not holds_agreement(asset, permits, day) or None


def _path_to(source: Value, estate: Estate, inside: Inside) -> tuple[Value, ...]:
    """The path of the data to `source`, from the farthest asset on the inner side."""
    path = [source]
    seen = {source.resource.urn}
    while origin := next(_sources(path[0], estate, inside, seen), None):
        path.insert(0, origin)
        seen.add(origin.resource.urn)
    return tuple(path)


def _sources(asset: Value, estate: Estate, inside: Inside, seen: set[str]) -> Iterator[Value]:
    try:
        yield from (each for _, each in parents(asset, estate) if each.resource.urn not in seen and inside(each))
    except UnknownValue:
        return


def _permits(agreement: Value, what: str, day: date) -> bool:
    if agreement[what].get(False) is not True:
        return False
    try:
        return date.fromisoformat(str(agreement["expires"].get(""))) >= day
    except ValueError:
        return False


def _is_public(placement: Value, estate: Estate) -> bool:
    if placement["public"].get(False) is True:
        return True
    return some(targets(placement, estate), _lets_anybody_read) is not None


def _lets_anybody_read(store: Value) -> bool:
    if store["allowBlobPublicAccess"].get(False) is True:
        return True
    return store["publicAccess"].text("none") in ("blob", "container")


def _abroad(asset: Value, estate: Estate) -> str | None:
    """The first location outside the United Kingdom with a copy of the asset; None if there is none."""
    found: list[str] = []

    def leaves(placement: Value) -> bool:
        places = [placement["location"].text(), *(where(store) for store in targets(placement, estate))]
        found.extend(each for each in places if each not in (*UK, ON_PREMISES, "global"))
        return bool(found)

    return found[0] if some(asset["placements"].each(), leaves) is not None else None
