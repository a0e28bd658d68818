"""Access restrictions of web apps and container apps."""

from typing import Final

from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import CLOSED
from bluelamp.policies.azure.paas.paas_containers import APP
from bluelamp.policies.azure.web._restrictions import restrictions_of
from bluelamp.policies.azure.web.web_apps import APPS
from bluelamp.policies.in_force import named
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value

_RESTRICTIONS: Final = ("siteConfig.ipSecurityRestrictions", "siteConfig.scmIpSecurityRestrictions")


@rule(
    "BL-WEB-013",
    "App access restrictions do not cover large parts of the Internet",
    failure="App access restrictions cover large parts of the Internet",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED,
    at={**dict.fromkeys(APPS, _RESTRICTIONS), APP: "configuration.ingress.ipSecurityRestrictions"},
    fix="Allow the force's own addresses only, or the service tag of the gateway in front of the app.",
    example="""
web.WebApp(
    "front-desk",
    ...,
    site_config={
        "ip_security_restrictions": [
            {"name": "gateway", "action": "Allow", "priority": 100, "ip_address": "10.16.4.0/24"}
        ]
    },
)
""",
)
def access_restrictions_are_narrow(entries: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """Access restrictions are ineffective if they allow half of the Internet, in one range or in a hundred."""
    judged = restrictions_of(entries, widest)
    if judged is None:
        return NotApplicable("it has no access restrictions")
    found = judged.first()
    if found is None:
        return None
    entry, others = found
    return Fail(entry, "the force's own addresses", with_others(named(others, "ipAddress", "ipAddressRange")))
