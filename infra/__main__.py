"""The Pulumi program. The stack's name is the force's; its settings come from the engine, `--config` included."""

import atexit
import gc
from pathlib import Path

import pulumi
from pulumi.runtime import config

from bluelamp.infra.force import SettingsError, load
from bluelamp.infra.program import build

# The program lives for seconds, and all it makes lasts as long: to look through that again and again for what could be
# let go of would take longer than the rest. Nor is there anything to look for at the end.
gc.disable()
atexit.register(gc.freeze)
try:
    force = load(
        pulumi.get_stack(), {**config.get_config_env(), **config.CONFIG.get()}, Path(pulumi.get_root_directory())
    )
except SettingsError as error:
    raise pulumi.RunError(f"the settings cannot be used:\n{error}") from None
build(force)
