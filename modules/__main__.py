"""Entry point of the component package `bluelamp`, for programs in any of Pulumi's languages."""

import sys
from pathlib import Path

from pulumi.provider import main

# Pulumi runs this folder, so Python looks for modules inside it. In a checkout they are beside it.
_ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(_ROOT)] if (_ROOT / "bluelamp").is_dir() else []

from bluelamp.modules.catalogue import components  # noqa: E402 - importable only after the change of path
from bluelamp.modules.package import ComponentPackage  # noqa: E402

if __name__ == "__main__":
    main(ComponentPackage(components()), sys.argv[1:])
