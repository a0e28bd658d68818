"""The commands that are stopped, with the states they start from, and the checks after they have been run again."""

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.resilience.running import Ended, Place, processes, run

ROOT = Path(__file__).resolve().parents[2]
FORCE = "dyfed-powys"
SIZES = {"empty": 0, "small": 2, "full": 6}
"""The number of groups of four resources in the cloud at first."""
_PATIENCE = 20.0
_KEY = "signing.pem"


@dataclass
class Settled:
    """The result of the following runs; `seconds` is the duration of the first one."""

    seconds: float = 0.0
    diverged: list[str] = field(default_factory=list)
    """Runs with an unexpected result."""
    lost: list[str] = field(default_factory=list)
    """Lost data, and resources that no state tracks."""
    left: list[str] = field(default_factory=list)
    """Processes and files that nothing removes any more."""

    @property
    def problems(self) -> list[str]:
        """Every problem."""
        return [*self.diverged, *self.lost, *self.left]

    def expect(self, ended: Ended, *statuses: int) -> Ended:
        """Records a command that ended with a status other than `statuses`."""
        if ended.status not in statuses or "Traceback" in ended.said:
            lines = [line for line in ended.said.strip().splitlines() if line.strip()]
            self.diverged.append(f"status {ended.status}: {' / '.join(lines[-3:])[-300:]}")
        return ended


@dataclass(frozen=True)
class Subject:
    """A command that is stopped. `roles` are the single processes that are killed, in addition to the whole command."""

    name: str
    words: tuple[str, ...]
    bases: tuple[str, ...]
    roles: tuple[str, ...]
    prepare: Callable[[Place, str], None]
    settle: Callable[[Place], Settled]
    extra: Callable[[Place], dict[str, str]] = lambda _: {}
    before: Callable[[Place], None] = lambda _: None
    """Prepares the copy before the command: the difference between the command's start and its target."""

    def place(self, folder: Path, mark: str) -> Place:
        """A place for the subject in `folder`."""
        bare = Place(folder, mark, {})
        return Place(folder, mark, self.extra(bare))


def _project(place: Place) -> None:
    root = place.root
    root.mkdir(parents=True)
    shutil.copytree(ROOT / "stacks", root / "stacks")
    for name in ("infra", "modules", "policies"):
        (root / name).symlink_to(ROOT / name)
    (root / ".venv").symlink_to(Path(sys.prefix))
    settings = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8").replace("main: infra", "main: program")
    (root / "Pulumi.yaml").write_text(settings, encoding="utf-8")
    shutil.copytree(Path(__file__).with_name("program"), root / "program", ignore=shutil.ignore_patterns("__pycache__"))
    _resize(place, "full")


def _resize(place: Place, base: str) -> None:
    (place.root / "program" / "size").write_text(str(SIZES[base]), encoding="utf-8")


UP = ("up", "--rehearse", "--yes", FORCE)
DESTROY = ("destroy", "--rehearse", "--yes", FORCE)


def _brought_up(place: Place, base: str) -> None:
    _project(place)
    _resize(place, base)
    if SIZES[base]:
        done = run(UP, place)
        assert done.status == 0, done.said
    _resize(place, "full")


def _cloud(place: Place) -> list[str]:
    from bluelamp.rehearsal.space import Space

    with contextlib.closing(Space(place.root).open_store()) as store:
        return sorted(record.urn for record in store.all())


def _state(place: Place) -> list[str]:
    from bluelamp.rehearsal.space import Space

    files = list((Space(place.root).state / ".pulumi" / "stacks").glob(f"*/{FORCE}.json"))
    if not files:
        return []
    latest = json.loads(files[0].read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
    return sorted(
        resource["urn"]
        for resource in latest.get("resources") or []
        if resource.get("custom") and not resource["type"].startswith("pulumi:")
    )


def _compare(place: Place, settled: Settled, wanted: int) -> None:
    try:
        cloud, state = _cloud(place), _state(place)
    except Exception as error:
        settled.lost.append(f"the state or the cloud cannot be read: {type(error).__name__}: {error}")
        return
    if cloud != state:
        settled.lost.append(f"the cloud holds {len(cloud)} resources and the state {len(state)}")
    if len(cloud) != wanted:
        settled.lost.append(f"the cloud holds {len(cloud)} resources, not {wanted}")


def _after_up(place: Place) -> Settled:
    settled = Settled()
    settled.seconds = settled.expect(run(UP, place), 0).seconds
    again = settled.expect(run(UP, place), 0)
    if "unchanged" not in again.said:
        settled.diverged.append("a second up finds something to change")
    _compare(place, settled, 4 * SIZES["full"])
    _left(place, settled)
    return settled


def _after_destroy(place: Place) -> Settled:
    settled = Settled()
    settled.seconds = settled.expect(run(DESTROY, place), 0).seconds
    _compare(place, settled, 0)
    _left(place, settled)
    return settled


def _left(place: Place, settled: Settled, allowed: Callable[[Path], bool] = lambda _: False) -> None:
    """Checks for leftovers in the folder for temporary files and elsewhere, locks, and processes."""
    if pids := processes(place, _PATIENCE):
        settled.left.append(f"{len(pids)} processes")
    files = [path for path in place.temporary.rglob("*") if not path.is_dir()] + [
        path
        for path in place.root.rglob("*")
        if not path.is_symlink() and path.is_file() and _is_temporary(path.relative_to(place.root))
    ]
    folders = [path for path in place.temporary.iterdir() if path.is_dir()]
    found = sorted({str(path.relative_to(place.folder)) for path in (*files, *folders) if not allowed(path)})
    if found:
        settled.left.append(f"left over: {', '.join(found[:4])}" + (" ..." if len(found) > 4 else ""))


def _is_temporary(path: Path) -> bool:
    locked = "locks" in path.parts and path.suffix == ".json"
    return locked or any(part.endswith((".tmp", ".part", ".new", ".old")) or ".tmp" in part for part in path.parts)


AUDIT = ("audit", "--from", "manifests", "deploy.yaml", "--report", "report", "--sign-with", _KEY, "--no-history")
_MANIFEST = """apiVersion: v1
kind: Namespace
metadata: {name: records}
---
apiVersion: v1
kind: Service
metadata: {name: records, namespace: records}
spec: {type: ClusterIP, selector: {app: records}, ports: [{port: 443}]}
"""


def _reported(place: Place, _: str) -> None:
    from bluelamp.reports.keys import make_key

    _project(place)
    (place.root / "deploy.yaml").write_text(_MANIFEST, encoding="utf-8")
    make_key(place.root / _KEY)
    done = run(AUDIT, place)
    assert done.status in (0, 3), done.said


def _verify() -> tuple[str, ...]:
    return ("verify", "report", "--signer", "signing.pub.pem")


def _after_audit(place: Place) -> Settled:
    settled = Settled()
    found = run(_verify(), place)
    if found.status:
        lines = found.said.strip().splitlines() or [""]
        settled.lost.append(f"neither the old report nor the new one: {lines[-1][-200:]}")
    known = _names(place.root)
    settled.seconds = settled.expect(run(AUDIT, place), 0, 3).seconds
    settled.expect(run(_verify(), place), 0)
    wanted = {"report", "Pulumi.yaml", "deploy.yaml", "stacks", "infra", "modules", "policies", ".venv", "program"}
    strange = (_names(place.root) | known) - wanted - {_KEY, "signing.pub.pem", ".bluelamp"}
    still = strange & _names(place.root)
    if still:
        settled.left.append(f"left over: {', '.join(sorted(still))}")
    _left(place, settled)
    return settled


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


INSTALL = ("engine", "install")
_TOOLS = ("sh", "dirname", "env", "git", "cat", "uname", "gcc", "as", "ld", "ps")
GO = "BLUELAMP_RESILIENCE_GO"
"""With `real`, Go links the engine; otherwise a stand-in writes the binary that was built earlier."""


def _bare(place: Place, _: str) -> None:
    _project(place)
    tools = place.folder / "bin"
    tools.mkdir()
    for name in _TOOLS:
        if found := shutil.which(name):
            (tools / name).symlink_to(found)


def _with_go(place: Place) -> None:
    """Puts Go, or its stand-in, on the path of the place, and nothing that downloads a release."""
    go = place.folder / "bin" / "go"
    real = shutil.which("go")
    if os.environ.get(GO) == "real" and real:
        go.symlink_to(real)
        return
    shutil.copy(Path(__file__).with_name("linker.py"), go)
    content = go.read_text(encoding="utf-8")
    go.write_text(f"#!{sys.executable} -IS\n{content}", encoding="utf-8")
    go.chmod(0o755)


def _install_environment(place: Place) -> dict[str, str]:
    return {
        "PATH": str(place.folder / "bin"),
        "BLUELAMP_CACHE": str(place.folder / "cache"),
        "BLUELAMP_RESILIENCE_BUILT": str(built()),
    }


def built() -> Path:
    """The engine built earlier on this machine. Raises FileNotFoundError if there is none."""
    from bluelamp.engine.build import built_folder

    folder = built_folder()
    if not (folder / "pulumi").is_file():
        raise FileNotFoundError(f"{folder} holds no built engine; run `bluelamp engine install` without curl")
    return folder


def _after_install(place: Place) -> Settled:
    settled = Settled()
    wanted = _digest(built() / "pulumi")
    doctor = run(("doctor", "--format", "json"), place)
    if "Traceback" in doctor.said:
        settled.diverged.append("doctor breaks down")
    if _healthy(doctor) and _digest(_binary(place)) != wanted:
        settled.lost.append("doctor says that a damaged engine is healthy")
    settled.seconds = settled.expect(run(INSTALL, place), 0).seconds
    settled.expect(run(("engine", "status"), place), 0)
    if os.environ.get(GO) != "real" and _digest(_binary(place)) != wanted:
        settled.lost.append("the engine is not the one that was built")
    over = [name for name in _names(place.folder / "cache" / "engine") if name.startswith(".") or name.endswith(".tmp")]
    if over:
        settled.left.append(f"left over: {', '.join(sorted(over))}")
    _left(place, settled)
    return settled


def _healthy(doctor: Ended) -> bool:
    start = doctor.said.find("{")
    try:
        # The command's text on stderr comes before or after the document.
        findings = json.JSONDecoder().raw_decode(doctor.said[max(start, 0) :])[0]["result"]["checks"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(each.get("what") == "engine" and each.get("well") for each in findings)


def _binary(place: Place) -> Path:
    return place.folder / "cache" / "engine" / built().name / "pulumi"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


_RUNNING = ("engine", "language host", "policy pack", "provider")
SUBJECTS = {
    "up": Subject("up --rehearse", UP, ("empty", "small"), _RUNNING, _brought_up, _after_up),
    "destroy": Subject("destroy --rehearse", DESTROY, ("full",), _RUNNING, _brought_up, _after_destroy),
    "audit": Subject("audit --report", AUDIT, ("reported",), (), _reported, _after_audit),
    "engine": Subject(
        "engine install", INSTALL, ("bare",), ("go",), _bare, _after_install, _install_environment, _with_go
    ),
}
