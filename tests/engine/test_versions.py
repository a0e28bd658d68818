"""The supported engines."""

from bluelamp.engine.build import pinned_version
from bluelamp.engine.find import MINIMUM, new_enough
from bluelamp.engine.official import official_version


def test_installed_engines_are_supported_and_the_oldest_is_the_minimum() -> None:
    versions = {tuple(int(part) for part in each.split(".")) for each in (pinned_version(), official_version())}
    assert min(versions) == MINIMUM
    assert new_enough(pinned_version())
    assert not new_enough("3.258.9")
