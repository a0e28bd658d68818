"""The engines that are installed are ones that are supported."""

from bluelamp.engine.build import pinned_version
from bluelamp.engine.find import MINIMUM, new_enough
from bluelamp.engine.official import official_version


def test_what_is_installed_is_supported_and_the_oldest_of_it_is_the_oldest_that_is() -> None:
    versions = {tuple(int(part) for part in each.split(".")) for each in (pinned_version(), official_version())}
    assert min(versions) == MINIMUM
    assert new_enough(pinned_version())
    assert not new_enough("3.258.9")
