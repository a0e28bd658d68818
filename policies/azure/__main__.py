"""Where the engine starts this area's rules as a policy pack of their own."""

import sys
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).absolute().parent
    sys.path = [str(here.parents[1]), *(path for path in sys.path if Path(path).resolve() != here.resolve())]

    from bluelamp.policies.pack.serving import serve

    serve(here)
