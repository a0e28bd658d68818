"""Keys and secrets: strength, protection, rotation and expiry."""

from typing import Final

from bluelamp.policies.azure._controls import KEY_LIFE
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.tighter import Allowed, AtLeast
from bluelamp.policies.value import Value, places, some

KEY: Final = "azure-native:keyvault:Key"
SECRET: Final = "azure-native:keyvault:Secret"  # noqa: S105 - a type


@rule(
    "BL-KV-011",
    "Keys have an expiry date or a rotation policy that sets one",
    failure="Key has neither an expiry date nor a rotation policy that sets one",
    severity=Severity.MEDIUM,
    controls=KEY_LIFE,
    at=KEY,
    fix="Set properties.rotationPolicy with an expiryTime, or properties.attributes.expires.",
    example="""
keyvault.Key(
    "records",
    ...,
    properties={"rotation_policy": {"attributes": {"expiry_time": "P1Y"}}},
)
""",
)
def key_expires(key: Value) -> Outcome:
    """The longer a key is in use, the more data it encrypts and the more places it may have leaked to. Without an
    expiry date it is replaced only after an incident.
    """
    expires = key.at("properties.attributes.expires")
    if not expires.missing or not key.at("properties.rotationPolicy.attributes.expiryTime").missing:
        return None
    return Fail(expires, "a date, or a rotation policy with an expiry time")


@rule(
    "BL-KV-012",
    "Keys have automatic rotation enabled",
    failure="Key has automatic rotation disabled",
    severity=Severity.MEDIUM,
    controls=KEY_LIFE,
    at=KEY,
    fix="Add a lifetime action of type rotate to properties.rotationPolicy.",
    example="""
keyvault.Key(
    "records",
    ...,
    properties={
        "rotation_policy": {
            "lifetime_actions": [{"action": {"type": "rotate"}, "trigger": {"time_before_expiry": "P30D"}}]
        }
    },
)
""",
)
def key_rotates(key: Value) -> Outcome:
    """Manual rotation is forgotten. Azure rotates a key automatically under a rotation policy, and services that
    reference the key without a version use the new one.
    """
    actions = key.at("properties.rotationPolicy.lifetimeActions")
    if some(places(key, "properties.rotationPolicy.lifetimeActions[*].action.type"), _rotates):
        return None
    return Fail(actions, "an action of type rotate")


@rule(
    "BL-KV-013",
    "Keys are of an approved size or curve",
    failure="Key is of a weak size or an unapproved curve",
    severity=Severity.HIGH,
    controls=KEY_LIFE,
    at=KEY,
    fix="Use RSA keys of 3072 bits or more, or one of the curves P-256, P-384 and P-521.",
    example='keyvault.Key("records", ..., properties={"kty": "RSA-HSM", "key_size": 3072})',
)
def key_has_approved_size(
    key: Value, *, bits: AtLeast[int] = 3072, curves: Allowed[str] = ("P-256", "P-384", "P-521")
) -> Outcome:
    """RSA with 2048 bits, Azure's default, gives 112 bits of strength, which is not expected to protect data for its
    full lifetime. P-256K is intended for cryptocurrencies and is not an approved curve.
    """
    properties = key["properties"]
    if properties["kty"].text("RSA").startswith("ec"):
        curve = properties["curveName"]
        return None if curve.text("P-256").upper() in curves else Fail(curve, list(curves))
    size = properties["keySize"]
    if size.get(2048) >= bits:
        return None
    return Fail(size, f"at least {bits}", "the service's default is 2048" if size.missing else "")


@rule(
    "BL-KV-014",
    "Keys are HSM-protected",
    must=Must("properties.kty", among=("RSA-HSM", "EC-HSM")),
    failure="Key is software-protected instead of HSM-protected",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=KEY_LIFE + mcsb("DP-8"),
    at=KEY,
    fix="Set properties.kty to RSA-HSM or EC-HSM, in a vault with the premium SKU or in a managed HSM.",
    example='keyvault.Key("records", ..., properties={"kty": "RSA-HSM"})',
)
def hsm_protected() -> None:
    """An HSM-protected key never leaves the hardware module, so access to the service's hosts does not expose it."""


@rule(
    "BL-KV-015",
    "Keys are not exportable",
    must=Must("properties.attributes.exportable", be=False, default=False),
    failure="Key is exportable from the vault",
    severity=Severity.HIGH,
    controls=KEY_LIFE + mcsb("DP-8"),
    at=KEY,
    fix="Leave properties.attributes.exportable out: only confidential computing needs it.",
    example='keyvault.Key("records", ..., properties={"attributes": {"exportable": False}})',
)
def not_exportable() -> None:
    """An exported key is outside the force's control, and no log records its use."""


@rule(
    "BL-KV-016",
    "Secrets have an expiry date",
    must=Must("properties.attributes.expires", minimum=1),
    failure="Secret has no expiry date",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("10") + caf("B2.a") + iso("5.17") + mcsb("IM-8") + policing("password"),
    at=SECRET,
    fix="Set properties.attributes.expires, in seconds since 1970.",
    example='keyvault.Secret("ledger", ..., properties={"attributes": {"expires": 1924991999}})',
)
def secret_expires() -> None:
    """A secret without an expiry date stays valid for anyone who has ever copied it. With one it has to be renewed, and
    the vault gives notice beforehand.
    """


def _rotates(kind: Value) -> bool:
    return kind.text() == "rotate"
