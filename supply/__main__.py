"""`python -m supply`: the bill of materials, the licences and the known vulnerabilities of the dependencies."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bluelamp.core import git
from bluelamp.core.files import replace
from supply import advisories, licences
from supply.go_modules import Module, modules
from supply.python_packages import Package, locked

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one of the commands; 0 if nothing is wrong, 1 if something is, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m supply", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bill = commands.add_parser("sbom", help="write the CycloneDX bill of materials")
    bill.add_argument("--out", type=Path, help="the file; by default dist/bluelamp-VERSION.cdx.json")
    commands.add_parser("licences", help="compare every dependency's licence with the allow-list")
    known = commands.add_parser("vulnerabilities", help="compare every dependency with known vulnerabilities")
    known.add_argument(
        "--advisories", type=Path, metavar="DIR", help="a folder of OSV documents, instead of the service"
    )
    known.add_argument("--service", default=advisories.SERVICE, help="the address of the OSV service")
    known.add_argument("--require", action="store_true", help="fail where there is no source to check against")
    given = parser.parse_args(arguments)
    if given.command == "sbom":
        return _sbom(given.out)
    if given.command == "licences":
        return _licences()
    return _vulnerabilities(given.advisories, given.service, require=given.require)


def dependencies(root: Path = ROOT) -> tuple[tuple[Package, ...], tuple[Module, ...]]:
    """The Python packages and the Go modules that the project pins."""
    return locked(root / "requirements.lock"), modules(root / "bluelamp" / "engine" / "gomod")


def _sbom(out: Path | None) -> int:
    from bluelamp import __version__
    from supply.sbom import sbom

    try:
        commit = git.resolve(ROOT, "HEAD")
        seconds = git.commit_time(ROOT, commit)
    except git.GitError:
        commit, seconds = "", 0
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not commit and not epoch.isdecimal():
        return _fail(["this is no git checkout: set SOURCE_DATE_EPOCH to the time of the release, in seconds"])
    moment = datetime.fromtimestamp(int(epoch) if epoch.isdecimal() else seconds, UTC)
    path = out or ROOT / "dist" / f"bluelamp-{__version__}.cdx.json"
    replace(path, sbom(ROOT, moment, commit))
    sys.stdout.write(f"{path}\n")
    return 0


def _licences() -> int:
    packages, used = dependencies()
    wrong = list(licences.problems(packages, used, licences.policy()))
    if wrong:
        return _fail([f"licences: {line}" for line in wrong])
    sys.stdout.write(f"licences: {len(packages)} Python packages and {len(used)} Go modules are on the allow-list\n")
    return 0


def _vulnerabilities(folder: Path | None, service: str, *, require: bool) -> int:
    packages, used = dependencies()
    every: list[advisories.Dependency] = [*packages, *used]
    try:
        found = advisories.from_folder(folder, every) if folder else advisories.from_service(every, service)
    except advisories.NotCheckedError as error:
        sys.stdout.write(f"vulnerabilities: not checked ({error})\n")
        return 1 if require else 0
    except advisories.AdvisoryError as error:
        return _fail([f"vulnerabilities: {error}"])
    passed = advisories.accepted(datetime.now(UTC).date())
    open_ = [one for one in found if one.advisory not in passed]
    for one in found:
        if one.advisory in passed:
            sys.stdout.write(f"vulnerabilities: accepted: {one}: {passed[one.advisory]}\n")
    if open_:
        return _fail([f"vulnerabilities: {one}" for one in open_])
    sys.stdout.write(f"vulnerabilities: none is known of {len(every)} dependencies\n")
    return 0


def _fail(lines: Sequence[str]) -> int:
    sys.stderr.writelines(f"{line}\n" for line in lines)
    return 1


if __name__ == "__main__":
    sys.exit(main())
