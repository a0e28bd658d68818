"""Checks the arguments of the baseline and reports every mistake with a suggestion."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from bluelamp.core.identity import are_apart
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.modules import naming
from bluelamp.modules.azure.management_groups import ancestry, hierarchy
from bluelamp.modules.azure.policy.arguments import Exemption, PolicyBaselineArgs
from bluelamp.modules.azure.policy.catalogue import assignments, dns_zones

MODES: Final = ("Default", "DoNotEnforce")
CHANGED_MODES: Final = (*MODES, "Off")
CATEGORIES: Final = ("Waiver", "Mitigated")


def check(owner: str, args: PolicyBaselineArgs) -> None:
    """Raises `ValueError` listing every mistake in `args`. `owner` is the component named in the error."""
    wrong = [*_groups(args), *_locations(args), *_names(args), *_changes(args)]
    seen: set[str] = set()
    for index, exemption in enumerate(args.get("exemptions", [])):
        wrong += [f"exemptions[{index}] ({exemption['id']}): {each}" for each in _exemption(exemption, args, seen)]
        seen.add(exemption["id"])
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))


def assigned_at(exemption: Mapping[str, Any], groups: Iterable[str]) -> str:
    """The group of the exempted assignment: the one named, the nearest at or above the scope, or the only one.

    Raises `ValueError` if there is none, or if it is ambiguous.
    """
    scopes = [scope for scope in assignments()[exemption["assignment"]].scopes if scope in groups]
    named = exemption.get("assigned_at")
    if named:
        if named not in scopes:
            raise ValueError(f"assigned_at: {_wrong_word(named, scopes)}")
        return str(named)
    if exemption["scope"] in hierarchy():
        above = [key for key in ancestry(exemption["scope"]) if key in scopes]
        if not above:
            where = ", ".join(scopes) or "none of the groups"
            raise ValueError(
                f"{exemption['assignment']} is not in force at {exemption['scope']}: it is assigned at {where}"
            )
        return above[-1]
    if len(scopes) != 1:
        raise ValueError(
            f"{exemption['assignment']} is assigned at {', '.join(scopes) or 'none of the groups'}; "
            "set assigned_at to one of them"
        )
    return scopes[0]


def _groups(args: PolicyBaselineArgs) -> Iterator[str]:
    for key in args["groups"]:
        if key not in hierarchy():
            yield f"groups: {_wrong_word(key, hierarchy())}"
    if "root" not in args["groups"]:
        yield "groups: root is required, the definitions are kept there"


def _locations(args: PolicyBaselineArgs) -> Iterator[str]:
    locations = args.get("locations", ["uksouth"])
    if not locations:
        yield "locations: the list is empty, so no resource could be made anywhere; leave it out for the United Kingdom"
    for each in [args["location"], *locations]:
        if each not in naming.regions():
            yield f"locations: {each!r} is not a region of the United Kingdom; use {' or '.join(naming.regions())}"


def _names(args: PolicyBaselineArgs) -> Iterator[str]:
    for argument, given in (("parameters", args.get("parameters", {})), ("enforcement", args.get("enforcement", {}))):
        for key in given:
            if key not in assignments():
                yield f"{argument}: {_wrong_word(key, assignments())}"
    for key, mode in args.get("enforcement", {}).items():
        if mode not in MODES:
            yield f"enforcement.{key}: {_wrong_word(mode, MODES)}"
    for zone in args.get("private_dns_zone_ids", {}):
        if not zone.startswith("privatelink.") and ".privatelink." not in zone:
            yield f"private_dns_zone_ids: {_wrong_word(zone, dns_zones())}"


def _changes(args: PolicyBaselineArgs) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for index, change in enumerate(args.get("changes", [])):
        where, name = f"changes[{index}]", change["assignment"]
        if name not in assignments():
            yield f"{where}.assignment: {_wrong_word(name, assignments())}"
            continue
        scopes = assignments()[name].scopes
        for group in change.get("at", []):
            if group not in scopes:
                yield f"{where}.at: {_wrong_word(group, scopes)}"
        mode = change.get("enforcement", "Default")
        if mode not in CHANGED_MODES:
            yield f"{where}.enforcement: {_wrong_word(mode, CHANGED_MODES)}"
        for scope in change.get("not_scopes", []):
            if scope not in args["groups"] and not scope.startswith("/subscriptions/"):
                yield f"{where}.not_scopes: {_wrong_word(scope, args['groups'])}"
        for selector in change.get("resource_selectors", []):
            for one in selector["selectors"]:
                if ("include" in one) == ("exclude" in one):
                    yield f"{where}.resource_selectors: {selector['name']}: give include or exclude"
        for group in change.get("at", scopes):
            if (name, group) in seen:
                yield f"{where}: {name} at {group} is changed twice"
            seen.add((name, group))


def _exemption(exemption: Exemption, args: PolicyBaselineArgs, seen: set[str]) -> Iterator[str]:
    if exemption["id"] in seen:
        yield "the id is in the register twice"
    if exemption.get("category", "Waiver") not in CATEGORIES:
        yield f"category: {_wrong_word(exemption['category'], CATEGORIES)}"
    if not are_apart(exemption["approver"], exemption["requester"]):
        yield f"{exemption['approver']!r} cannot approve its own request; name another approver"
    try:
        date.fromisoformat(exemption["expires_on"])
    except ValueError:
        yield f"expires_on: {exemption['expires_on']!r} is not a date; write it as 2027-03-31"
    scope = exemption["scope"]
    if exemption["assignment"] not in assignments():
        yield f"assignment: {_wrong_word(exemption['assignment'], assignments())}"
    elif scope not in args["groups"] and not scope.startswith("/subscriptions/"):
        yield f"scope: {_wrong_word(scope, args['groups'])}, or the id of what is in a subscription"
    else:
        try:
            assigned_at(exemption, args["groups"])
        except ValueError as error:
            yield str(error)


def _wrong_word(word: str, allowed: Iterable[str]) -> str:
    return f"{word!r} is not known; {did_you_mean_or(word, allowed)}"
