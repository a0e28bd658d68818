"""Where the engine starts this area's rules as a policy pack of their own."""

import sys
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).absolute().parent
    root = here.parents[1]
    sys.path = [path for path in sys.path if Path(path).resolve() != here.resolve()]
    if (root / "bluelamp").is_dir():
        sys.path.insert(0, str(root))

    from bluelamp.policies.pack.serving import serve

    serve(here)
