"""ARM's own type definitions, which the project does not include."""

import os
from pathlib import Path

import pytest

from bluelamp.rehearsal.armtypes import ArmTypes

_BESIDE = Path(__file__).parents[3].parent / "shared" / "data" / "arm-types" / "generated"


@pytest.fixture(scope="session")
def arm(request: pytest.FixtureRequest) -> ArmTypes:
    """The definitions in the folder `BLUELAMP_ARM_TYPES`, or those beside the checkout."""
    folder = Path(os.environ.get("BLUELAMP_ARM_TYPES", _BESIDE))
    if not folder.is_dir():
        reason = (
            f"no ARM type definitions at {folder}: set BLUELAMP_ARM_TYPES to the folder generated of bicep-types-az"
        )
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\nskipped: {reason}")  # noqa: T201 - a skip says why, however quiet the run
        pytest.skip(reason)
    return ArmTypes(folder)
