"""The network program (`network/`) in a rehearsal of its own, which several benchmarks measure."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bluelamp.engine.find import Engine
from bluelamp.rehearsal.session import Rehearsal, rehearsal

_PROGRAM: Final = Path(__file__).parent / "network"


@contextmanager
def network(engine: Engine, *, side: str = "bluelamp", spokes: int | None = None) -> Iterator[tuple[Rehearsal, Path]]:
    """An empty cloud and the program's folder, which is the working folder within the block.

    `side` is "bluelamp", "aliases-dropped" for the SDK without version aliases, or "stock" for the unmodified SDK; each
    of the `spokes` has four resources.
    """
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        root = Path(folder) / "network"
        # Only the program is copied, so that the engine's files stay out of the project.
        root.mkdir()
        for file in _PROGRAM.iterdir():
            if file.is_file():
                (root / file.name).write_bytes(file.read_bytes())
        os.chdir(root)
        os.environ.update(BLUELAMP_BENCH=side, VIRTUAL_ENV=sys.prefix)
        os.environ.update({"BLUELAMP_BENCH_SPOKES": str(spokes)} if spokes else {})
        try:
            with rehearsal(root, engine) as held:
                yield held, root
        finally:
            os.chdir(before)
            os.environ.pop("BLUELAMP_BENCH_SPOKES", None)
