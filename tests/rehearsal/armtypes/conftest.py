"""Where ARM's own type definitions are: the project does not carry them."""

import os
from pathlib import Path

import pytest

from bluelamp.rehearsal.armtypes import ArmTypes

_BESIDE = Path(__file__).parents[3].parent / "shared" / "data" / "arm-types" / "generated"


@pytest.fixture(scope="session")
def arm(request: pytest.FixtureRequest) -> ArmTypes:
    """The definitions that `BLUELAMP_ARM_TYPES` names, or those that lie beside the checkout."""
    folder = Path(os.environ.get("BLUELAMP_ARM_TYPES", _BESIDE))
    if not folder.is_dir():
        reason = (
            f"no ARM type definitions at {folder}: set BLUELAMP_ARM_TYPES to the folder generated of bicep-types-az"
        )
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\nskipped: {reason}")  # noqa: T201 - a skip says why, however quiet the run
        pytest.skip(reason)
    return ArmTypes(folder)
