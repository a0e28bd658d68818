"""Cached plans give the same answer as a new plan, whatever is edited, and are not used if anything is in doubt."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bluelamp
from bluelamp.cli.reuse import plans_of
from bluelamp.core import current
from bluelamp.core.problems import SettingsError
from bluelamp.fleet.judge import Check, check_plans
from bluelamp.fleet.processes import in_processes
from bluelamp.planning import plan_force
from bluelamp.plans import Plans
from bluelamp.plans.inputs import inputs
from bluelamp.plans.packing import PackingError, packed, unpacked
from bluelamp.plans.store import Entry, Store
from bluelamp.starting import start
from tests.conftest import ROOT
from tests.conftest import bluelamp as command
from tests.thorough import tries

FORCE = "dyfed-powys"
RULE = """
from bluelamp.policies.controls import iso
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, require

LOCATED = require(
    "DPP-LOC-001",
    "Workspaces are in one region",
    Must("location", be="{place}"),
    failure="a workspace is in another region",
    severity=Severity.LOW,
    controls=iso("8.2"),
    at="azure-native:operationalinsights:Workspace",
    rationale="The example needs one.",
    fix="Set location.",
    example="Workspace(location='uksouth')",
)
"""
PROGRAM = """
import os
from pathlib import Path

import label
from pulumi_azure_native import resources

told = Path(__file__).parent.parent / "extra" / "label.txt"
name = f"{label.NAME}-{told.read_text().strip() if told.exists() else 'none'}-{os.environ.get('OWN_LABEL', 'unset')}"
resources.ResourceGroup("own", resource_group_name=f"rg-{name}", location="uksouth")
"""
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A force's own project, whose program reads a module, a file and a variable of its own."""
    root = tmp_path_factory.mktemp("reuse") / "project"
    start(root, FORCE, "ict@dyfed-powys.police.example", "DPP-1180")
    with (root / "infra" / "__main__.py").open("a", encoding="utf-8") as program:
        program.write(PROGRAM)
    (root / "infra" / "label.py").write_text("NAME = 'a'\n", encoding="utf-8")
    (root / "extra").mkdir()
    plan_force(
        FORCE, ROOT
    )  # so that the processes below, which are forked from this one, have the modules that plans import
    yield root
    current.use(None)


def planned(root: Path, cache: Path | None = None) -> Check:
    """The check of the force in a new process, with plans cached in `cache`, or without a cache."""

    def work(_: str) -> Check:
        current.use(root)
        bluelamp.STARTED = time.time()
        plans = Plans(root, store=Store(cache)) if cache else None
        return next(check_plans([FORCE], root, None, 1, changes=True, plans=plans))

    return next(iter(in_processes(work, ["it"], 1)))


def facts(check: Check) -> dict[str, Any]:
    """The content of a check, except its time and whether it was reused."""
    assert check.report is not None, check.failure
    report = replace(check.report, started=START, ended=START)
    return {
        "report": report.as_dict(),
        "names": report.names,
        "warnings": check.warnings,
        "notes": check.notes,
        "refusals": check.refusals,
    }


def stack_file(root: Path) -> Path:
    return root / "stacks" / f"Pulumi.{FORCE}.yaml"


def setting(name: str, value: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        lines = stack_file(root).read_text("utf-8").splitlines()
        kept = [line for line in lines if not line.strip().startswith(f"{name}:")]
        at = next(number for number, line in enumerate(kept) if line.startswith("  bluelamp:costCentre"))
        stack_file(root).write_text("\n".join([*kept[: at + 1], f"  {name}: {value}", *kept[at + 1 :], ""]), "utf-8")

    return edit


def file(name: str, content: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")

    return edit


def without(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink(missing_ok=True)


def variable(value: str) -> Callable[[Path], None]:
    return lambda _: os.environ.__setitem__("OWN_LABEL", value)


EDITS = st.one_of(
    st.sampled_from(["first-steps", "next-steps"]).map(lambda value: setting("bluelamp:roadmapMilestone", value)),
    st.sampled_from(["starter", "cloud"]).map(lambda value: setting("bluelamp:profile", value)),
    # Of different lengths: Python identifies compiled files by the time, in seconds, and the size of their source.
    st.sampled_from(["a", "bb", "ccc"]).map(lambda name: file("infra/label.py", f"NAME = '{name}'\n")),
    st.sampled_from("cd").map(lambda name: file("extra/label.txt", name)),
    st.sampled_from(["infra/again.py", "extra/other.txt", "notes.txt"]).map(lambda name: file(name, "# nothing\n")),
    st.sampled_from(["uksouth", "ukwest"]).map(lambda place: file("rules/placed.py", RULE.replace("{place}", place))),
    st.sampled_from(["==1.0", "==2.0"]).map(lambda pin: file("requirements.lock", f"bluelamp{pin}\n")),
    st.sampled_from(["true", "false"]).map(lambda value: file("stacks/baseline.yaml", f"blockUnknown: {value}\n")),
    st.sampled_from(["extra/label.txt", "rules/placed.py", "stacks/baseline.yaml"]).map(without),
    st.sampled_from("ef").map(variable),
)


def test_a_reused_plan_equals_a_new_one_whatever_is_edited(made: Path, tmp_path: Path) -> None:
    reused = []
    settings_before = stack_file(made).read_text("utf-8")

    @settings(max_examples=tries(4), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(edits=st.lists(EDITS, min_size=1, max_size=3))
    def unfold(edits: list[Callable[[Path], None]]) -> None:
        for edit in edits:
            edit(made)
        try:
            anew = planned(made)
        except SettingsError as error:
            with pytest.raises(SettingsError, match=re.escape(str(error))):
                planned(made, tmp_path / "plans")
            return
        kept = planned(made, tmp_path / "plans")
        again = planned(made, tmp_path / "plans")
        assert facts(kept) == facts(anew) == facts(again)
        assert again.reused
        reused.append(kept.reused)

    try:
        unfold()
        assert False in reused
    finally:
        stack_file(made).write_text(settings_before, encoding="utf-8")
        os.environ.pop("OWN_LABEL", None)


def test_every_read_file_is_in_the_key_or_stored_with_the_plan(made: Path, tmp_path: Path) -> None:
    (made / "extra" / "label.txt").write_text("z", encoding="utf-8")
    store = Store(tmp_path / "plans")
    planned(made, store.folder)
    plans = Plans(made, store=store)
    entry = store.get(plans.key(FORCE))
    assert entry is not None
    assert "./extra/label.txt" in entry.reads
    assert "OWN_LABEL" in entry.variables
    assert {name for name in entry.reads if not name.startswith("./")} == set()
    covered = {*plans.inputs.shared, *plans.inputs.of(FORCE)}
    assert {f"stacks/Pulumi.{FORCE}.yaml", "stacks/forces.yaml", "infra/label.py", "Pulumi.yaml"} <= covered
    assert {"bluelamp/modules/azure/key_vault/key_vault.py", "bluelamp/planning/plan.py"} <= covered


def test_a_program_that_calls_another_process_is_planned_each_time(made: Path, tmp_path: Path) -> None:
    program = made / "infra" / "__main__.py"
    before = program.read_text("utf-8")
    program.write_text(f"{before}\nimport subprocess\nsubprocess.run(['true'], check=True)\n", encoding="utf-8")
    try:
        assert not planned(made, tmp_path / "plans").reused
        assert not planned(made, tmp_path / "plans").reused
    finally:
        program.write_text(before, encoding="utf-8")


def test_damaged_and_foreign_entries_are_ignored(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    planned(made, folder)
    (path,) = (each for each in folder.glob("??/*"))
    whole = path.read_bytes()
    for content in (b"", whole[:-1], whole[:100], bytes([whole[0] ^ 1]) + whole[1:], os.urandom(500)):
        path.write_bytes(content)
        assert Store(folder).get(path.name) is None
    assert not planned(made, folder).reused
    assert planned(made, folder).reused
    # Another key signed it.
    (folder / "key").write_bytes(os.urandom(32))
    assert not planned(made, folder).reused
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_reused_report_has_the_current_time_and_commit(made: Path, tmp_path: Path) -> None:
    git = ["git", "-C", str(made), "-c", "user.email=a@police.example", "-c", "user.name=A"]
    planned(made, tmp_path / "plans")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "start"]):
        subprocess.run([*git, *words], check=True)
    began = datetime.now(UTC)
    check = planned(made, tmp_path / "plans")
    assert check.reused
    assert check.report is not None
    assert check.report.provenance.commit == subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
    assert check.report.started >= began


def test_the_base_of_a_cost_is_cached_too(made: Path, tmp_path: Path) -> None:
    git = ["git", "-C", str(made), "-c", "user.email=a@police.example", "-c", "user.name=A"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", "base"]):
        subprocess.run([*git, *words], check=True)
    before = stack_file(made).read_text("utf-8")
    given = {"BLUELAMP_NO_CACHE": "", "BLUELAMP_CACHE": str(tmp_path)}
    words = ("cost", FORCE, "--against", "HEAD", "--format", "json")
    try:
        setting("bluelamp:roadmapMilestone", "first-steps")(made)
        first = command(words, made, **given)
        again = command(words, made, PYTHONPROFILEIMPORTTIME="1", **given)
        assert first.returncode == 0, first.stderr
        assert json.loads(again.stdout)["result"] == json.loads(first.stdout)["result"]
        assert "pulumi" not in again.stderr.replace("bluelamp", ""), "nothing is planned"
    finally:
        stack_file(made).write_text(before, encoding="utf-8")


def test_other_prices_give_a_base_another_key(made: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    keys = {inputs(made).beside({"stacks/prices.csv": prices}).key(FORCE)}
    for price in ("1", "2"):
        prices.write_text(price, encoding="utf-8")
        keys.add(inputs(made).beside({"stacks/prices.csv": prices}).key(FORCE))
    assert len(keys) == 3


def test_the_command_reports_reuse_and_imports_no_sdk(made: Path, tmp_path: Path) -> None:
    words = ("check", FORCE, "--format", "json")
    given = {"BLUELAMP_NO_CACHE": "", "BLUELAMP_CACHE": str(tmp_path)}
    first, second = command(words, made, **given), command(words, made, PYTHONPROFILEIMPORTTIME="1", **given)
    assert "reused" not in first.stderr
    assert "1 force: 1 reused" in second.stderr
    one, other = (json.loads(run.stdout)["result"]["forces"][0]["report"]["findings"] for run in (first, second))
    assert one == other
    assert "reused" not in command((*words, "--no-cache"), made, **given).stderr
    assert "bluelamp.plans.cache" in second.stderr
    assert "pulumi" not in second.stderr.replace("bluelamp", "")


def test_cached_plans_contain_no_secrets(made: Path, tmp_path: Path) -> None:
    program = made / "infra" / "__main__.py"
    before = program.read_text("utf-8")
    secret = "correct-horse-battery"
    program.write_text(
        f"{before}\nimport pulumi\nresources.ResourceGroup('sealed', resource_group_name='rg-sealed',"
        f" location='uksouth', tags={{'t': pulumi.Output.secret('{secret}')}})\n",
        encoding="utf-8",
    )
    try:
        planned(made, tmp_path / "plans")
        store = Store(tmp_path / "plans")
        entry = store.get(Plans(made, store=store).key(FORCE))
        assert entry is not None
        assert b"sealed" in b"".join(entry.parts.values())
        assert secret.encode() not in b"".join(entry.parts.values())
    finally:
        program.write_text(before, encoding="utf-8")


def test_the_number_of_entries_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bluelamp.plans.store.MOST", 30_000)
    store = Store(tmp_path)
    names = [f"{number:02x}" + "0" * 62 for number in range(6)]
    for number, name in enumerate(names):
        store.put(name, Entry({"a": os.urandom(10_000)}))
        os.utime(tmp_path / name[:2] / name, (number, number))
    kept = [name for name in names if store.get(name)]
    assert names[-1] in kept
    assert names[0] not in kept
    assert sum(path.stat().st_size for path in tmp_path.glob("??/*")) <= 30_000


def test_unpacking_creates_only_data() -> None:
    import pickle

    assert unpacked(packed({"a": datetime.now(UTC).date()}))
    for content in (pickle.dumps(os.system), pickle.dumps(subprocess.Popen), pickle.dumps(Store), b"no pickle"):
        with pytest.raises(PackingError):
            unpacked(content)


def test_plans_are_not_cached_if_disabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plans_of(tmp_path) is None
    monkeypatch.setenv("BLUELAMP_NO_CACHE", "0")
    assert plans_of(tmp_path, no_cache=True) is None
    assert plans_of(tmp_path, arm_types=tmp_path) is None


def test_a_folder_open_to_others_is_closed_before_use(tmp_path: Path) -> None:
    Store(tmp_path / "plans")
    (tmp_path / "plans").chmod(0o777)
    first = Store(tmp_path / "plans")
    assert (tmp_path / "plans").stat().st_mode & 0o777 == 0o700
    assert first.key == Store(tmp_path / "plans").key
