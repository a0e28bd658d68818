"""Unloads the Python modules of a learner's project."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_modules(root: Path) -> Iterator[None]:
    """Afterwards unloads the project's modules: the next project may have others of the same name."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").is_relative_to(root / "infra"):
                del sys.modules[name]
