"""`--scheduler`: the same result as a local run, even if a worker is killed; and nothing is applied twice."""

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from bluelamp.distributed.cluster import refuse_address
from bluelamp.errors import UsageError
from bluelamp.rehearsal.space import Space
from tests.conftest import Project, held, in_process, left_running, make_project
from tests.scheduling.dask import (
    Dask,
    address,
    dask,
    holds_something,
    is_there,
    kill_the_busy_one,
    running,
    scheduler,
    started,
    until,
)

pytestmark = pytest.mark.xdist_group("scheduler")

FORCE = "dyfed-powys"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = make_project(tmp_path_factory.mktemp("scheduler") / "project", [FORCE])
    yield made
    assert left_running(made.root) == []


@pytest.fixture(scope="module")
def there(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler with two workers in the project, and one with another lock file and settings."""
    other = make_project(tmp_path_factory.mktemp("other") / "project", [FORCE])
    (other.root / "requirements.lock").write_text("pulumi==1\n")
    (other.root / "stacks/baseline.yaml").write_text("rules: {}\n")
    with dask(tmp_path_factory.mktemp("dask")) as made:
        made.start("first", project.root)
        made.start("second", project.root)
        made.start("other", other.root)
        yield made


def timeless(result: Any) -> Any:
    """A result without its times."""
    if isinstance(result, dict):
        return {key: timeless(value) for key, value in result.items() if key not in ("started", "ended", "seconds")}
    return [timeless(each) for each in result] if isinstance(result, list) else result


def test_a_check_whose_worker_is_killed_runs_on_another_and_equals_a_local_one(project: Project, there: Dask) -> None:
    with running(project, there, "check", FORCE, "--no-cache", "--format", "json") as child:
        until(lambda: plans(there), "a worker plans")
        busy = kill_the_busy_one(there)
        out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    until(lambda: not is_there(busy), "what the killed worker did has ended with it")
    assert "not used: another lock file; other settings (files in stacks/)" in err
    local = project.run("check", FORCE, "--no-cache", "--format", "json")
    assert timeless(json.loads(out)["result"]) == timeless(json.loads(local.stdout)["result"])


def plans(there: Dask) -> bool:
    """Whether a worker's process has imported the SDK, which one that only reports versions has not."""
    for pids in there.has().values():
        for pid in pids:
            with contextlib.suppress(OSError):
                if "/grpc/" in Path(f"/proc/{pid}/maps").read_text():
                    return True
    return False


def test_an_up_whose_worker_is_killed_is_interrupted_and_resume_completes_it(project: Project, there: Dask) -> None:
    # Two workers may do the work: Dask starts it again on the other one.
    there.start("third", project.root)
    with running(project, there, "up", "--rehearse", FORCE, "--format", "json") as child:
        until(lambda: holds_something(project.root), "something is made")
        busy = kill_the_busy_one(there)
        out, err = child.communicate(timeout=300)
    until(lambda: not is_there(busy), "what the killed worker did has ended with it")
    assert child.returncode == 1, err
    (force,) = json.loads(out)["result"]["forces"]
    assert force["errors"] == ["its worker was lost; next: run the same command with --resume"]
    (ring,) = json.loads(out)["result"]["run"]["rings"]
    assert ring["forces"] == [{"force": FORCE, "state": "interrupted"}]

    with running(project, there, "up", "--rehearse", FORCE, "--resume", "--format", "json") as child:
        out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    (ring,) = json.loads(out)["result"]["run"]["rings"]
    assert ring["forces"] == [{"force": FORCE, "state": "done"}]
    assert (project.root / f".bluelamp/reports/{FORCE}/findings.json").is_file()
    state = Space(project.root).state / f".pulumi/stacks/bluelamp/{FORCE}.json"
    latest = json.loads(state.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    known = [each for each in latest["resources"] if each.get("custom") and not each["type"].startswith("pulumi:")]
    assert len(known) == held(project.root), "nothing is made twice"


def test_drift_on_a_worker_is_recorded_locally(project: Project, there: Dask) -> None:
    with running(project, there, "drift", "--rehearse", FORCE, "--format", "json") as child:
        out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    (force,) = json.loads(out)["result"]["forces"]
    assert (force["changes"], force["drift"]) == ([], {"ignored": [], "since": [], "gone": [], "repaired": []})


def test_tls_is_configured_as_in_dask(project: Project, tmp_path: Path) -> None:
    certificate(tmp_path)
    files = {"CA_FILE": "cert.pem"} | {
        f"{role}__{part.upper()}": f"{part}.pem" for role in ("CLIENT", "SCHEDULER") for part in ("cert", "key")
    }
    variables = {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(tmp_path / file) for name, file in files.items()}
    with started(scheduler(tmp_path, "--protocol", "tls"), tmp_path, tmp_path / "log", variables):
        at = address(tmp_path)
        run = project.run("check", FORCE, "--no-cache", "--scheduler", at, **variables)
    assert at.startswith("tls://")
    assert run.returncode == 1
    assert f"the scheduler {at} has no suitable worker: it has no workers" in run.stderr


def certificate(folder: Path) -> None:
    """A self-signed certificate of this machine."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))


@pytest.mark.parametrize("wrong", ["localhost:8786", "tcp://:8786", "tcp://host", "tcp://host:99999", "http://h:1", ""])
def test_an_invalid_address_is_refused_with_the_valid_forms(wrong: str) -> None:
    with pytest.raises(UsageError, match=r"allowed: tcp://HOST:PORT, tls://HOST:PORT"):
        refuse_address(wrong)


def test_an_unresponsive_scheduler_is_an_error_with_the_next_step(project: Project) -> None:
    status, _, err = in_process(project.root, ["check", FORCE, "--no-cache", "--scheduler", "tcp://127.0.0.1:1"])
    assert status == 1
    assert "--scheduler tcp://127.0.0.1:1: cannot be reached" in err
    assert "next: start one: dask scheduler" in err


def test_without_dask_the_installation_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="not installed") as raised:
        refuse_address("tcp://127.0.0.1:8786")
    assert "pip install 'bluelamp[dask]'" in raised.value.next_step


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "--watch", FORCE], "--scheduler excludes --watch"),
        (["preview", FORCE, "--kubeconfig", "Pulumi.yaml"], "--scheduler excludes --kubeconfig"),
        (["up", FORCE], "--scheduler cannot ask for confirmation"),
        (["up", FORCE, "--plan", "plans"], "--scheduler cannot ask for confirmation"),
        (["drift", FORCE, "--repair"], "--scheduler cannot ask for confirmation"),
    ],
)
def test_options_that_only_work_locally_are_refused(project: Project, words: list[str], message: str) -> None:
    status, _, err = in_process(project.root, [*words, "--scheduler", "tcp://127.0.0.1:1"])
    assert status == 2
    assert message in err
