"""Rings: their settings, the order of forces, and the limits that stop a run."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.rollout import Rollout, rings_for
from bluelamp.cli.screen import Format, Screen
from bluelamp.core.problems import SettingsError
from bluelamp.errors import Status, UsageError
from bluelamp.fleet.deploy import Result
from bluelamp.fleet.inputs import Inputs
from bluelamp.fleet.run_record import RunRecord, State
from bluelamp.fleet.waves import Limit, Ring, Waves, read_waves
from tests.conftest import ROOT
from tests.thorough import tries

STACKS = ["essex", "essex-dev", "kent", "surrey"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "forces.yaml").write_bytes((ROOT / "stacks" / "forces.yaml").read_bytes())
    return tmp_path


def write(root: Path, text: str) -> None:
    (root / "stacks" / "waves.yaml").write_text(text, encoding="utf-8")


def wrong(root: Path, text: str) -> list[str]:
    write(root, text)
    with pytest.raises(SettingsError) as error:
        read_waves(root, STACKS)
    return [str(problem) for problem in error.value.problems]


def test_the_canary_comes_first_and_environments_go_with_their_force(root: Path) -> None:
    write(root, 'canary: kent\nrings:\n  - {name: rest, forces: [essex, surrey], failureLimit: "50%"}\n')
    rings = rings_for(root, STACKS, STACKS, named=False)
    assert [(ring.name, ring.stacks, ring.allowed) for ring in rings] == [
        ("canary", ("kent",), 0),
        ("rest", ("essex", "essex-dev", "surrey"), 1),
    ]
    assert [ring.stacks for ring in rings_for(root, ["surrey"], STACKS, named=False)] == [("surrey",)]
    assert rings_for(root, ["surrey", "kent"], STACKS, named=True) == (Ring("", ("surrey", "kent")),)


def test_without_the_file_all_forces_are_in_one_ring_without_a_limit(root: Path) -> None:
    [ring] = rings_for(root, STACKS, STACKS, named=False)
    assert (ring.stacks, ring.allowed) == (tuple(STACKS), None)


def test_a_force_in_two_rings_and_every_mistake_is_reported_with_its_location(root: Path) -> None:
    output = wrong(root, "canary: kent\nrings:\n  - name: rest\n    forces: [essx, kent, essex]\n")
    assert output == [
        "stacks/waves.yaml:3:3: rings: surrey is in no ring; every force with a stack file is in one",
        "stacks/waves.yaml:4:14: rings[0].forces[0]: 'essx' is not a force; did you mean essex?",
        "stacks/waves.yaml:4:20: rings[0].forces[1]: kent is already in canary; remove one of the two",
    ]
    [output] = wrong(root, "canary: kent\nrings:\n  - {name: a, forces: [essex]}\n  - {name: a, forces: [surrey]}\n")
    assert output == "stacks/waves.yaml:4:12: rings[1].name: a is the name of an earlier ring"


@pytest.mark.parametrize("limit", ["-1", "1.5", '"101%"', '"half"', "true", '"01%"'])
def test_a_limit_is_a_number_of_forces_or_a_percentage(root: Path, limit: str) -> None:
    [output] = wrong(root, f"canary: kent\nrings:\n  - {{name: a, forces: [essex, surrey], failureLimit: {limit}}}\n")
    assert "is not a failure limit" in output
    assert output.startswith("stacks/waves.yaml:3:")


def test_a_limit_is_at_most_the_size_of_the_ring(root: Path) -> None:
    ring = "canary: kent\nrings:\n  - {name: a, forces: [essex, surrey], failureLimit: LIMIT}\n"
    [output] = wrong(root, ring.replace("LIMIT", "3"))
    assert output.startswith(
        "stacks/waves.yaml:3:54: rings[0].failureLimit: 3 is more than the 2 forces of a; lower it"
    )
    write(root, ring.replace("LIMIT", "2"))
    assert read_waves(root, ["kent", "essex", "surrey"])


def test_an_empty_file_is_refused(root: Path) -> None:
    assert wrong(root, "") == ["stacks/waves.yaml: is empty; add its settings, or remove the file"]


@settings(derandomize=True, deadline=None, max_examples=tries(50))
@given(st.integers(0, 100), st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), unique=True), st.integers(0, 40))
def test_every_chosen_force_is_in_one_ring_and_a_percentage_never_allows_more(
    percent: int, chosen: list[str], count: int
) -> None:
    waves = Waves((("canary", ("c",), Limit()), ("x", ("a", "e"), Limit(1)), ("y", ("b", "d"), Limit(percent=percent))))
    rings = waves.rings_of(chosen)
    assert sorted(stack for ring in rings for stack in ring.stacks) == sorted(chosen)
    assert all(ring.stacks for ring in rings)
    assert Limit(percent=percent).of(count) * 100 <= percent * count


# The record of a run


def made_from(stacks: list[str], settings_: str = "s") -> Inputs:
    return Inputs("c" * 40, False, "p", "l", {}, dict.fromkeys(stacks, settings_), dict.fromkeys(stacks, "r"))


class Run:
    """A run in which `failing` forces fail."""

    def __init__(self, root: Path, rings: tuple[Ring, ...], failing: tuple[str, ...] = (), **more: object) -> None:
        self.brought_up: list[str] = []
        stacks = [stack for ring in rings for stack in ring.stacks]
        self.record = RunRecord(root, rehearse=False)
        inputs = more.pop("inputs", made_from(stacks))
        self.rollout = Rollout(
            Screen(Format.JSON),
            self.record,
            rings,
            inputs,
            resume=bool(more.get("resume")),
            command="bluelamp up --resume",
        )
        for ring in self.rollout.rings(Silent()):
            for stack in self.rollout.waiting(ring):
                self.rollout.start(stack)
                self.brought_up.append(stack)
                status = Status.FAILED if stack in failing else Status.DONE
                self.rollout.end(stack, Result(stack, "up", status), interrupted=False)

    @property
    def states(self) -> dict[str, str]:
        return {each["force"]: each["state"] for ring in self.rollout.as_dict()["rings"] for each in ring["forces"]}


class Silent:
    """A board without output."""

    def ring(self, name: str) -> None:
        pass


RINGS = (
    Ring("canary", ("kent",), Limit()),
    Ring("early", ("essex", "surrey", "sussex"), Limit(1)),
    Ring("late", ("norfolk", "suffolk"), Limit()),
)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    yield
    Screen.begin()


def test_failures_within_the_limit_stop_nothing_and_are_reported(tmp_path: Path) -> None:
    run = Run(tmp_path, RINGS, ("essex",))
    assert run.brought_up == ["kent", "essex", "surrey", "sussex", "norfolk", "suffolk"]
    assert [stack for stack, state in run.states.items() if state == "failed"] == ["essex"]


def test_failures_above_the_limit_end_the_ring_and_the_next_is_not_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(tmp_path, RINGS, ("essex", "sussex"))
    assert run.brought_up == ["kent", "essex", "surrey", "sussex"]
    assert run.states["norfolk"] == run.states["suffolk"] == "not begun"
    output = capsys.readouterr().err
    assert "ring early: 2 of 3 forces failed, 1 allowed; not begun: norfolk, suffolk" in output
    assert "bluelamp up --resume" in output


def test_resume_continues_with_the_remaining_forces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Run(tmp_path, RINGS, ("essex", "sussex"))
    capsys.readouterr()
    again = Run(tmp_path, RINGS, resume=True)
    assert again.brought_up == ["essex", "sussex", "norfolk", "suffolk"]
    assert again.states["kent"] == "done earlier"
    output = capsys.readouterr().err
    assert "earlier run: 2 forces done; failed: essex, sussex; not begun: norfolk, suffolk" in output
    assert "skipped, done from the same commit and settings: kent, surrey" in output
    assert {entry.state for entry in again.record.entries().values()} == {State.DONE}


def test_resume_names_forces_that_a_killed_run_left_under_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = RunRecord(tmp_path, rehearse=False)
    ring = (Ring("", ("essex", "kent", "surrey")),)
    Rollout(Screen(Format.JSON), record, ring, made_from(["essex", "kent", "surrey"]), resume=False, command="")
    record.note(["kent"], State.UNDER_WAY)
    assert Run(tmp_path, ring, resume=True).brought_up == ["essex", "kent", "surrey"]
    assert "earlier run: 0 forces done; under way: kent; not begun: essex, surrey" in capsys.readouterr().err


def test_resume_skips_no_force_whose_settings_changed(tmp_path: Path) -> None:
    Run(tmp_path, RINGS)
    stacks = [stack for ring in RINGS for stack in ring.stacks]
    inputs = made_from(stacks)
    changed = Inputs(
        **{
            **{name: getattr(inputs, name) for name in Inputs.__slots__},
            "settings": {**inputs.settings, "surrey": "other"},
        }
    )
    assert Run(tmp_path, RINGS, resume=True, inputs=changed).brought_up == ["surrey"]


def test_there_is_nothing_to_resume_before_a_first_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no earlier run to resume"):
        Run(tmp_path, RINGS, resume=True)


def test_a_destroyed_force_is_no_longer_done(tmp_path: Path) -> None:
    run = Run(tmp_path, RINGS)
    run.record.forget("kent")
    assert Run(tmp_path, RINGS, resume=True).brought_up == ["kent"]


def test_a_force_refused_before_it_starts_stays_done(tmp_path: Path) -> None:
    ring = (Ring("", ("kent",)),)
    run = Run(tmp_path, ring)
    inputs = made_from(["kent"])
    again = Rollout(Screen(Format.JSON), run.record, ring, inputs, resume=False, command="")
    again.start("kent")
    again.end("kent", Result("kent", "up", Status.WRONG_USE), interrupted=False)
    assert run.record.entries()["kent"].state is State.DONE


def test_a_damaged_record_is_named_and_matters_only_for_resuming(tmp_path: Path) -> None:
    record = Run(tmp_path, RINGS).record
    record.path.write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="not a run record"):
        Run(tmp_path, RINGS, resume=True)
    assert Run(tmp_path, RINGS).brought_up[0] == "kent"


def test_the_record_is_private_and_several_processes_can_write_it(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from bluelamp.fleet.run_record import RunRecord, State
record = RunRecord(Path(sys.argv[1]), rehearse=False)
for number in range(20):
    record.note([f"{sys.argv[2]}{number}"], State.DONE)
"""
    words = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen([*words, name]) for name in ("a", "b")]
    assert [child.wait(60) for child in running] == [0, 0]
    record = RunRecord(tmp_path, rehearse=False)
    assert len(record.entries()) == 40
    assert record.path.stat().st_mode & 0o777 == 0o600
    assert record.path.parent.stat().st_mode & 0o777 == 0o700
