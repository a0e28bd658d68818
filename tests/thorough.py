"""How many generated cases a test tries: some in every run, all of them in `make thorough`."""

import os
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

ALL: Final = bool(os.environ.get("BLUELAMP_THOROUGH"))
SHARE: Final = 5
FEWEST: Final = 40


def some(cases: Sequence[T], number: int) -> Sequence[T]:
    """All of `cases` where all are wanted, else the first `number`: put those first that differ most."""
    return cases if ALL else cases[:number]


def tries(number: int) -> int:
    """`number`, where all cases are wanted, else a fifth of it, and not fewer than 40 where there are as many."""
    return number if ALL else max(number // SHARE, min(number, FEWEST))
