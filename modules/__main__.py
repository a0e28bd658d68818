"""The modules as a component package of the name `bluelamp`, for programs in any of Pulumi's languages."""

import sys
from pathlib import Path

from pulumi.provider.experimental import component_provider_host

# The engine runs this folder, so that Python looks for modules inside it and not beside it.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bluelamp.modules.catalogue import components  # noqa: E402 - only now can it be found

if __name__ == "__main__":
    component_provider_host([*components()], "bluelamp")
