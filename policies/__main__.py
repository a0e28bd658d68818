"""Where the engine starts the policy pack: `python -m pulumi.policy ADDRESS FOLDER` runs this file."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The engine runs the folder, not the package: put what holds the package first, and take the folder itself out, in
    # which `kubernetes` would hide the library of that name.
    here = Path(__file__).absolute().parent
    sys.path = [str(here.parent), *(path for path in sys.path if Path(path).resolve() != here.resolve())]

    from bluelamp.policies.pack.serving import serve

    serve(here)
