"""The entry point of the Pulumi program, in a checkout and in a force's own project."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

import pulumi
from pulumi.runtime import config

from bluelamp.core.contracts import read_assets
from bluelamp.infra.force import SettingsError, load
from bluelamp.infra.program.assets import register
from bluelamp.infra.program.build import build
from bluelamp.infra.program.nearest_frame import nearest_frame_only
from bluelamp.infra.program.process import prepare_process
from bluelamp.infra.program.roadmap import register_cost_inputs, register_roadmap
from bluelamp.infra.settings.access import access_of
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.roadmap import roadmap_of
from bluelamp.infra.settings.spending import cost_inputs

_GIVEN: Final = ContextVar[Force | None]("_GIVEN", default=None)


def start(stack: str, root: str) -> None:
    """Creates the landing zones of the force `stack` of the project at `root`, with the engine's configuration.

    Registers its information assets and its roadmap as well. Must run inside a Pulumi program. Raises
    `pulumi.RunError` with every mistake in the settings.
    """
    force = _GIVEN.get()
    if force is None:
        prepare_process()
        try:
            force = load(stack, {**config.get_config_env(), **config.CONFIG.get()}, Path(root))
        except SettingsError as error:
            raise pulumi.RunError(f"the settings cannot be used:\n{error}") from None
    assets = read_assets(Path(root), force.slug)
    roadmap = roadmap_of(force, Path(root))
    with nearest_frame_only():
        build(force, assets, access_of(force, Path(root)), roadmap)
        register(assets)
        register_roadmap(roadmap, force.owner.role)
        register_cost_inputs(cost_inputs(force, roadmap, Path(root)))


@contextmanager
def given(force: Force) -> Iterator[None]:
    """Makes `start` use this force instead of the settings files and the engine's configuration."""
    token = _GIVEN.set(force)
    try:
        yield
    finally:
        _GIVEN.reset(token)
