"""Keys and secrets: of a sound kind, in sound hardware, and not for ever."""

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
    "Keys end, or are replaced before they do",
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
def key_ends(key: Value) -> Outcome:
    """The longer a key is used, the more is encrypted with it and the more places it may have leaked from; a key that
    has no end is replaced only after something went wrong.
    """
    expires = key.at("properties.attributes.expires")
    if not expires.missing or not key.at("properties.rotationPolicy.attributes.expiryTime").missing:
        return None
    return Fail(expires, "a date, or a rotation policy with an expiry time")


@rule(
    "BL-KV-012",
    "Keys are rotated without anybody's doing",
    failure="Key has no automatic rotation",
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
    """A rotation that somebody has to remember happens once, at the first audit. Azure does it by itself when told to,
    and whoever uses the key without naming a version follows.
    """
    actions = key.at("properties.rotationPolicy.lifetimeActions")
    if some(places(key, "properties.rotationPolicy.lifetimeActions[*].action.type"), _rotates):
        return None
    return Fail(actions, "an action of type rotate")


@rule(
    "BL-KV-013",
    "Keys are of a strength that will last",
    failure="Key has a weak size or curve",
    severity=Severity.HIGH,
    controls=KEY_LIFE,
    at=KEY,
    fix="Use RSA keys of 3072 bits or more, or one of the curves P-256, P-384 and P-521.",
    example='keyvault.Key("records", ..., properties={"kty": "RSA-HSM", "key_size": 3072})',
)
def key_is_strong(
    key: Value, *, bits: AtLeast[int] = 3072, curves: Allowed[str] = ("P-256", "P-384", "P-521")
) -> Outcome:
    """RSA of 2048 bits is Azure's default and gives 112 bits of strength: what is encrypted now is to stay secret for
    longer than that is thought to last. P-256K is made for crypto-currencies, and approved by nobody.
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
    "Keys are kept in hardware",
    must=Must("properties.kty", among=("RSA-HSM", "EC-HSM")),
    failure="Key is software-protected instead of HSM-protected",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=KEY_LIFE + mcsb("DP-8"),
    at=KEY,
    fix="Set properties.kty to RSA-HSM or EC-HSM, in a vault whose sku is premium or in a managed HSM.",
    example='keyvault.Key("records", ..., properties={"kty": "RSA-HSM"})',
)
def in_hardware() -> None:
    """A key in a hardware module is used there and never leaves it, whoever has the machines that the service runs on."""


@rule(
    "BL-KV-015",
    "Keys cannot be taken out of the vault",
    must=Must("properties.attributes.exportable", be=False, default=False),
    failure="Key is exportable from the vault",
    severity=Severity.HIGH,
    controls=KEY_LIFE + mcsb("DP-8"),
    at=KEY,
    fix="Leave properties.attributes.exportable out: it is only needed for confidential computing.",
    example='keyvault.Key("records", ..., properties={"attributes": {"exportable": False}})',
)
def not_exportable() -> None:
    """A key that may be exported is out of the force's hands from the first export on; no log follows it."""


@rule(
    "BL-KV-016",
    "Secrets have an end",
    must=Must("properties.attributes.expires", minimum=1),
    failure="Secret has no expiry date",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("10") + caf("B2.a") + iso("5.17") + mcsb("IM-8") + policing("password"),
    at=SECRET,
    fix="Set properties.attributes.expires, in seconds since 1970.",
    example='keyvault.Secret("ledger", ..., properties={"attributes": {"expires": 1924991999}})',
)
def secrets_end() -> None:
    """A password that works for ever works for whoever copied it, also years later; with an end it has to be renewed,
    and the vault says beforehand that it is due.
    """


def _rotates(kind: Value) -> bool:
    return kind.text() == "rotate"
