"""Entra ID: the groups that a person can join, and what conditional access blocks for them."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

from bluelamp.access.cloud_resource import NotUnderstoodError, Resources, Subject

_COMPLIANT: Final = "device.isCompliant -eq True"


def memberships(resources: Resources, subject: Subject, *, purpose: str | None) -> frozenset[str]:
    """The object ids of the groups that the subject can get through access packages, for a purpose or for any."""
    return resources.once(_memberships, subject.groups, purpose)


def _memberships(resources: Resources, groups: frozenset[str], purpose: str | None) -> frozenset[str]:
    offered = {each.outputs["id"]: each.inputs for each in resources.of("AccessPackageResourceCatalogAssociation")}
    asked = [each.inputs for each in resources.of("AccessPackageAssignmentPolicy")]
    found = set()
    for link in resources.of("AccessPackageResourcePackageAssociation"):
        if link.inputs.get("accessType", "Member") != "Member":
            raise NotUnderstoodError(f"access type {link.inputs['accessType']}")
        package = link.inputs["accessPackageId"]
        policies = [each for each in asked if each["accessPackageId"] == package]
        if any(_may_ask(each, groups) and _states(each, purpose) for each in policies):
            resource = offered[link.inputs["catalogResourceAssociationId"]]
            if resource["resourceOriginSystem"] != "AadGroup":
                raise NotUnderstoodError(f"a package of {resource['resourceOriginSystem']}")
            found.add(resource["resourceOriginId"])
    return frozenset(found)


def blocked(resources: Resources, subject: Subject, groups: frozenset[str], application: str) -> bool:
    """Whether conditional access blocks a member of `groups` from an application."""
    inside = resources.once(_locations, subject.address)
    return any(
        _blocks(each.inputs, subject, groups, application, inside)
        for each in resources.of("ConditionalAccessPolicy")
        if each.inputs["state"] == "enabled"
    )


def _may_ask(policy: Mapping[str, Any], groups: frozenset[str]) -> bool:
    settings = policy["requestorSettings"]
    if settings["scopeType"] != "SpecificDirectorySubjects":
        raise NotUnderstoodError(f"requestors of the scope {settings['scopeType']}")
    if not settings.get("requestsAccepted", True):
        return False
    for requestor in settings["requestors"]:
        if requestor["subjectType"] != "groupMembers":
            raise NotUnderstoodError(f"a requestor of the type {requestor['subjectType']}")
    return any(each["objectId"] in groups for each in settings["requestors"])


def _states(policy: Mapping[str, Any], purpose: str | None) -> bool:
    """Whether the package's mandatory question offers the purpose."""
    if purpose is None:
        return True
    required = [each for each in policy.get("questions", ()) if each.get("required") and each.get("choices")]
    return all(purpose in [choice["actualValue"] for choice in each["choices"]] for each in required)


def _blocks(
    policy: Mapping[str, Any],
    subject: Subject,
    groups: frozenset[str],
    application: str,
    inside: frozenset[str],
) -> bool:
    conditions, controls = policy["conditions"], policy["grantControls"]
    if controls["builtInControls"] != ["block"]:
        raise NotUnderstoodError(f"the controls {controls['builtInControls']}")
    users, applications = conditions["users"], conditions["applications"]["includedApplications"]
    if "All" not in users.get("includedUsers", ()) and not groups.intersection(users.get("includedGroups", ())):
        return False
    if (groups | subject.groups).intersection(users.get("excludedGroups", ())):
        return False
    if "All" not in applications and application not in applications:
        return False
    return _is_from(conditions.get("locations"), inside) and _is_on(conditions.get("devices"), subject)


def _locations(resources: Resources, address: IPv4Address) -> frozenset[str]:
    """The object ids of the named locations that an address is in."""
    return frozenset(
        each.outputs["objectId"]
        for each in resources.of("NamedLocation")
        if any(address in IPv4Network(block) for block in each.inputs["ip"]["ipRanges"])
    )


def _is_from(locations: Mapping[str, Any] | None, inside: frozenset[str]) -> bool:
    if locations is None:
        return True
    included, excluded = locations["includedLocations"], locations.get("excludedLocations", ())
    return ("All" in included or bool(inside.intersection(included))) and not inside.intersection(excluded)


def _is_on(devices: Mapping[str, Any] | None, subject: Subject) -> bool:
    if devices is None:
        return True
    if devices["filter"]["rule"] != _COMPLIANT:
        raise NotUnderstoodError(f"the filter {devices['filter']['rule']}")
    return subject.managed is (devices["filter"]["mode"] == "include")
