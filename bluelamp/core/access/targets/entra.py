"""Entra ID: a group and an access package for each staff rule, and conditional access for the group.

Membership is granted only through the package, which requires a purpose and ends with the rule. Conditional access
blocks the group's members on networks and devices that the rule does not name. It applies to every member, even one who
no longer has the persona.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from bluelamp.core.access import DEVICES, INTERNET, Rule
from bluelamp.core.access.targets.wanted import Compiling, Wanted

STORAGE: Final = "e406a681-f3d4-42a8-90b6-c2b029497af1"
"""The application id of Azure Storage, by which conditional access knows the lake."""
DEFAULT_ROLE: Final = "00000000-0000-0000-0000-000000000000"
"""The role of an application that has none of its own."""
COMPLIANT: Final = "device.isCompliant -eq True"
_LONGEST: Final = 180
"""The maximum duration of a membership in days, before it must be requested again."""


def entra(compiling: Compiling) -> Iterator[Wanted]:
    """The resources of every staff rule, and those that they share."""
    rules = compiling.open("staff")
    if not rules:
        return
    locations = {name: _location(compiling, name) for name in compiling.policy.networks}
    yield from locations.values()
    catalog = Wanted(
        "azuread:index/accessPackageCatalog:AccessPackageCatalog",
        "catalog",
        {
            "displayName": f"{compiling.owner} - access to data",
            "description": "What the force's policy of access lets people ask for.",
            "externallyVisible": False,
            "published": True,
        },
    )
    yield catalog
    for rule, personas, assets in rules:
        group = _group(compiling, rule)
        yield group
        yield from _package(compiling, rule, personas, catalog, group)
        yield from _conditions(compiling, rule, assets, group, locations)
        for asset in assets:
            application = compiling.policy.assets[asset].application
            if application is not None:
                yield Wanted(
                    "azuread:index/appRoleAssignment:AppRoleAssignment",
                    f"{rule.id}-{asset}-assignment",
                    {
                        "appRoleId": DEFAULT_ROLE,
                        "principalObjectId": group.ref("objectId"),
                        "resourceObjectId": application.service_principal,
                    },
                )


def group_of(rule: Rule) -> str:
    """The logical name of the group of a rule."""
    return f"{rule.id}-group"


def _location(compiling: Compiling, name: str) -> Wanted:
    ranges = [str(each) for each in compiling.policy.networks[name]]
    return Wanted(
        "azuread:index/namedLocation:NamedLocation",
        f"network-{name}",
        {"displayName": f"{compiling.owner} - data access - {name}", "ip": {"ipRanges": ranges, "trusted": False}},
    )


def _group(compiling: Compiling, rule: Rule) -> Wanted:
    return Wanted(
        "azuread:index/group:Group",
        group_of(rule),
        {
            "displayName": f"sg-data-{rule.id}-{compiling.code}-{compiling.environment}",
            "description": rule.because or "Members come through its access package only.",
            "securityEnabled": True,
            # Only a group created this way is closed to group administrators: members come through the package.
            "assignableToRole": True,
            "preventDuplicateNames": True,
        },
    )


def _package(compiling: Compiling, rule: Rule, personas: list[str], catalog: Wanted, group: Wanted) -> Iterator[Wanted]:
    offered = Wanted(
        "azuread:index/accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation",
        f"{rule.id}-offered",
        {
            "catalogId": catalog.ref("id"),
            "resourceOriginId": group.ref("objectId"),
            "resourceOriginSystem": "AadGroup",
        },
    )
    package = Wanted(
        "azuread:index/accessPackage:AccessPackage",
        f"{rule.id}-package",
        {
            "catalogId": catalog.ref("id"),
            "displayName": f"{compiling.owner} - {rule.id}",
            "description": rule.because or f"Access to data by the rule {rule.id}.",
            "hidden": False,
        },
    )
    yield offered
    yield package
    yield Wanted(
        "azuread:index/accessPackageResourcePackageAssociation:AccessPackageResourcePackageAssociation",
        f"{rule.id}-membership",
        {
            "accessPackageId": package.ref("id"),
            "catalogResourceAssociationId": offered.ref("id"),
            "accessType": "Member",
        },
    )
    yield Wanted(
        "azuread:index/accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy",
        f"{rule.id}-requests",
        {
            "accessPackageId": package.ref("id"),
            "displayName": "Who may ask",
            "description": f"By the rule {rule.id} of the force's policy of access.",
            **_period(compiling, rule),
            "extensionEnabled": False,
            "questions": [_question(compiling, rule)],
            "requestorSettings": {
                "scopeType": "SpecificDirectorySubjects",
                "requestsAccepted": True,
                "requestors": [
                    {"subjectType": "groupMembers", "objectId": str(compiling.policy.personas[each].group)}
                    for each in personas
                ],
            },
            "approvalSettings": {
                "approvalRequired": True,
                "requestorJustificationRequired": True,
                "approvalStages": [
                    {"approvalTimeoutInDays": 14, "primaryApprovers": [{"subjectType": "requestorManager"}]}
                ],
            },
        },
    )


def _period(compiling: Compiling, rule: Rule) -> dict[str, Any]:
    """The duration of a membership: until the end of the rule's last day, at most 180 days."""
    ends: date | None = compiling.policy.ends(rule)
    if ends is None or (ends - compiling.day).days > _LONGEST:
        return {"durationInDays": _LONGEST}
    return {"expirationDate": f"{ends.isoformat()}T23:59:59Z"}


def _question(compiling: Compiling, rule: Rule) -> dict[str, Any]:
    """The purposes of the rule, of which one must be chosen; the answer is stored with the request."""
    purposes = compiling.policy.purposes

    def text(content: str) -> dict[str, Any]:
        return {"defaultText": content}

    return {
        "required": True,
        "sequence": 1,
        "text": text("For which purpose?"),
        "choices": [
            {"actualValue": each, "displayValue": text(purposes[each])}
            for each in sorted(compiling.policy.covers(rule)[2])
        ],
    }


def _conditions(
    compiling: Compiling, rule: Rule, assets: list[str], group: Wanted, locations: dict[str, Wanted]
) -> Iterator[Wanted]:
    """The policies that block what the rule does not allow: other networks, and other devices."""
    *_, networks, devices = compiling.policy.covers(rule)
    places = [compiling.policy.assets[each] for each in assets]
    applications = sorted(
        {each.application.client for each in places if each.application}
        | ({STORAGE} if any(each.lake for each in places) else set())
    )
    blocked = set(compiling.policy.axes[3]) - networks
    if INTERNET in blocked:
        named = [locations[each].ref("objectId") for each in sorted(networks)]
        yield _block(
            compiling,
            rule,
            group,
            applications,
            "networks",
            {"locations": {"includedLocations": ["All"], "excludedLocations": named}},
        )
    elif blocked:
        named = [locations[each].ref("objectId") for each in sorted(blocked)]
        yield _block(compiling, rule, group, applications, "networks", {"locations": {"includedLocations": named}})
    if devices != set(DEVICES):
        # A device unknown to Entra ID matches no including filter; an excluding filter catches it.
        mode = "exclude" if "managed" in devices else "include"
        yield _block(
            compiling, rule, group, applications, "devices", {"devices": {"filter": {"mode": mode, "rule": COMPLIANT}}}
        )


def _block(
    compiling: Compiling, rule: Rule, group: Wanted, applications: list[str], what: str, condition: dict[str, Any]
) -> Wanted:
    return Wanted(
        "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
        f"{rule.id}-{what}",
        {
            "displayName": f"{compiling.owner} - data - {rule.id} - {what}",
            # Report-only mode would allow access from everywhere, so the policy is always enforced.
            "state": "enabled",
            "conditions": {
                "users": {
                    "includedGroups": [group.ref("objectId")],
                    **({"excludedGroups": list(compiling.excluded)} if compiling.excluded else {}),
                },
                "applications": {"includedApplications": applications},
                "clientAppTypes": ["all"],
                **condition,
            },
            "grantControls": {"operator": "OR", "builtInControls": ["block"]},
        },
    )
