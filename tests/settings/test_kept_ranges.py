"""The file of kept address ranges: its effect, its mistakes, and the networks that would move."""

import json
from ipaddress import IPv4Network

import pytest
import yaml

from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.settings.address_file import ADDRESS_FILE, read_kept, text_of, write_kept
from bluelamp.infra.settings.allocation import HUB
from bluelamp.infra.settings.register import read_register
from tests.conftest import bluelamp, make_project

FILE = ADDRESS_FILE.format(slug="essex")
BUDGET = {"amount": 800, "contacts": ["technology@essex.police.example"]}


def zone(name, **more):
    return {"name": name, "budget": BUDGET, **more}


def ranges(root, base, *zones, **azure):
    config = yaml.safe_load(base)["config"]
    config["bluelamp:azure"] |= {"landingZones": list(zones), **azure}
    force = load("essex", config, root=root)
    return {each.name: str(each.address_space) for each in force.azure.landing_zones}


def keep(root, text):
    path = root / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def test_every_force_of_the_project_keeps_the_range_of_every_network():
    for slug in read_register(ROOT).forces:
        force = load(slug)
        kept = read_kept(ROOT, ADDRESS_FILE.format(slug=slug), force.allocation.ranges()).ranges or {}
        if force.azure is None:
            assert not kept
            continue
        wanted = {(region, HUB): net for region, net in force.azure.hubs.items()}
        wanted |= {
            (each.region or force.azure.primary_region, each.name): each.address_space
            for each in force.azure.landing_zones
        }
        assert kept == wanted


def test_without_a_file_ranges_follow_the_list_and_with_one_the_name(root, base):
    first = ranges(root, base, zone("records"), zone("evidence"))
    assert first == {"records": "10.30.4.0/24", "evidence": "10.30.5.0/24"}
    keep(root, "uksouth:\n  hub: 10.30.0.0/22\n  landingZones: {records: 10.30.4.0/24, evidence: 10.30.5.0/24}\n")
    between = ranges(root, base, zone("evidence"), zone("custody"), zone("records"))
    assert between == {**first, "custody": "10.30.6.0/24"}


def test_a_written_file_is_read_back(tmp_path):
    made = {
        ("uksouth", HUB): IPv4Network("10.30.0.0/22"),
        ("uksouth", "101"): IPv4Network("10.30.4.0/24"),
        ("ukwest", "null"): IPv4Network("10.94.4.0/24"),
    }
    write_kept(tmp_path, FILE, "essex", made)
    assert read_kept(tmp_path, FILE, {}).ranges == made
    assert text_of("essex", made) == (tmp_path / FILE).read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("uksouth: {hub: 10.30.0.0/24}\n", f"{FILE}:1:16: uksouth.hub: 10.30.0.0/24 is too small for a hub"),
        ("uksouth: {hub: 10.31.0.0/22}\n", f"{FILE}:1:16: uksouth.hub: 10.31.0.0/22 is outside the allocation"),
        (
            "uksouth:\n  landingZones: {a: 10.30.4.1/24}\n",
            f"{FILE}:2:21: uksouth.landingZones.a: 10.30.4.1/24 has host bits set",
        ),
        ("uksouth:\n  landingZones: {a: 10.30.4.0/24, b: 10.30.4.0/25}\n", "overlaps a (10.30.4.0/24)"),
        ("uksuoth: {}\n", "did you mean uksouth?"),
        (
            "uksouth:\n  hub: 10.30.0.0/22\n  hub: 10.30.0.0/22\n",
            f"{FILE}:3:3: uksouth.hub: duplicate key 'hub'",
        ),
        ("[]", "is not a mapping"),
        ("uksouth: {landingZones: {A: 10.30.4.0/24}}\n", "A"),
    ],
)
def test_mistakes_have_their_location(root, base, text, message):
    keep(root, text)
    with pytest.raises(SettingsError) as caught:
        ranges(root, base)
    assert message in str(caught.value)
    assert str(caught.value).startswith(FILE)


def test_a_kept_network_does_not_move_and_the_next_step_is_given(root, base):
    keep(root, "uksouth:\n  hub: 10.30.0.0/22\n  landingZones: {records: 10.30.4.0/24, gone: 10.30.7.0/24}\n")
    with pytest.raises(SettingsError) as caught:
        ranges(root, base, zone("records", addressSpace="10.30.9.0/24"), hub={"addressSpace": "10.30.12.0/22"})
    output = str(caught.value)
    assert "hub in uksouth would move from 10.30.0.0/22 to 10.30.12.0/22" in output
    assert "records would move from 10.30.4.0/24 to 10.30.9.0/24" in output
    assert "bluelamp addresses essex --move records=10.30.9.0/24" in output
    with pytest.raises(SettingsError, match=r"10\.30\.7\.0/24, which is kept for gone in .*--release gone"):
        ranges(root, base, zone("new", addressSpace="10.30.7.0/24"))
    assert ranges(root, base, zone("records"), hub={"addressSpace": "10.30.0.0/22"}) == {"records": "10.30.4.0/24"}


def test_the_command_shows_keeps_releases_and_moves(tmp_path):
    root = make_project(tmp_path / "project").root
    stack = root / "stacks" / "Pulumi.essex.yaml"
    records = "      - name: records\n"
    new = f"      - name: custody\n        budget: {{amount: 1, contacts: [a@b.police.example]}}\n{records}"
    stack.write_text(stack.read_text("utf-8").replace(records, new), "utf-8")

    def output(*words):
        run = bluelamp(["addresses", "essex", *words, "--format", "json"], root)
        assert run.returncode == 0, run.stdout + run.stderr
        return {
            (row["region"], row["network"]): (row["range"], row["state"])
            for row in json.loads(run.stdout)["result"]["ranges"]
        }

    before = (root / FILE).read_bytes()
    assert output()["uksouth", "custody"] == ("10.30.7.0/24", "new")
    assert (root / FILE).read_bytes() == before, "only --keep writes"
    assert output("--keep")["uksouth", "custody"] == ("10.30.7.0/24", "kept")
    assert output("--move", "custody=10.30.20.0/24")["uksouth", "custody"] == ("10.30.20.0/24", "kept")
    stack.write_text(stack.read_text("utf-8").replace(new, records), "utf-8")
    assert output()["uksouth", "custody"] == ("10.30.20.0/24", "not in the settings")
    assert ("uksouth", "custody") not in output("--release", "custody")
    for words in (
        ["--release", "custdy"],
        ["--move", "records"],
        ["--move", "records=10.30.5.0/24"],
        ["--move", "records=10.99.0.0/24"],
        ["--release", "hub"],
    ):
        kept = (root / FILE).read_bytes()
        refused = bluelamp(["addresses", "essex", *words], root)
        assert refused.returncode == 2, words
        assert "Traceback" not in refused.stderr
        assert (root / FILE).read_bytes() == kept, "nothing is written where anything is wrong"
