"""The entry point of the policy pack: `python -m pulumi.policy ADDRESS FOLDER` runs this file."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The engine runs the folder, not the package. Remove the folder from the path, as its `kubernetes` would shadow the
    # library of that name, and put the checkout first, if this is one.
    here = Path(__file__).absolute().parent
    root = here.parent
    sys.path = [path for path in sys.path if Path(path).resolve() != here.resolve()]
    if (root / "bluelamp").is_dir():
        sys.path.insert(0, str(root))

    from bluelamp.policies.pack.serving import serve

    serve(here)
