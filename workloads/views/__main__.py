"""`python -m bluelamp.workloads.views VIEWS SOURCE OUT`.

VIEWS is the file `views.json` from `bluelamp access FORCE --export DIR`; a job with `accessPolicy` has it in
/etc/bluelamp. SOURCE has the published assets, a folder each, and OUT is the target of the views: a local folder, or a
file system of the lake, `lake:FILE_SYSTEM`; `lake:` as OUT is the file system in the policy. All views of an asset are
created before the first is published. Exit status: 0 every view was published, 1 some were not, 2 VIEWS is invalid.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from bluelamp.core.text import printable
from bluelamp.workloads import lake
from bluelamp.workloads.views.publish import View, ViewError, read_views, write_view


def main(words: Sequence[str] | None = None) -> int:
    """Runs the workload; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bluelamp.workloads.views", description=__doc__.split("\n\n")[1])
    parser.add_argument("views", metavar="VIEWS", type=Path, help="views.json")
    parser.add_argument("source", metavar="SOURCE", help="where the assets are, such as lake:curated")
    parser.add_argument("out", metavar="OUT", help="where the views go, such as lake:")
    given = parser.parse_args(words)
    try:
        views = read_views(given.views)
    except ViewError as error:
        _say(str(error))
        return 2
    failed = 0
    for asset, group in groupby(views, lambda each: each.asset):
        try:
            for place in _publish(tuple(group), given.source, given.out):
                sys.stdout.write(f"published: {printable(place)}\n")
        except (ViewError, lake.LakeError) as error:
            _say(str(error) if isinstance(error, ViewError) else f"{asset}: {error}")
            failed += 1
        except OSError as error:
            _say(f"{asset}: {error.filename or given.out}: cannot be written: {error.strerror or error}")
            failed += 1
    return 1 if failed else 0


def _publish(views: Sequence[View], source: str, out: str) -> Iterable[str]:
    """Creates all views of an asset, then publishes them; returns their locations."""
    with tempfile.TemporaryDirectory(prefix="bluelamp-views-") as work:
        with lake.fetched(f"{source.rstrip('/')}/{views[0].source}") as folder:
            if not folder.is_dir():
                raise ViewError(f"{views[0].asset}: {folder}: is not a folder; publish the asset there first")
            for view in views:
                target = Path(work) / view.name
                target.mkdir()
                write_view(view, folder, target)
        return [_put(Path(work) / view.name, view, out) for view in views]


def _put(folder: Path, view: View, out: str) -> str:
    base = f"{lake.PREFIX}{view.file_system}" if out == lake.PREFIX else out.rstrip("/")
    text = f"{base}/{view.path}"
    lake.put(folder, text)
    return text


def _say(line: str) -> None:
    sys.stderr.write(f"{printable(line)}\n")


if __name__ == "__main__":
    sys.exit(main())
