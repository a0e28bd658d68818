"""`python -m tests.interop`: both programs on the same contracts and files, check by check.

The contracts are those of `make single-view`, each with one of the three files of published crime data, and two over
rows with some errors. Then DataHub's own classes read the exports of two registers. The exit status is 1 if a check
differs, or is in one program only, and `differences.yaml` does not explain it, or if DataHub refuses an export.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from bluelamp.assets.datahub import proposals
from bluelamp.core.contracts import Contract, read_assets, read_folder
from bluelamp.demonstration.fetch import MONTHS, fetch
from bluelamp.demonstration.single_view import AS_OF
from bluelamp.workloads import single_view
from bluelamp.workloads.quality import execute
from bluelamp.workloads.single_view import people
from tests.interop.compare import Row, rows

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".bluelamp" / "interop" / "bin" / "python"
PEOPLE = 2_000
FORCES = ("west-midlands", "essex")


@dataclass(frozen=True)
class Case:
    """A contract with the folder of its data, and its label in the table."""

    name: str
    contract: Contract
    data: Path

    @property
    def file(self) -> Path:
        """The only file of the contract's table."""
        (found,) = (self.data / self.contract.asset).glob("*.csv")
        return found


def main() -> int:
    """Runs both, prints the table, and returns the exit status."""
    console = Console(soft_wrap=True, highlight=False, width=120)
    with TemporaryDirectory() as name:
        cases = list(prepare(Path(name)))
        files = [Path(name) / f"{number}.yaml" for number in range(len(cases))]
        for case, file in zip(cases, files, strict=True):
            file.write_text(theirs_of(case.contract, case.file), encoding="utf-8")
        found = ask(files)
        compared: list[Row] = []
        for case, file in zip(cases, files, strict=True):
            (asset,) = execute([case.contract], case.data, subject="interop", as_of=AS_OF).assets
            compared += rows(case.name, asset.results, found[str(file)])
    reasons = list(dict.fromkeys(row.explained for row in compared if row.explained))
    console.print(
        _table(compared, reasons), *(f"({number}) {each}" for number, each in enumerate(reasons, 1)), sep="\n"
    )
    agreed = sum(row.agrees for row in compared)
    open_ = [row for row in compared if not row.agrees and not row.explained]
    console.print(f"{len(compared)} checks: {agreed} agree, {len(compared) - agreed - len(open_)} differ as explained")
    for row in open_:
        output = "; ".join(each.reason for each in (row.ours, row.theirs) if each and each.reason)
        console.print(f"differs: {row.contract}: {row.check}: {output or 'only one of them has it'}")
    refused = [force for force in FORCES if not exported(force, console)]
    return 1 if open_ or refused else 0


def exported(force: str, console: Console) -> bool:
    """Whether DataHub accepts the export of a register, and refuses it with an unknown field."""
    made = proposals(force, read_assets(ROOT, force))
    strange = {**made[0], "aspect": {**made[0]["aspect"], "value": json.dumps({"titel": ""})}}
    statuses = []
    for documents in (made, [strange]):
        with NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(documents, file)
            file.flush()
            words = [str(PYTHON), str(ROOT / "tests" / "assets" / "datahub_check.py"), file.name]
            done = subprocess.run(words, check=False, capture_output=True, text=True)
        statuses.append(done.returncode)
        if documents is made and done.returncode:
            console.print(done.stderr)
    console.print(f"{force}: {len(made)} proposals for DataHub: {'valid' if statuses == [0, 1] else 'NOT VALID'}")
    return statuses == [0, 1]


def _table(compared: list[Row], reasons: list[str]) -> Table:
    table = Table("contract", "check", "bluelamp", "datacontract", "", box=None)
    for row in compared:
        mark = "agrees" if row.agrees else f"({reasons.index(row.explained) + 1})" if row.explained else "DIFFERS"
        table.add_row(row.contract, row.check, str(row.ours or "-"), str(row.theirs or "-"), mark)
    return table


def prepare(folder: Path) -> Iterator[Case]:
    """The cases, each with one file for its table."""
    fetch(folder / "all")
    people.generate(folder / "all", PEOPLE)
    # DuckDB reads a header with an unnamed column as a row of data, so that the other program finds no columns.
    (areas,) = (folder / "all" / "lsoa-areas").glob("*.csv")
    areas.write_bytes(b"number" + areas.read_bytes())
    demo = Path(single_view.__file__).parent / "demo"
    for contract in read_folder(demo / "contracts", demo.parent):
        if contract.asset != "street-crime":
            yield Case(contract.asset, contract, folder / "all")
            continue
        for month in MONTHS:
            place = folder / month / contract.asset
            place.mkdir(parents=True)
            (file,) = (folder / "all" / contract.asset).glob(f"{month}-*.csv")
            os.link(file, place / file.name)
            yield Case(f"{contract.asset} {month}", contract, folder / month)
    for contract in read_folder(HERE / "contracts", HERE):
        place = folder / "made" / contract.asset
        place.mkdir(parents=True)
        (place / "record.csv").write_bytes((HERE / "data" / "record.csv").read_bytes())
        yield Case(contract.asset, contract, folder / "made")


def theirs_of(contract: Contract, path: object) -> str:
    """The contract as the other program needs it: the server has the file, and a table's physical name is no pattern."""
    document = yaml.safe_load(yaml.safe_dump(contract.source.values))
    for table in document["schema"]:
        table.pop("physicalName", None)
    document["servers"] = [{**document["servers"][0], "path": str(path)}]
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def ask(files: list[Path]) -> dict[str, list[dict[str, Any]]]:
    """The results of datacontract-cli for each contract."""
    words = [str(PYTHON), str(HERE / "theirs.py"), *map(str, files)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"datacontract-cli ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
