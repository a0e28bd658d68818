"""What is kept of the engine's events."""

import pytest

from bluelamp.engine.events import Outcome

URN = "urn:pulumi:essex::bluelamp::bluelamp:index:PrivateDns::private-dns"


@pytest.mark.parametrize("said", ["92 zones take long", "private-dns: 92 zones take long"])
def test_a_warning_names_its_resource_once(said: str) -> None:
    outcome = Outcome()
    outcome.take({"diagnosticEvent": {"severity": "warning", "urn": URN, "message": f"{said}\n"}})
    assert outcome.warnings == ["private-dns: 92 zones take long"]


def test_a_warning_of_no_resource_is_as_it_was_said() -> None:
    outcome = Outcome()
    outcome.take({"diagnosticEvent": {"severity": "warning", "message": "the state is old"}})
    assert outcome.warnings == ["the state is old"]
