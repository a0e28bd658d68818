"""Every change of one setting of a running force works without further changes, or is refused first with a next step.

The changes are generated from the settings' model and tried in a scratch cloud. A few of them run here; all of them
with `python -m tests.planning.test_single_changes [PATTERN]`, in minutes.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bluelamp.fleet.recorded_ranges import record_ranges
from bluelamp.fleet.trial_update import is_everything, steps_for
from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.program.build import build
from bluelamp.planning.trial import ScratchCloud, Trial, update
from tests.settings.single_changes import Change, changes

FORCE = "dyfed-powys"
BASE = Path(__file__).parents[1] / "settings" / "running_starter.yaml"
SAMPLE = {
    "costCentre: DPP-1180 -> DPP-1180-2": "works",
    "environment: nothing -> test": "refused",
    "azure.hub.firewall.tier: Standard -> Premium": "",
    "azure.hub.firewall.enabled: True -> False": "",
    "azure.landingZones: [records, trial] -> [records, trial-more, trial]": "works",
    "azure.landingZones: [records, trial] -> [trial, records]": "nothing to do",
    "azure.landingZones[0].name: records -> records-2": "",
    "azure.regions: [uksouth, ukwest] -> [ukwest, uksouth]": "",
    "onPremises.tenants[0].name: digital-evidence -> digital-evidence-2": "works",
}
"""Changes and their results; an empty result allows either."""


class Running:
    """A force that is deployed in a scratch cloud, and its settings."""

    def __init__(self, folder: Path) -> None:
        (folder / "stacks").mkdir(parents=True)
        shutil.copy(ROOT / "stacks" / "forces.yaml", folder / "stacks")
        self.root, self.cloud = folder, ScratchCloud()
        config = yaml.safe_load(BASE.read_text("utf-8"))["config"]
        self.settings = {key.removeprefix("bluelamp:"): value for key, value in config.items()}
        made = self.up(self.settings, self.cloud)
        assert not made.refused
        assert not made.errors
        record_ranges(folder, load(FORCE, self.settings, root=folder), {})

    def up(self, settings: dict, cloud: ScratchCloud) -> Trial:
        """Updates `cloud` to these settings."""
        force = load(FORCE, settings, root=self.root)
        return update(cloud, lambda: build(force), {}, stack=FORCE, root=ROOT)

    def changes(self) -> Iterator[Change]:
        """Every change of one setting that the settings' own checks accept."""
        for change in changes(self.settings):
            try:
                load(FORCE, change.settings, root=self.root)
            except SettingsError:
                continue
            yield change

    def outcome(self, change: Change) -> str:
        """The result of a change: `works`, `nothing to do` or `refused`; raises `AssertionError` for anything else."""
        cloud = self.cloud.copy()
        try:
            trial = self.up(change.settings, cloud)
            assert not trial.errors, trial.errors
            if trial.refused or is_everything(trial):
                assert "bluelamp up" in " ".join(steps_for(trial, FORCE))
                return "refused"
            again = self.up(change.settings, cloud)
            assert not again.steps, again.steps
            assert not again.refused, again.refused
            return "works" if trial.steps else "nothing to do"
        finally:
            cloud.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("running") / "project")
    yield made
    made.cloud.close()


@pytest.fixture(scope="module")
def generated(running) -> dict[str, Change]:
    return {str(change): change for change in running.changes()}


def test_the_model_gives_changes_of_every_part(generated):
    assert len(generated) > 200
    assert {change.path.partition(".")[0].partition("[")[0] for change in generated.values()} >= {
        "owner",
        "costCentre",
        "environment",
        "classification",
        "profile",
        "components",
        "azure",
        "onPremises",
    }


@pytest.mark.parametrize("text", SAMPLE)
def test_a_change_works_or_is_refused_before_anything_changes(running, generated, text):
    outcome = running.outcome(generated[text])
    assert outcome == (SAMPLE[text] or outcome)


def main() -> None:
    """Tries every change, or those that match a pattern, and prints each result."""
    from tempfile import TemporaryDirectory

    counted: Counter[str] = Counter()
    with TemporaryDirectory() as folder:
        force = Running(Path(folder) / "project")
        for change in force.changes():
            if len(sys.argv) > 1 and not re.search(sys.argv[1], str(change)):
                continue
            try:
                outcome = force.outcome(change)
            except AssertionError as wrong:
                outcome = f"FAILED: {str(wrong)[:300]}"
            counted[outcome.partition(":")[0]] += 1
            sys.stdout.write(f"{outcome}: {str(change)[:160]}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{dict(counted)}\n")


if __name__ == "__main__":
    main()
