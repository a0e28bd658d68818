"""The Pulumi program. The stack's name is the force's id; its settings come from the engine, including `--config`."""

import pulumi

from bluelamp.infra.start import start

start(pulumi.get_stack(), pulumi.get_root_directory())
