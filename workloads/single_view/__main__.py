"""`python -m bluelamp.workloads.single_view CONTRACTS MAPPINGS DATA VIEW --subject NAME`.

CONTRACTS and MAPPINGS are local folders, DATA the folder of the sources' files, VIEW the folder of the published view.
DATA and VIEW are local folders or folders of the lake, `lake:FILE_SYSTEM/PATH`. Exit status: 0 the view was published,
1 a file could not be written or a request to the lake failed, 2 contracts, mappings or an argument are invalid, 3 a
contract does not hold and the last view is kept.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bluelamp.core.contracts import read_folder
from bluelamp.core.problems import SettingsError
from bluelamp.core.text import printable
from bluelamp.workloads import lake


def main(words: Sequence[str] | None = None) -> int:
    """Runs the workload; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bluelamp.workloads.single_view", description=__doc__.split("\n\n")[1]
    )
    parser.add_argument("contracts", metavar="CONTRACTS", type=Path, help="the folder of the data contracts")
    parser.add_argument("mappings", metavar="MAPPINGS", type=Path, help="the folder of the mappings")
    parser.add_argument("data", metavar="DATA", help="the folder of the sources' files")
    parser.add_argument("view", metavar="VIEW", help="the folder of the published view")
    parser.add_argument("--subject", required=True, help="whose view it is, such as west-midlands")
    parser.add_argument("--as-of", type=date.fromisoformat, help="the day by which freshness is judged")
    given = parser.parse_args(words)
    try:
        return _build(given)
    except SettingsError as error:
        _say(*map(str, error.problems))
        return 2
    except ModuleNotFoundError as error:
        _say(f"{error.name} is not installed; install the data extra: pip install bluelamp[data]")
        return 2
    except lake.LakeError as error:
        _say(str(error))
        return 1
    except OSError as error:
        _say(f"{error.filename or given.view}: cannot be written: {error.strerror or error}")
        return 1
    except _Blocked as error:
        _say(*error.reasons)
        return 3


class _Blocked(Exception):  # noqa: N818 - control flow, not an error
    """A contract does not hold, so nothing is published."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def _build(given: argparse.Namespace) -> int:
    from bluelamp.workloads.single_view import build, read_mappings

    contracts = read_folder(given.contracts, given.contracts.parent)
    mappings = read_mappings(given.mappings, given.mappings.parent, contracts)
    with lake.published(given.view) as view:
        with lake.copied(given.data) as data:
            built = build(contracts, mappings, data, view, subject=given.subject, as_of=given.as_of, progress=_say)
        if built.published is None:
            raise _Blocked([f"{asset}: {reason}" for asset, reasons in built.blocked.items() for reason in reasons])
    entities = ", ".join(f"{count:,} {type_}" for type_, count in built.published.entities.items())
    sys.stdout.write(f"published: {printable(given.view)}: {entities}; {built.published.quarantined:,} quarantined\n")
    return 0


def _say(*lines: str) -> None:
    sys.stderr.writelines(f"{printable(line)}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
