"""Checks a force's access policy against what the force deploys."""

from pathlib import Path

from bluelamp.core.access import AccessPolicy, Offered, has_access, read_access
from bluelamp.core.contracts import read_assets
from bluelamp.infra.settings.data import LAKE_FILE_SYSTEMS
from bluelamp.infra.settings.model import Force


def access_of(force: Force, root: Path) -> AccessPolicy | None:
    """The force's validated access policy; None if it has none, or if its lake requires a higher profile.

    Raises `SettingsError` with every mistake in it.
    """
    if not has_access(root, force.slug):
        return None
    waits = force.azure is not None and force.azure.data is not None and not force.has("dataLake")
    policy = read_access(root, force.slug, read_assets(root, force.slug), None if waits else offered(force))
    return None if waits else policy


def offered(force: Force) -> Offered:
    """The policy's targets that the force deploys."""
    data = force.azure.data if force.azure else None
    if data is None or not force.has("dataLake"):
        return Offered()
    return Offered(LAKE_FILE_SYSTEMS, interfaces=data.interfaces is not None)
