"""Processing the engine's events."""

from pathlib import Path

import pytest

from bluelamp.engine.events import Outcome

URN = "urn:pulumi:essex::bluelamp::bluelamp:index:PrivateDns::private-dns"


@pytest.mark.parametrize("message", ["92 zones take long", "private-dns: 92 zones take long"])
def test_a_warning_names_its_resource_once(message: str) -> None:
    outcome = Outcome()
    outcome.take({"diagnosticEvent": {"severity": "warning", "urn": URN, "message": f"{message}\n"}})
    assert outcome.warnings == ["private-dns: 92 zones take long"]


def test_a_components_notes_are_kept_and_a_programs_output_is_not() -> None:
    outcome = Outcome()
    stack = "urn:pulumi:essex::bluelamp::pulumi:pulumi:Stack::bluelamp-essex"
    for urn, message in ((URN, "92 zones take long\n"), (stack, "printed"), ("", "the engine's own")):
        outcome.take({"diagnosticEvent": {"severity": "info", "urn": urn, "message": message}})
    assert (outcome.notes, outcome.warnings) == (["private-dns: 92 zones take long"], [])


def test_a_note_is_shown_if_a_resource_of_its_component_is_created() -> None:
    from bluelamp.engine.operation import Target
    from bluelamp.errors import Status
    from bluelamp.fleet import deploy

    def shown() -> tuple[str, ...]:
        return deploy._result(target, "preview", Status.DONE, outcome).program_notes

    def take(op: str, urn: str) -> None:
        outcome.take({"resourcePreEvent": {"metadata": {"urn": urn, "op": op, "new": {}, "old": None}}})

    target = Target(None, "essex", Path(), {})  # type: ignore[arg-type] # no engine is run
    zone = URN.replace("PrivateDns::private-dns", "PrivateDns$azure-native:privatedns:PrivateZone::private-dns-x")
    outcome = Outcome()
    outcome.take({"diagnosticEvent": {"severity": "info", "urn": URN, "message": "92 zones take long"}})
    for op, urn in (
        ("same", URN),
        ("create", "urn:pulumi:essex::bluelamp::azure-native:network:VirtualNetwork::hub"),
        ("create", "urn:pulumi:essex::bluelamp::bluelamp:index:PrivateDnsResolver::resolver"),
        ("update", zone),
    ):
        take(op, urn)
        assert shown() == ()
    take("create", zone)
    assert shown() == ("private-dns: 92 zones take long",)


def test_a_warning_without_a_resource_is_unchanged() -> None:
    outcome = Outcome()
    outcome.take({"diagnosticEvent": {"severity": "warning", "message": "the state is old"}})
    assert outcome.warnings == ["the state is old"]


def broken(exceptions: list[dict[str, str]] | None) -> dict[str, object]:
    event: dict[str, object] = {
        "resourceUrn": URN,
        "message": "BL-X-001 it is open",
        "policyName": "BL-X-001",
        "policyPackName": "bluelamp",
        "enforcementLevel": "mandatory",
    }
    return {"policyEvent": event if exceptions is None else {**event, "exceptions": exceptions}}


def test_an_exempt_violation_stops_nothing_and_names_its_exemptions() -> None:
    outcome = Outcome()
    outcome.take(broken([{"id": "EXC-2", "reason": "moves in May"}, {"id": "EXC-10", "reason": "CHG-1"}]))
    assert outcome.broken == []
    (only,) = outcome.violations
    assert only.exceptions == (("EXC-2", "moves in May"), ("EXC-10", "CHG-1"))
    for none in (None, []):
        outcome.take(broken(none))
    assert len(outcome.broken) == 1
