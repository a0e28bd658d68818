"""API Management: what a partner can read under a product's policy, and what is public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address
from typing import Any, Final
from xml.etree import ElementTree

from bluelamp.access.cloud_resource import NotUnderstoodError, Resources, Subject
from bluelamp.access.lake import reads

_PASSING: Final = frozenset({"base", "set-header", "rate-limit-by-key", "authentication-managed-identity"})
"""Policy elements that do not restrict callers."""
_HOST: Final = ".blob.core.windows.net/"


@dataclass(frozen=True)
class Answer:
    """A policy's decision on a call: whether it passes, and the file system and folder of the backend."""

    passes: bool
    file_system: str = ""
    folder: str = ""


def partner_interface(resources: Resources, subject: Subject, path: str, identity: str) -> frozenset[str]:
    """The folders of the lake that a partner can read through an interface, with its subscriptions and `identity`."""
    found = set()
    for product, api in resources.once(_links):
        if not product["subscriptionRequired"] or api["path"] != path:
            continue
        if not _has_subscription(resources, product) or not _is_read(resources, api):
            continue
        answer = _asked(_policies(resources, product, api), subject, product=True)
        if answer.passes and _is_readable(resources, identity, answer):
            found.add(f"{answer.file_system}/{answer.folder}")
    return frozenset(found)


def open_data(resources: Resources, subject: Subject, path: str, identity: str) -> frozenset[str]:
    """The folders of the lake that anyone can read through an interface without a subscription."""
    found = set()
    for product, api in resources.once(_links):
        if product["subscriptionRequired"] or api["subscriptionRequired"] or api["path"] != path:
            continue
        answer = _asked(_policies(resources, product, api), subject, product=True)
        if _is_read(resources, api) and answer.passes and _is_readable(resources, identity, answer):
            found.add(f"{answer.file_system}/{answer.folder}")
    return frozenset(found)


def _links(resources: Resources) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The published products, each with an interface that it offers over HTTPS."""
    products = {each.inputs["productId"]: each.inputs for each in resources.of("Product")}
    apis = {each.inputs["apiId"]: each.inputs for each in resources.of("Api")}
    linked = [(products[each.inputs["productId"]], apis[each.inputs["apiId"]]) for each in resources.of("ProductApi")]
    return [each for each in linked if each[0]["state"] == "published" and each[1]["protocols"] == ["https"]]


def _has_subscription(resources: Resources, product: Mapping[str, Any]) -> bool:
    """Whether the product has a subscription; it belongs to the partner in the product's policy."""
    return any(
        each.inputs["state"] == "active" and each.inputs["scope"].endswith(f"/products/{product['productId']}")
        for each in resources.of("Subscription")
    )


def _is_read(resources: Resources, api: Mapping[str, Any]) -> bool:
    operations = [
        each.inputs["method"] for each in resources.of("ApiOperation") if each.inputs["apiId"] == api["apiId"]
    ]
    if operations != ["GET"]:
        raise NotUnderstoodError(f"the operations {operations} of {api['apiId']}")
    return True


def _policies(resources: Resources, product: Mapping[str, Any], api: Mapping[str, Any]) -> list[str]:
    """The policies in the order in which they apply: the product's, then the interface's."""
    theirs = [each for each in resources.of("ProductPolicy") if each.inputs["productId"] == product["productId"]]
    its = [each for each in resources.of("ApiPolicy") if each.inputs["apiId"] == api["apiId"]]
    return [each.inputs["value"] for each in (*theirs, *its)]


def _asked(policies: Sequence[str], subject: Subject, *, product: bool) -> Answer:
    """The policies' decision on a call of the subject; the last backend that they set responds."""
    file_system = folder = ""
    for text in policies:
        inbound = _parsed(text).find("inbound")
        if inbound is None or inbound.find("base") is None:
            raise NotUnderstoodError("a policy that leaves out what is above it")
        for element in inbound:
            if not _passes(element, subject, product=product):
                return Answer(passes=False)
            if element.tag == "set-backend-service":
                url = element.attrib["base-url"]
                host, _, path = url.partition(_HOST)
                if not host.startswith("https://") or not path:
                    raise NotUnderstoodError(f"the backend {url}")
                file_system, _, folder = path.partition("/")
    return Answer(bool(folder), file_system, folder)


@cache
def _parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - a policy that is or will be deployed


def _passes(element: ElementTree.Element, subject: Subject, *, product: bool) -> bool:
    match element.tag:
        case "set-backend-service":
            return True
        case "validate-azure-ad-token":
            known = [each.text for each in element.iterfind("client-application-ids/application-id")]
            return subject.application is not None and subject.application in known
        case "check-header":
            if element.attrib["name"] != "Purpose" or element.attrib["ignore-case"] != "false":
                raise NotUnderstoodError(f"the header {element.attrib['name']}")
            return subject.purpose in [each.text for each in element.iterfind("value")]
        case "ip-filter":
            inside = any(_within(each, subject.address) for each in element.iterfind("address-range"))
            return inside == (element.attrib["action"] == "allow")
        case "choose":
            return product or not _refuses_without_product(element)
        case tag if tag in _PASSING:
            return True
        case tag:
            raise NotUnderstoodError(f"the element {tag}")


def _within(element: ElementTree.Element, address: IPv4Address) -> bool:
    return IPv4Address(element.attrib["from"]) <= address <= IPv4Address(element.attrib["to"])


def _refuses_without_product(element: ElementTree.Element) -> bool:
    [when] = list(element)
    if when.attrib.get("condition") != "@(context.Product == null)" or when.find("return-response") is None:
        raise NotUnderstoodError("a choice that is not about the product")
    return True


def _is_readable(resources: Resources, identity: str, answer: Answer) -> bool:
    """Whether the service's identity can read the folder through a private endpoint."""
    scopes = {each.inputs["scope"] for each in resources.of("RoleAssignment")}
    return any(
        reads(resources, identity, scope, f"{answer.folder}/data.parquet", private=True)
        for scope in scopes
        if scope.rpartition("/")[2] == answer.file_system
    )
