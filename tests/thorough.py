"""How many generated cases a test tries: some in every run, all of them in `make thorough`."""

import os
from typing import Final

ALL: Final = bool(os.environ.get("BLUELAMP_THOROUGH"))
SHARE: Final = 5
FEWEST: Final = 40


def tries(number: int) -> int:
    """`number`, where all cases are wanted, else a fifth of it, and not fewer than 40 where there are as many."""
    return number if ALL else max(number // SHARE, min(number, FEWEST))
