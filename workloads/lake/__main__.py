"""`python -m bluelamp.workloads.lake acls FILE [--dry-run]`.

Sets the access control lists in FILE on folders of the lake. `bluelamp access FORCE --export DIR` writes FILE as
`lake-acls.json`; a job with `accessPolicy` has it in /etc/bluelamp. Writes a line of JSON to standard output for each
replaced list. Exit status: 0 every folder has its list, 1 a request failed, 2 FILE or the environment is invalid, 4
with `--dry-run` there are changes.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bluelamp.core.text import printable
from bluelamp.workloads.lake.acls import apply, read_acls
from bluelamp.workloads.lake.errors import LakeError
from bluelamp.workloads.lake.folders import Lake


def main(words: Sequence[str] | None = None) -> int:
    """Runs the workload; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bluelamp.workloads.lake", description=__doc__.split("\n\n")[1])
    parser.add_argument("what", choices=["acls"])
    parser.add_argument("file", metavar="FILE", type=Path, help="lake-acls.json")
    parser.add_argument("--dry-run", action="store_true", help="report what would be changed, and change nothing")
    given = parser.parse_args(words)
    try:
        wanted, lake = read_acls(given.file), Lake.of()
    except LakeError as error:
        _say(str(error))
        return 2
    try:
        applied = apply(lake.client, wanted, dry_run=given.dry_run)
    except LakeError as error:
        _say(str(error))
        return 1
    sys.stdout.writelines(json.dumps(asdict(each)) + "\n" for each in applied.changed)
    for place in applied.absent:
        _say(f"{place}: does not exist yet; run again after the first publication")
    done = "would be changed" if given.dry_run else "changed"
    _say(f"{applied.seen} paths, {len(applied.changed)} {done}")
    return 4 if given.dry_run and applied.changed else 0


def _say(line: str) -> None:
    sys.stderr.write(f"{printable(line)}\n")


if __name__ == "__main__":
    sys.exit(main())
