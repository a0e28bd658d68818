"""The modules as a component package of the name `bluelamp`, for programs in any of Pulumi's languages."""

import sys
from pathlib import Path

from pulumi.provider import main

# The engine runs this folder, so that Python looks for modules inside it: in a checkout they are found beside it.
_ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(_ROOT)] if (_ROOT / "bluelamp").is_dir() else []

from bluelamp.modules.catalogue import components  # noqa: E402 - only now can it be found
from bluelamp.modules.package import ComponentPackage  # noqa: E402

if __name__ == "__main__":
    main(ComponentPackage(components()), sys.argv[1:])
