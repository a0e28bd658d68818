"""After a full disk, or any other damage to the state or the store, a rehearsal continues and loses nothing."""

import contextlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.errors import RehearsalError
from bluelamp.rehearsal import checkpoint, stack
from bluelamp.rehearsal.checkpoint import Checkpoint, DamagedStateError
from bluelamp.rehearsal.locks import Locks
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.recovery import reconcile
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Record, Store, StoreError
from tests.conftest import ROOT, Project, bluelamp
from tests.integrity.full_disk import on_a_full_disk
from tests.integrity.states import PROJECT, STACK, in_cloud, in_state, state_path
from tests.thorough import some, tries

PROGRAM = ROOT / "tests" / "endtoend" / "programs" / "crash"
UP = "rehearse -- pulumi up --skip-preview"
DESTROY = "rehearse -- pulumi destroy --skip-preview --yes"
EXPECTED = 13
often = settings(derandomize=True, deadline=None, max_examples=tries(500), suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def brought_up(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("up") / "crash"
    shutil.copytree(PROGRAM, root)
    run = bluelamp(UP.split(" "), root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root


@pytest.fixture
def up(brought_up: Path, tmp_path: Path) -> Path:
    """A project of the test's own whose force is up."""
    shutil.copytree(brought_up, tmp_path / "crash")
    return tmp_path / "crash"


@pytest.fixture(scope="module")
def whole(brought_up: Path) -> bytes:
    return state_path(brought_up).read_bytes()


@pytest.fixture(scope="module")
def records(brought_up: Path) -> list[Record]:
    store = Space(brought_up).open_store()
    found = store.all()
    store.close()
    return found


def run(root: Path, command: str, status: int = 0) -> str:
    done = bluelamp(command.split(" "), root)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def agree(root: Path, expected: int) -> None:
    assert in_cloud(root) == in_state(root)
    assert len(in_cloud(root)) == expected


# The state file


def test_a_state_truncated_at_any_byte_is_damaged(whole: bytes) -> None:
    assert len(checkpoint.parse(whole, PROJECT, STACK).resources) == EXPECTED + 2
    chance = random.Random(14)
    end = len(whole.rstrip())
    for length in sorted({*range(300), *(chance.randrange(end) for _ in range(900)), *range(end - 300, end)}):
        for tail in (b"", b"\0" * 64):
            with pytest.raises(DamagedStateError):
                checkpoint.parse(whole[:length] + tail, PROJECT, STACK)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "checkpoint", "latest", "resources", "urn", "type", "stack"]), inner
        )
    ),
    max_leaves=10,
)


@often
@given(JSON | st.binary(max_size=60))
def test_garbage_is_never_read_as_a_state_with_resources(content: Any) -> None:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    try:
        found = checkpoint.parse(raw, PROJECT, STACK)
    except DamagedStateError:
        return
    assert found.resources == []
    assert found.time


def without(whole: bytes, chosen: set[int]) -> bytes:
    content = json.loads(whole)
    latest = content["checkpoint"]["latest"]
    latest["resources"] = [one for place, one in enumerate(latest["resources"]) if place not in chosen]
    return json.dumps(content).encode()


@often
@given(st.sets(st.integers(0, EXPECTED + 1), min_size=1))
def test_a_state_without_required_resources_is_damaged(whole: bytes, chosen: set[int]) -> None:
    resources = json.loads(whole)["checkpoint"]["latest"]["resources"]
    gone = {resources[place]["urn"] for place in chosen}
    kept = [one for place, one in enumerate(resources) if place not in chosen]
    needed = {
        urn
        for one in kept
        for urn in [one.get("parent"), str(one.get("provider") or "").rpartition("::")[0], *one.get("dependencies", [])]
    }
    if needed & gone:
        with pytest.raises(DamagedStateError):
            checkpoint.parse(without(whole, chosen), PROJECT, STACK)
    else:
        assert checkpoint.parse(without(whole, chosen), PROJECT, STACK).resources == kept


@pytest.mark.parametrize(("project", "name"), [(PROJECT, "other"), ("other", STACK)])
def test_the_state_of_another_stack_is_damaged(whole: bytes, project: str, name: str) -> None:
    with pytest.raises(DamagedStateError):
        checkpoint.parse(whole, project, name)


@settings(often, max_examples=tries(200))
@given(st.integers(0, 10**9), st.sampled_from(["copy", "bak", "backup", "none"]), st.booleans())
def test_a_damaged_state_is_restored_from_the_newest_intact_copy(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, cut: int, where: str, older_too: bool
) -> None:
    space = Space(tmp_path_factory.mktemp("space"))
    state = space.state / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"
    places = {
        "copy": space.stacks / PROJECT / f"{STACK}.state",
        "bak": state.with_name(f"{STACK}.json.bak"),
        "backup": space.state / ".pulumi" / "backups" / PROJECT / STACK / f"{STACK}.17.json",
    }
    older = whole.replace(b'"time":"20', b'"time":"19', 1).replace(b'"time": "20', b'"time": "19', 1)
    damaged = whole[: cut % (len(whole.rstrip()) - 1)]
    for name, path in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == where:
            path.write_bytes(whole)
        elif older_too and where != "none":
            path.write_bytes(older)
        else:
            path.write_bytes(damaged)
    state.write_bytes(damaged)
    output = stack._restore(space, PROJECT, STACK, known=True)
    if where == "none":
        assert not state.exists()
        assert "starts from an empty state" in output[0]
    else:
        assert state.read_bytes() == whole
        assert "restored the last complete state" in output[0]


# State and cloud from different times


@often
@given(st.sets(st.integers(0, EXPECTED - 1)), st.sets(st.integers(2, EXPECTED + 1)))
def test_state_and_cloud_of_any_two_times_are_reconciled(
    whole: bytes, records: list[Record], missing: set[int], unknown: set[int]
) -> None:
    store = Store(":memory:")
    for place, record in enumerate(records):
        if place not in missing:
            store.add(record)
    packages = Packages(store)
    resources = json.loads(whole)["checkpoint"]["latest"]["resources"]
    # A state of an earlier time lacks resources and everything that depends on them.
    gone = {resources[place]["urn"] for place in unknown}
    for one in resources:
        if {one.get("parent"), *one.get("dependencies", [])} & gone:
            gone.add(one["urn"])
    state = [one for one in resources if one["urn"] not in gone]
    before = {one["urn"] for one in state} | {one.urn for one in store.all()}
    found = reconcile(state, store.resources_of_stack(PROJECT, STACK), store, packages.provider)
    held = sorted(one.urn for one in store.all())
    assert held == sorted(one["urn"] for one in state if not one["type"].startswith("pulumi:"))
    after = {one["urn"] for one in state} | set(held)
    assert before - after == {*found.from_cloud, *found.from_state}
    content = {"version": 3, "checkpoint": {"stack": STACK, "latest": {"resources": state}}}
    assert checkpoint.parse(json.dumps(content).encode(), PROJECT, STACK).resources == state
    assert reconcile(state, store.resources_of_stack(PROJECT, STACK), store, packages.provider).from_cloud == ()


def test_a_copy_is_kept_as_a_link_if_there_is_no_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy"
    state.write_bytes(b"{}")
    copy.write_bytes(b"old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.files, "replace", full)
    checkpoint.keep(Checkpoint(b"{}", {}), state, copy)
    assert copy.read_bytes() == b"{}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "state"]


# The store


@pytest.mark.parametrize("pages", range(14, 54))
def test_a_store_on_a_full_disk_rolls_back_and_stays_readable(tmp_path: Path, pages: int) -> None:
    store = Store(tmp_path / "cloud.db")
    store._db.execute(f"pragma max_page_count={pages}")
    written: list[str] = []
    for number in range(400):
        try:
            with store.transaction():
                store.put(Record(f"a{number}", "p", "t", "u", {"x": "y" * 900}))
                store.put(Record(f"b{number}", "p", "t", "u", {"x": "y" * 900}))
        except StoreError as error:
            refused = str(error)
            break
        written += [f"a{number}", f"b{number}"]
    else:
        pytest.fail("it never became full")
    assert "database or disk is full; free disk space, then run the same command again" in refused
    assert sorted(one.id for one in store.all()) == sorted(written)
    assert not store._db.in_transaction
    store._db.execute("pragma max_page_count=100000")
    store.put(Record("last", "p", "t", "u"))
    store.close()
    assert Store(tmp_path / "cloud.db").count() == len(written) + 1


@settings(often, max_examples=tries(60))
@given(st.integers(1, 60_000))
def test_a_truncated_store_is_reported_or_read(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    root = tmp_path_factory.mktemp("cut")
    store = Space(root).open_store()
    for number in range(30):
        store.put(Record(f"id{number}", "p", "t", "u", {"x": "y" * 900}))
    store.close()
    path = Space(root).store_path
    path.write_bytes(path.read_bytes()[:cut])
    output = ""
    try:
        with contextlib.closing(Space(root).open_store()) as again:
            assert again.count() <= 30
    except RehearsalError as error:
        output = error.next_step
    except StoreError as error:
        output = str(error)
    assert not output or output.endswith("bluelamp cloud reset") or str(path) in output


def test_a_stack_is_changed_by_one_command_at_a_time(tmp_path: Path) -> None:
    first, second, third = Locks(), Locks(), Locks()
    lock = tmp_path / "stacks" / "lock"
    assert first.acquire(lock, "essex", changing=False)
    first.share(lock)
    assert not second.acquire(lock, "essex", changing=False)
    with pytest.raises(RehearsalError, match="essex is locked by another command"):
        third.acquire(lock, "essex", changing=True)
    first.release()
    second.release()
    assert third.acquire(lock, "essex", changing=True)


# The real engine

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


@pytest.mark.parametrize("step", some([UP, DESTROY], 1))
def test_the_printed_step_works_after_a_full_disk(step: str, tmp_path: Path) -> None:
    root = tmp_path / "crash"
    shutil.copytree(PROGRAM, root, ignore=shutil.ignore_patterns("__pycache__"))
    last = DESTROY if step == UP else UP
    first, second, third = on_a_full_disk(root, 200_000 if step == UP else 300_000, UP, step, last)
    assert first["status"] == 1, first
    assert "run the same command again" in first["output"]
    for one in (first, second, third):
        assert "Traceback" not in one["output"]
    for one in (second, third):
        assert one["status"] == 0, one["output"]
        assert one["held"] == one["state"]
        assert len(one["held"]) == (EXPECTED if (one is second) == (step == UP) else 0)


def test_small_files_truncated_by_a_full_disk_do_no_harm(up: Path) -> None:
    space = Space(up)
    (space.state / ".pulumi" / "meta.yaml").write_bytes(b"")
    locks = space.state / ".pulumi" / "locks" / "organization" / PROJECT / STACK
    locks.mkdir(parents=True, exist_ok=True)
    (locks / "cut.json").write_bytes(b"")
    for path in (space.stacks / PROJECT).glob("*"):
        path.write_bytes(b"" if path.suffix != ".yaml" else b"encryptionsalt: 'v1")
    (space.folder / "home" / "workspaces").mkdir()
    for name in ("credentials.json", "config.json", "workspaces/a.json"):
        (space.folder / "home" / name).write_bytes(b'{"accounts": {')
    state_path(up).write_bytes(b"")
    output = run(up, UP)
    assert "the state file is damaged (the file is empty); restored the last complete state" in output
    agree(up, EXPECTED)
    run(up, DESTROY)
    agree(up, 0)


def test_a_deleted_state_and_an_older_cloud_are_repaired(up: Path) -> None:
    store = Space(up).open_store()
    for record in store.all()[-4:]:
        store.remove(record.id)
    store.close()
    state_path(up).unlink()
    output = run(up, DESTROY)
    assert "the state file is missing; restored the last complete state" in output
    assert in_cloud(up) == []
    run(up, UP)
    agree(up, EXPECTED)


def test_an_older_state_is_repaired(up: Path, whole: bytes) -> None:
    content = json.loads(whole)
    latest = content["checkpoint"]["latest"]
    latest["resources"] = latest["resources"][:5]
    state_path(up).write_text(json.dumps(content))
    output = run(up, DESTROY)
    assert "in the rehearsal cloud but not in the state: removed from the cloud" in output
    assert in_cloud(up) == []
    run(up, UP)
    agree(up, EXPECTED)


def test_a_deleted_store_is_repaired(up: Path) -> None:
    for path in Space(up).folder.glob("cloud.db*"):
        path.unlink()
    output = run(up, UP)
    assert "13 resources in the state but not in the rehearsal cloud: removed from the state" in output
    agree(up, EXPECTED)


def test_a_damaged_store_is_reset_by_the_printed_step(up: Path) -> None:
    Space(up).store_path.write_bytes(b"not a database" * 500)
    assert "next: free disk space, or reset the rehearsal with: bluelamp cloud reset" in run(up, UP, status=1)
    run(up, "cloud reset")
    run(up, UP)
    agree(up, EXPECTED)


def test_destroy_fails_while_the_cloud_has_resources_and_the_next_one_removes_them(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An Azure policy may keep what the engine has deleted; here a record appears while the engine runs."""
    from bluelamp.cli import operate
    from bluelamp.cli.run_options import RunOptions
    from bluelamp.cli.screen import Screen
    from bluelamp.errors import Status
    from bluelamp.fleet.deploy import Result

    space = Space(project.root)
    urn = "urn:pulumi:dyfed-powys::bluelamp::azure-native:resources:ResourceGroup::rg"

    def work(target: Any, _on_step: Any, _gate: Any) -> Result:
        store = space.open_store()
        store.put(
            Record("/subscriptions/x/resourceGroups/rg", "azure-native", "azure-native:resources:ResourceGroup", urn)
        )
        store.close()
        return Result(target.stack, "destroy", Status.DONE)

    monkeypatch.chdir(project.root)
    screen = Screen(quiet=True)
    how = RunOptions(rehearse=True, needs_settings=False)
    assert operate.run(screen, project.root, ["dyfed-powys"], "destroy", how, work) is Status.FAILED
    again = project.run("destroy", "--rehearse", "dyfed-powys")
    assert again.returncode == 0, again.stderr
    assert "1 resource in the rehearsal cloud but not in the state: removed from the cloud: rg" in again.stderr
    assert in_cloud(project.root) == []
