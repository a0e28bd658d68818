"""Comparisons for tests, of any size and with any text in them."""

from decimal import Decimal

from bluelamp.comparison.model import (
    Because,
    Comparison,
    Force,
    Judged,
    Money,
    Property,
    Reason,
    Resource,
    Turn,
    What,
)

HASH = "0123456789abcdef0123456789abcdef01234567"


def resource(what: What, name: str, *properties: Property, protect: bool = False) -> Resource:
    type_ = "azure-native:network:Subnet"
    return Resource(what, f"urn:pulumi:kent::bluelamp::{type_}::{name}", type_, name, "hub", "", properties, protect)


def judged(rule: str = "BL-NET-001", **changed: object) -> Judged:
    said: dict[str, object] = {
        "turn": Turn.NEW,
        "rule": rule,
        "title": "Management port is open to the Internet",
        "level": "mandatory",
        "severity": "critical",
        "verdict": "fail",
        "urn": "urn:pulumi:kent::bluelamp::azure-native:network:NetworkSecurityGroup::hub",
        "type": "azure-native:network:NetworkSecurityGroup",
        "name": "hub",
        "path": "securityRules[0].access",
        "message": "securityRules[0].access: found Allow, expected Deny",
        "file": "stacks/Pulumi.kent.yaml",
        "line": 12,
    }
    return Judged(**{**said, **changed})  # type: ignore[arg-type]


def comparison(*forces: Force, notes: tuple[str, ...] = (), reference: str = "origin/main") -> Comparison:
    return Comparison(reference, HASH, HASH[::-1], diverged=False, forces=forces, notes=notes)


def filled(text: str) -> Comparison:
    """A comparison with `text` wherever a value, a name or a message can be."""
    both = (Property(text, text, {text: [text]}, replaces=True), Property(text, None, text))
    resources = tuple(
        Resource(what, text, text, text, text, text, both if what is not What.CREATED else (), True, text, 3)
        for what in What
    )
    verdicts = tuple(
        Judged(turn, text, text, level, text, verdict, text, text, text, text, text, text, 3)
        for turn in Turn
        for level in ("mandatory", "advisory")
        for verdict in ("fail", "error", "unknown", "exempt")
    )
    reasons = tuple(Reason(because, text, 3, text, text, text) for because in Because)
    one = Force(text, text, resources, 5, both, verdicts, (text,), Money(Decimal(1), Decimal(2)), reasons, alike="one")
    other = Force(f"{text}2", text, resources, alike="two", reasons=reasons)
    again = Force(f"{text}3", text, resources, alike="two", reasons=reasons)
    failed = Force(f"{text}4", text, head_error=text)
    baseless = Force(f"{text}5", text, base_error=text)
    return comparison(one, other, again, failed, baseless, notes=(text,), reference=text)
