"""Bluelamp's program with the unmodified SDK: every alias, every message, one stack trace per resource."""

from contextlib import nullcontext
from pathlib import Path

import pulumi
from pulumi.runtime import config

from bluelamp.infra import start
from bluelamp.infra.force import load
from bluelamp.infra.program import build

vars(build)["wait_once"] = lambda: None
vars(start)["nearest_frame_only"] = nullcontext
settings = {**config.get_config_env(), **config.CONFIG.get(), "bluelamp:versionAliases": "keep"}
root = pulumi.get_root_directory()
with start.given(load(pulumi.get_stack(), settings, Path(root))):
    start.start(pulumi.get_stack(), root)
