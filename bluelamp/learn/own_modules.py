"""The modules of a learner's project, which this process imports and forgets again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_modules(root: Path) -> Iterator[None]:
    """Forgets afterwards which modules of the project's own were imported: the next project may have others."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").is_relative_to(root / "infra"):
                del sys.modules[name]
