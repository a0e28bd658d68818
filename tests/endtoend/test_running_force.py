"""Changes of a running force with the real engine: a landing zone in the middle, a moved hub, a name used everywhere."""

import json

import pytest

from tests.conftest import Project

FORCE = "dyfed-powys"
ZONE = '      - name: {}\n        budget: {{amount: 100, contacts: [ict@dyfed-powys.police.example]}}\n        archetype: sandbox\n        expires: "2027-03-31"\n'


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_existing_resources_stay_and_impossible_changes_are_refused_first(
    project: Project,
) -> None:
    settings, kept = project.settings(FORCE), project.root / "stacks" / FORCE / "addresses.yaml"
    first = settings.read_text("utf-8") + "    landingZones:\n" + ZONE.format("alpha") + ZONE.format("omega")
    settings.write_text(first, "utf-8")
    kept.unlink()
    assert project.here("up", "--rehearse", FORCE).returncode == 0
    assert "omega: 10.29.5.0/24" in kept.read_text("utf-8")

    kept.unlink()  # as if deployed by an earlier release
    between = first.replace(ZONE.format("omega"), ZONE.format("middle") + ZONE.format("omega"))
    settings.write_text(between, "utf-8")
    refused = project.here("preview", "--rehearse", FORCE)
    assert refused.returncode == 2
    assert "omega is deployed in 10.29.5.0/24 and would move to 10.29.6.0/24" in refused.stderr
    up = project.here("up", "--rehearse", FORCE, "--format", "json")
    assert up.returncode == 0, up.stdout + up.stderr
    assert {change["op"] for change in json.loads(up.stdout)["result"]["forces"][0]["changes"]} == {"create"}
    assert "middle: 10.29.6.0/24" in kept.read_text("utf-8")

    settings.write_text(between.replace("    hub:\n", "    hub:\n      addressSpace: 10.29.8.0/22\n"), "utf-8")
    moved = project.here("check", FORCE)
    assert moved.returncode == 2
    assert "--move uksouth/hub=10.29.8.0/22" in moved.stderr
    assert f"`bluelamp destroy --rehearse {FORCE}`" in moved.stderr
    previewed = project.here("preview", "--rehearse", FORCE)
    assert f"`bluelamp up --rehearse {FORCE}`" in previewed.stderr
    settings.write_text(between, "utf-8")
    kept_elsewhere = project.here("addresses", FORCE, "--move", "hub=10.29.8.0/22")
    assert kept_elsewhere.returncode == 2
    assert f"run `bluelamp destroy --rehearse {FORCE}`, then `bluelamp addresses" in kept_elsewhere.stderr
    assert "remove it from the settings" not in kept_elsewhere.stderr

    settings.write_text(between.replace("profile: starter", "profile: starter\n  bluelamp:environment: test"), "utf-8")
    for words in (["check", FORCE], ["up", "--rehearse", FORCE]):
        named = project.here(*words)
        assert named.returncode == 2, named.stdout + named.stderr
        assert "nothing was changed" in named.stderr
        assert f"{FORCE}: {FORCE}" not in named.stderr
        assert named.stderr.count(f"error: stacks/Pulumi.{FORCE}.yaml: this change replaces ") == 1
        assert f"2. run `bluelamp destroy --rehearse {FORCE}`" in named.stderr
    settings.write_text(between, "utf-8")
    assert "unchanged" in project.here("up", "--rehearse", FORCE).stdout
