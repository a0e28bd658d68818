"""Finding, downloading and building an engine, with stand-ins for the programs that do so."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bluelamp.engine import find
from bluelamp.engine.build import built_folder, pinned_version
from tests.conftest import COMMAND, environment


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def run(words: tuple[str, ...], cache: Path, path: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(COMMAND), *words],
        check=False,
        capture_output=True,
        text=True,
        env=environment(BLUELAMP_CACHE=str(cache), PATH=path),
    )


def test_an_installed_pulumi_that_is_new_enough_is_used(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "pulumi", "echo v3.999.0")
    output = run(("engine", "status"), tmp_path / "cache", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert output.returncode == 0, output.stderr
    assert "pulumi 3.999.0, found" in output.stdout


def test_an_old_pulumi_is_not_used_and_doctor_reports_it(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "pulumi", "echo v3.10.0")
    output = run(("doctor",), tmp_path / "cache", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert output.returncode == 1
    assert "3.10.0" in output.stdout
    assert "bluelamp engine install" in output.stdout


def test_without_network_and_go_the_error_has_the_next_step_and_check_still_works(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    (empty / "git").symlink_to("/usr/bin/git")
    missing = run(("engine", "install"), tmp_path / "cache", str(empty))
    assert missing.returncode == 1
    assert "Go is not installed" in missing.stderr
    assert "bluelamp doctor" in missing.stderr
    assert "Traceback" not in missing.stderr
    doctor = run(("doctor",), tmp_path / "cache", str(empty))
    assert doctor.returncode == 1
    assert "install Go" in doctor.stdout
    check = run(("check", "dyfed-powys"), tmp_path / "cache", str(empty))
    assert check.returncode == 0, check.stdout + check.stderr


FAKE_GO = """
case "$1" in
  mod) ;;
  list) case "$2" in -deps) echo a b ;; *) echo {sdk} ;; esac ;;
  build) echo run >> {log}; while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\\necho v{version}\\n' > "$2"; chmod +x "$2" ;;
esac
"""


@pytest.fixture
def fake_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` that builds at once; tests that run an engine use the real one."""
    sdk = tmp_path / "sdk"
    (sdk / "python" / "cmd").mkdir(parents=True)
    (sdk / "python" / "cmd" / "pulumi-language-python-exec").write_text("")
    log = tmp_path / "builds"
    script(tmp_path / "bin" / "go", FAKE_GO.format(sdk=sdk, log=log, version=pinned_version()))
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path / "cache"))
    return log


def test_concurrent_installations_build_one_engine(fake_go: Path, tmp_path: Path) -> None:
    path = f"{tmp_path / 'bin'}:/bin"
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: run(("engine", "install"), tmp_path / "cache", path), range(3)))
    for one in done:
        assert one.returncode == 0, one.stderr
        assert f"pulumi {pinned_version()}, built" in one.stdout
    assert fake_go.read_text(encoding="utf-8").count("run") == 1
    folder = built_folder()
    assert sorted(item.name for item in folder.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
    ]
    assert not [item for item in folder.parent.iterdir() if item.name.startswith(".")]


@pytest.mark.usefixtures("fake_go")
def test_a_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "go", 'test "$1" != build && echo x || { echo "disk full" >&2; exit 1; }')
    output = run(("engine", "install"), tmp_path / "cache", f"{tmp_path / 'bin'}:/bin")
    assert output.returncode == 1
    assert "disk full" in output.stderr
    assert [item.name for item in (tmp_path / "cache" / "engine").iterdir()] == ["lock"]


def test_the_built_engine_is_never_put_on_the_callers_path() -> None:
    engine = find.Engine(Path("/somewhere/pulumi"), "3.259.0", "built")
    before = os.environ["PATH"]
    assert engine.environment()["PATH"].startswith("/somewhere")
    assert os.environ["PATH"] == before
    assert engine.environment()["BLUELAMP_PYTHON"] == sys.executable
