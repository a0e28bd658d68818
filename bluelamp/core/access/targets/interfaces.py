"""API Management: a product for each partner and asset of a rule, and the public's open data.

A partner calls with the key of its own subscription, a token of its own application, and the purpose in a header; the
product's policy checks all three and the caller's network, and reads one view from the lake. Without a product the
interface returns nothing.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any, Final

from bluelamp.core.access import FULL, INTERNET, OPEN, Rule
from bluelamp.core.access.targets.lake import folder
from bluelamp.core.access.targets.wanted import GATEWAY, GROUP, LAKE, TENANT, Compiling, Wanted

PURPOSE: Final = "Purpose"
"""The header with the purpose of a partner's call."""
OPEN_PRODUCT: Final = "open-data"
_STORAGE_VERSION: Final = "2023-11-03"
_CALLS: Final = 300
"""Calls a minute that the public may make from one address."""

_NO_PRODUCT: Final = """<policies><inbound><base />\
<choose><when condition="@(context.Product == null)">\
<return-response><set-status code="403" reason="Forbidden" /></return-response></when></choose>\
</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"""


def interfaces(compiling: Compiling) -> Iterator[Wanted]:
    """The interfaces offered today, with their products, policies and subscriptions."""
    partners = compiling.open("partner")
    for asset in sorted({asset for _, _, assets in partners for asset in assets}):
        yield from _interface(f"partner-{asset}", str(compiling.policy.assets[asset].api), asset, closed=True)
    for rule, personas, assets in partners:
        for persona in personas:
            for asset in assets:
                yield from _partner(compiling, rule, persona, asset)
    published = sorted({asset for _, _, assets in compiling.open("public") for asset in assets})
    for asset in published:
        yield from _interface(f"open-{asset}", f"open/{asset}", asset, closed=False)
    if published:
        yield _product(OPEN_PRODUCT, "Open data", "Published under the Open Government Licence.", closed=False)
    for asset in published:
        yield _link(OPEN_PRODUCT, f"open-{asset}")
        calls = f'<rate-limit-by-key calls="{_CALLS}" renewal-period="60" counter-key="@(context.Request.IpAddress)" />'
        yield _policy(
            "ApiPolicy",
            f"open-{asset}-policy",
            {"apiId": f"${{open-{asset}.name}}"},
            [calls, *_read(compiling, asset, OPEN)],
        )


def _interface(api: str, path: str, asset: str, *, closed: bool) -> Iterator[Wanted]:
    yield Wanted(
        "azure-native:apimanagement:Api",
        api,
        {
            **_HERE,
            "apiId": api,
            "path": path,
            "displayName": f"{asset} ({'partners' if closed else 'open data'})",
            "protocols": ["https"],
            "subscriptionRequired": closed,
        },
    )
    yield Wanted(
        "azure-native:apimanagement:ApiOperation",
        f"{api}-read",
        {
            **_HERE,
            "apiId": f"${{{api}.name}}",
            "operationId": "read",
            "displayName": "Read",
            "method": "GET",
            "urlTemplate": "/{file}",
            "templateParameters": [{"name": "file", "type": "string", "required": True}],
        },
    )
    if closed:
        yield Wanted(
            "azure-native:apimanagement:ApiPolicy",
            f"{api}-policy",
            {**_HERE, "apiId": f"${{{api}.name}}", "policyId": "policy", "format": "rawxml", "value": _NO_PRODUCT},
        )


def _partner(compiling: Compiling, rule: Rule, persona: str, asset: str) -> Iterator[Wanted]:
    _, _, purposes, networks, _ = compiling.policy.covers(rule)
    product = f"{rule.id}-{persona}-{asset}"
    title = compiling.policy.personas[persona].title
    yield _product(
        product, f"{asset} for {title} ({rule.id})", f"{rule.agreement}: {', '.join(sorted(purposes))}", closed=True
    )
    yield _link(product, f"partner-{asset}")
    stated = "".join(f"<value>{each}</value>" for each in sorted(purposes))
    checks = [
        f'<validate-azure-ad-token tenant-id="{TENANT}"><client-application-ids><application-id>'
        f"{compiling.policy.personas[persona].application}</application-id></client-application-ids>"
        "</validate-azure-ad-token>",
        f'<check-header name="{PURPOSE}" failed-check-httpcode="403" failed-check-error-message="Purpose" '
        f'ignore-case="false">{stated}</check-header>',
        *_from(compiling, networks),
        *_read(compiling, asset, rule.mask or FULL),
    ]
    yield _policy("ProductPolicy", f"{product}-policy", {"productId": f"${{{product}-product.name}}"}, checks)
    yield Wanted(
        "azure-native:apimanagement:Subscription",
        f"{product}-subscription",
        {
            **_HERE,
            "sid": product,
            "displayName": title,
            "scope": f"/products/${{{product}-product.name}}",
            "state": "active",
            "allowTracing": False,
        },
    )


def _from(compiling: Compiling, networks: frozenset[str]) -> list[str]:
    """The filter that allows calls only from `networks`; none if they may come from everywhere."""
    named = compiling.policy.networks
    if INTERNET not in networks:
        action, listed = "allow", sorted(networks)
    elif networks != compiling.policy.axes[3]:
        action, listed = "forbid", sorted(set(named) - networks)
    else:
        return []
    ranges = "".join(_range(block) for name in listed for block in named[name])
    return [f'<ip-filter action="{action}">{ranges}</ip-filter>']


def _range(block: IPv4Network) -> str:
    return f'<address-range from="{block[0]}" to="{block[-1]}" />'


def _read(compiling: Compiling, asset: str, view: str) -> list[str]:
    """Reads the view from the lake with the identity of the service."""
    container, path = folder(compiling.policy, asset, view)
    return [
        f'<set-backend-service base-url="https://{LAKE}.blob.core.windows.net/{container}/{path}" />',
        f'<set-header name="x-ms-version" exists-action="override"><value>{_STORAGE_VERSION}</value></set-header>',
        '<authentication-managed-identity resource="https://storage.azure.com/" />',
    ]


def _product(product: str, title: str, text: str, *, closed: bool) -> Wanted:
    return Wanted(
        "azure-native:apimanagement:Product",
        f"{product}-product",
        {
            **_HERE,
            "productId": product,
            "displayName": title,
            "description": text,
            "state": "published",
            "subscriptionRequired": closed,
            **({"approvalRequired": True} if closed else {}),
        },
    )


def _link(product: str, api: str) -> Wanted:
    return Wanted(
        "azure-native:apimanagement:ProductApi",
        f"{product}-{api}",
        {**_HERE, "productId": f"${{{product}-product.name}}", "apiId": f"${{{api}.name}}"},
    )


def _policy(kind: str, name: str, at: dict[str, str], inbound: list[str]) -> Wanted:
    rest = "<backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error>"
    value = f"<policies><inbound><base />{''.join(inbound)}</inbound>{rest}</policies>"
    return Wanted(
        f"azure-native:apimanagement:{kind}",
        name,
        {**_HERE, **at, "policyId": "policy", "format": "rawxml", "value": value},
    )


_HERE: Final[dict[str, Any]] = {"resourceGroupName": GROUP, "serviceName": GATEWAY}
