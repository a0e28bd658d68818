"""`python -m bluelamp.workloads.patterns VIEW OUT [--force NAME] [--resolution N]`.

VIEW is the folder of a published single view, OUT the output folder: see `publish`. Each is a local folder or one of
the lake, `lake:FILE_SYSTEM/PATH`. Exit status: 0 a forecast was published, 1 a file could not be written or a request
to the lake failed, 2 the view or an argument is invalid, 3 the model is not usable and the last forecast is kept.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import TextIO

from bluelamp.core.problems import SettingsError
from bluelamp.core.text import printable
from bluelamp.workloads import lake
from bluelamp.workloads.patterns.demand import RESOLUTION
from bluelamp.workloads.patterns.publish import publish
from bluelamp.workloads.patterns.run import run

_FINEST = 15


def main(words: Sequence[str] | None = None) -> int:
    """Runs the workload; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bluelamp.workloads.patterns", description=__doc__.split("\n\n")[1])
    parser.add_argument("view", metavar="VIEW", help="the folder of the published single view")
    parser.add_argument("out", metavar="OUT", help="the folder for forecast, evaluation and model card")
    parser.add_argument("--force", help="only the areas of this force, as the view names it")
    parser.add_argument(
        "--resolution", type=int, choices=range(_FINEST + 1), default=RESOLUTION, help="of the H3 cells"
    )
    given = parser.parse_args(words)
    try:
        with lake.published(given.out) as out:
            with lake.fetched(given.view) as view:
                patterns = run(view, force=given.force, resolution=given.resolution)
            published = publish(patterns, out)
    except SettingsError as error:
        _say(sys.stderr, *map(str, error.problems))
        return 2
    except lake.LakeError as error:
        _say(sys.stderr, str(error))
        return 1
    except ModuleNotFoundError as error:
        _say(sys.stderr, f"{error.name} is not installed; install the data extra: pip install bluelamp[data]")
        return 2
    except OSError as error:
        _say(sys.stderr, f"{error.filename or given.out}: cannot be written: {error.strerror or error}")
        return 1
    _say(sys.stdout, *(f"{each.demand.geography}: {each.backtest.verdict}" for each in patterns.results))
    _say(sys.stdout, f"published: {given.out}/forecast" if published else "not published; the last forecast stays")
    return 0 if published else 3


def _say(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{printable(line)}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
