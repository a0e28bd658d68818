"""Comparisons for tests, of any size and with any text."""

from decimal import Decimal

from bluelamp.comparison.model import (
    Action,
    Cause,
    ChangedProperty,
    ChangedResource,
    ChangedVerdict,
    Comparison,
    Force,
    MonthlyCost,
    Reason,
    VerdictStatus,
)

HASH = "0123456789abcdef0123456789abcdef01234567"


def resource(what: Action, name: str, *properties: ChangedProperty, protect: bool = False) -> ChangedResource:
    type_ = "azure-native:network:Subnet"
    return ChangedResource(
        what, f"urn:pulumi:kent::bluelamp::{type_}::{name}", type_, name, "hub", "", properties, protect
    )


def judged(rule: str = "BL-NET-001", **changed: object) -> ChangedVerdict:
    output: dict[str, object] = {
        "turn": VerdictStatus.NEW,
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
    return ChangedVerdict(**{**output, **changed})  # type: ignore[arg-type]


def comparison(*forces: Force, notes: tuple[str, ...] = (), reference: str = "origin/main") -> Comparison:
    return Comparison(reference, HASH, HASH[::-1], diverged=False, forces=forces, notes=notes)


def filled(text: str) -> Comparison:
    """A comparison with `text` in every value, name and message."""
    both = (ChangedProperty(text, text, {text: [text]}, replaces=True), ChangedProperty(text, None, text))
    resources = tuple(
        ChangedResource(what, text, text, text, text, text, both if what is not Action.CREATED else (), True, text, 3)
        for what in Action
    )
    verdicts = tuple(
        ChangedVerdict(turn, text, text, level, text, verdict, text, text, text, text, text, text, 3)
        for turn in VerdictStatus
        for level in ("mandatory", "advisory")
        for verdict in ("fail", "error", "unknown", "exempt")
    )
    reasons = tuple(Reason(because, text, 3, text, text, text) for because in Cause)
    one = Force(
        text, text, resources, 5, both, verdicts, (text,), MonthlyCost(Decimal(1), Decimal(2)), reasons, alike="one"
    )
    other = Force(f"{text}2", text, resources, alike="two", reasons=reasons)
    again = Force(f"{text}3", text, resources, alike="two", reasons=reasons)
    failed = Force(f"{text}4", text, head_error=text)
    baseless = Force(f"{text}5", text, base_error=text)
    return comparison(one, other, again, failed, baseless, notes=(text,), reference=text)
