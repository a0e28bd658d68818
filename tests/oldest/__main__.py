"""`python -m tests.oldest`: programs in many layouts and a force, with the oldest supported engine and packages.

The engine is built from `gomod/`, and the host of the YAML language from `yaml/`: both take minutes the first time, and
are cached. The packages have the lowest versions that `pyproject.toml` allows, in an environment of their own. The exit
status is that of the tests.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from bluelamp.engine.build import build, built_folder, pinned_version
from bluelamp.engine.find import version_of
from tests.conftest import environment

ROOT: Final = Path(__file__).parents[2]
_MODULE: Final = Path(__file__).parent / "gomod"
_YAML: Final = Path(__file__).parent / "yaml"
_UV: Final = str(Path(sys.executable).with_name("uv"))
_OWN: Final = ROOT / ".bluelamp" / "oldest"
_BESIDES: Final = ("pytest", "pytest-xdist", "hypothesis", "pulumi-tls", "pulumi-command", "setuptools")
"""The packages that the tests and the build need, in any version."""
_HOST: Final = _OWN / "yaml" / "pulumi-language-yaml"
TESTS: Final = (
    "tests/oldest/programs.py",
    "tests/endtoend/test_shapes.py",
    "tests/endtoend/test_forces.py::test_a_force_comes_up_drifts_is_repaired_and_is_destroyed[dyfed-powys]",
    "tests/endtoend/test_foreign_programs.py::test_a_program_comes_up_has_no_changes_and_is_destroyed[integration]",
    "tests/rehearsal/sdk",
    "tests/planning/test_quick_sdk.py",
)


def main() -> None:
    """Builds the engine, installs the packages and runs the tests."""
    console = Console(stderr=True, highlight=False)
    engine = built_folder(_MODULE) / "pulumi"
    if not engine.is_file():
        console.print(f"building the engine {pinned_version(_MODULE)}, which takes minutes")
        build(lambda _stage, _share: None, version_of, _MODULE)
    if not _HOST.is_file():
        console.print("building the host of the YAML language")
        _build_host()
    console.print(f"installing the lowest versions of the packages in {_OWN}")
    python = _OWN / "bin" / "python"
    _run(_UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(_OWN))
    install = (_UV, "pip", "install", "--quiet", "--python", str(python))
    _run(*install, "--resolution", "lowest-direct", "--requirements", "pyproject.toml")
    _run(*install, *_BESIDES)
    _run(*install, "--no-deps", "--no-build-isolation", "--editable", ".")
    settings = {
        "BLUELAMP_ENGINE": str(engine),
        "BLUELAMP_PYTHON": str(python),
        "YAML_HOST": str(_HOST.parent),
        "CI": "true",
    }
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *TESTS]
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment(**settings), check=False).returncode)


def _build_host() -> None:
    go = shutil.which("go")
    if go is None:
        sys.exit("Go is not installed, and the host of the YAML language must be built")
    package = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
    flags = {"GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}
    _run(go, "build", "-ldflags", "-s -w", "-o", str(_HOST), package, cwd=_YAML, environment={**os.environ, **flags})


def _run(*command: str, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    if subprocess.run(command, cwd=cwd, env=environment, check=False).returncode:
        sys.exit(1)


if __name__ == "__main__":
    main()
