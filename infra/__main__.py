"""The Pulumi program. The stack's name is the force's; its settings come from the engine, `--config` included."""

from pathlib import Path

import pulumi
from pulumi.runtime import config

from infra.force import SettingsError, load
from infra.program import build

try:
    force = load(
        pulumi.get_stack(), {**config.get_config_env(), **config.CONFIG.get()}, Path(pulumi.get_root_directory())
    )
except SettingsError as error:
    raise pulumi.RunError(f"the settings cannot be used:\n{error}") from None
build(force)
