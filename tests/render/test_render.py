"""`bluelamp render`: manifests without secrets that a cluster accepts, and a diagram of the estate."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from bluelamp.planning import Plan, PlannedResource, plan_force
from bluelamp.rehearsal.kubernetes.addons import addon
from bluelamp.rehearsal.kubernetes.kinds import builtin
from bluelamp.rehearsal.kubernetes.validation import failures
from bluelamp.rehearsal.values import UNKNOWN, Secret
from bluelamp.render import manifests, write
from bluelamp.render.canvas import fitted, width_of
from bluelamp.render.diagram import diagram
from bluelamp.render.estate import estate
from bluelamp.render.manifests import UNKNOWN_TEXT
from tests.conftest import ROOT, bluelamp

CANARY = "canary-7f3a-never-to-be-written"
SVG = "{http://www.w3.org/2000/svg}"


def resource(type_: str, name: str, **inputs: object) -> PlannedResource:
    urn = f"urn:pulumi:essex::bluelamp::{type_}::{name}"
    provider = "urn:pulumi:essex::bluelamp::pulumi:providers:kubernetes::kubernetes-live"
    return PlannedResource(urn, custom=True, provider=provider, inputs=inputs)


def config_map(name: str, **data: object) -> PlannedResource:
    metadata = {"name": name, "namespace": "records"}
    return resource(
        "kubernetes:core/v1:ConfigMap", name, apiVersion="v1", kind="ConfigMap", metadata=metadata, data=data
    )


@pytest.fixture(scope="module")
def full() -> Plan:
    return plan_force("west-midlands", ROOT)


def test_every_manifest_is_accepted_again(full: Plan) -> None:
    rendered = manifests(full)
    files = rendered.files()
    assert len(rendered.manifests) > 40
    for one in rendered.manifests:
        content = yaml.safe_load(files[f"manifests/{one.path}"])
        kind = builtin(content["apiVersion"], content["kind"]) or addon(content["apiVersion"], content["kind"])
        assert kind is not None, one.path
        if not one.unknown:
            assert failures(kind, content) == [], one.path


def test_a_kustomization_lists_every_complete_manifest_in_an_order_that_can_be_applied(full: Plan) -> None:
    rendered = manifests(full)
    files = rendered.files()
    for cluster in rendered.clusters:
        listed = yaml.safe_load(files[f"manifests/{cluster}/kustomization.yaml"])["resources"]
        complete = [one.path for one in rendered.manifests if one.path.startswith(f"{cluster}/") and not one.unknown]
        assert [f"{cluster}/{path}" for path in listed] == complete
        made: set[str] = set()
        for path in listed:
            content = yaml.safe_load(files[f"manifests/{cluster}/{path}"])
            if content["kind"] == "Namespace":
                made.add(content["metadata"]["name"])
            elif made and content["metadata"].get("namespace") in {"digital-evidence", "command-and-control"}:
                assert content["metadata"]["namespace"] in made, path


def test_no_secret_reaches_a_file(tmp_path: Path) -> None:
    metadata = {"name": "database", "namespace": "records"}
    plan = Plan(
        "essex",
        (
            resource(
                "kubernetes:core/v1:Secret",
                "database",
                apiVersion="v1",
                kind="Secret",
                metadata=metadata,
                stringData=Secret({"password": CANARY}),
            ),
            config_map("marked", token=Secret(CANARY)),
            config_map("repeated", url=f"https://user:{CANARY}@records.example"),
            config_map("harmless", colour="blue"),
        ),
    )
    rendered = manifests(plan)
    written = write({**rendered.files(), "estate.svg": diagram(estate(plan, "Essex Police"))}, tmp_path)
    for path in written:
        assert CANARY not in path.read_text(encoding="utf-8"), path
    assert [one.path for one in rendered.manifests] == ["live/records/15-configmap-harmless.yaml"]
    assert {one.name: one.reason for one in rendered.left_out} == {
        "database": "secrets are never written to files",
        "marked": "it contains a secret at data.token",
        "repeated": "it repeats a secret of another resource",
    }
    note = (tmp_path / "manifests/live/left-out.md").read_text(encoding="utf-8")
    assert "`ExternalSecret` `database` with the keys `password`" in note


def test_an_unknown_value_is_marked_and_not_applied() -> None:
    rendered = manifests(Plan("essex", (config_map("vault", uri=UNKNOWN), config_map("known", colour="blue"))))
    files = rendered.files()
    text = files["manifests/live/records/15-configmap-vault.yaml"]
    assert "# Unknown until deployment, so this file is not applied: data.uri" in text
    assert yaml.safe_load(text)["data"]["uri"] == UNKNOWN_TEXT
    listed = files["manifests/live/kustomization.yaml"]
    assert yaml.safe_load(listed)["resources"] == ["records/15-configmap-known.yaml"]
    assert "vault.yaml  (not known until deployment: data.uri)" in listed


def test_a_file_of_an_older_rendering_is_removed_and_a_users_own_stays(tmp_path: Path) -> None:
    write(manifests(Plan("essex", (config_map("old"),))).files(), tmp_path, clean="manifests")
    own = tmp_path / "manifests/live/records/own.yaml"
    own.write_text("kind: Own\n", encoding="utf-8")
    write(manifests(Plan("essex", (config_map("new"),))).files(), tmp_path, clean="manifests")
    assert sorted(path.name for path in own.parent.iterdir()) == ["15-configmap-new.yaml", "own.yaml"]


def test_the_diagram_shows_the_estate_and_describes_it_in_words(full: Plan) -> None:
    svg = ET.fromstring(diagram(estate(full, "West Midlands Police")))
    shown = " ".join(svg.itertext())
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text == "Estate of West Midlands Police"
    described = svg.find(f"{SVG}desc").text
    for text in (shown, described):
        for words in ("10.61.0.0/22", "Azure Firewall Premium", "headquarters", "digital-evidence", "Landing zones"):
            assert words in text
    # `aria-labelledby` names existing elements.
    assert {svg.find(f"{SVG}title").get("id"), svg.find(f"{SVG}desc").get("id")} == set(
        svg.get("aria-labelledby").split()
    )


def test_each_cluster_is_shown_once_as_connected(full: Plan) -> None:
    found = {each.name: each.details.count("Azure Arc") for each in estate(full, "West Midlands Police").clusters}
    assert found == {"live": 1, "non-live": 1, "management": 0}


def test_the_diagram_is_self_contained_and_within_its_page(full: Plan) -> None:
    text = diagram(estate(full, "West Midlands Police"))
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|url\(|<script|<image", text)
    assert text == diagram(estate(full, "West Midlands Police"))
    svg = ET.fromstring(text)
    width, height = float(svg.get("width")), float(svg.get("height"))
    for box in svg.iter(f"{SVG}rect"):
        assert float(box.get("x", 0)) + float(box.get("width")) <= width
        assert float(box.get("y", 0)) + float(box.get("height")) <= height
    styles = svg.find(f"{SVG}style").text
    used = {name for element in svg.iter() if element.get("class") for name in element.get("class").split()}
    assert {name for name in used if f".{name} " not in styles and f".{name}," not in styles} <= {"body"}


def test_names_with_markup_are_text() -> None:
    name = '<script>alert("&")</script>'
    svg = ET.fromstring(diagram(estate(Plan("essex", ()), name)))
    assert svg.find(f"{SVG}title").text == f"Estate of {name}"
    assert not list(svg.iter(f"{SVG}script"))


def test_a_long_name_is_shortened_to_fit() -> None:
    long = "a-very-long-name-for-a-landing-zone"
    assert fitted("short", 14, 200) == "short"
    assert fitted(long, 14, 120).endswith("…")
    assert width_of(fitted(long, 14, 120), 14) <= 120


def test_the_command_lists_what_it_wrote(tmp_path: Path) -> None:
    run = bluelamp(("render", "dyfed-powys", "--out", str(tmp_path / "out"), "--format", "json"), ROOT)
    assert run.returncode == 0, run.stderr
    output = json.loads(run.stdout)["result"]
    assert str(tmp_path / "out/estate.svg") in output["files"]
    assert all(Path(path).is_file() for path in output["files"])


def test_an_impossible_rendering_is_refused_clearly(tmp_path: Path) -> None:
    run = bluelamp(("render", "essex", "--diagram-only", "--manifests-only"), ROOT)
    assert run.returncode == 2
    assert "leave nothing to write" in run.stderr
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = bluelamp(("render", "essex", "--out", str(tmp_path / "file")), ROOT)
    assert run.returncode == 2
    assert "cannot be written" in run.stderr
    assert "--out" in run.stderr
    assert "Traceback" not in run.stderr
    run = bluelamp(("render", "exess"), ROOT)
    assert run.returncode == 2
    assert "essex" in run.stderr
