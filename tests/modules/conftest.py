import pytest

from bluelamp.modules.naming import Label


@pytest.fixture
def label() -> Label:
    return Label(
        force="west-midlands",
        code="wmp",
        environment="prod",
        cost_centre="WMP-4410",
        business_owner="Head of Digital Platforms",
        classification="OFFICIAL-SENSITIVE",
        roadmap_milestone="hybrid-foundation",
        spend_type="strategic",
    )
