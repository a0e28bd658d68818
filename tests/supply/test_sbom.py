"""The bill of materials: valid CycloneDX, complete, and the same for the same commit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supply.__main__ import dependencies
from supply.sbom import problems
from tests.conftest import ROOT

PACKAGES, MODULES = dependencies()


def write(path: Path, seed: str) -> str:
    """The bill as the maintainer's command writes it, in a process with another hash seed."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1767225600", "TZ": f"UTC+{seed}"}
    words = [sys.executable, "-m", "supply", "sbom", "--out", str(path)]
    subprocess.run(words, check=True, cwd=ROOT, env=environment, capture_output=True)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("sbom")
    return write(folder / "one.json", "1"), write(folder / "two.json", "2")


@pytest.fixture(scope="module")
def bill(texts: tuple[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(texts[0])
    return content


def test_it_is_the_same_in_every_process_and_time_zone(texts: tuple[str, str]) -> None:
    assert texts[0] == texts[1]
    assert '"timestamp": "2026-01-01T00:00:00+00:00"' in texts[0]


def test_it_is_valid(texts: tuple[str, str], bill: dict[str, Any]) -> None:
    assert problems(texts[0]) == ""
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert problems(texts[0].replace('"library"', '"thing"', 1)) != ""


def test_every_package_is_in_it_with_its_hashes_and_licence(bill: dict[str, Any]) -> None:
    parts = {part["purl"]: part for part in bill["components"]}
    for one in PACKAGES:
        part = parts[one.purl]
        assert {row["content"] for row in part["hashes"]} == set(one.hashes)
        assert part["licenses"]
        assert part["scope"] in ("required", "excluded")
    assert parts[next(one.purl for one in PACKAGES if one.name == "pulumi")]["scope"] == "required"
    assert parts[next(one.purl for one in PACKAGES if one.name == "pytest")]["scope"] == "excluded"


def test_every_module_of_the_engine_is_in_it(bill: dict[str, Any]) -> None:
    parts = {part["purl"]: part for part in bill["components"]}
    for one in MODULES:
        part = parts[one.purl]
        assert part["name"] == one.path
        assert {"name": "bluelamp:go:h1", "value": one.hash} in part["properties"]
        assert part["licenses"]
    assert len(bill["components"]) == len(PACKAGES) + len(MODULES) + 1


def test_the_official_engine_is_in_it_with_the_pinned_digests(bill: dict[str, Any]) -> None:
    pinned = json.loads((ROOT / "bluelamp" / "engine" / "official.json").read_text(encoding="utf-8"))
    engine = next(part for part in bill["components"] if part["purl"] == f"pkg:generic/pulumi@{pinned['version']}")
    found = {
        reference["url"].rpartition(f"v{pinned['version']}-")[2]: reference["hashes"]
        for reference in engine["externalReferences"]
    }
    assert found == {
        f"{platform}.tar.gz": [{"alg": "SHA-256", "content": digest}] for platform, digest in pinned["archives"].items()
    }


def test_every_reference_has_a_component(bill: dict[str, Any]) -> None:
    known = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    rows = {row["ref"]: set(row.get("dependsOn", [])) for row in bill["dependencies"]}
    assert set(rows) == known
    assert set().union(*rows.values()) <= known
    product = rows[bill["metadata"]["component"]["bom-ref"]]
    assert any(ref.startswith("pkg:pypi/pulumi@") for ref in product)
    reached, waiting = set(), [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += rows[one]
    required = {part["bom-ref"] for part in bill["components"] if part.get("scope") == "required"}
    assert required <= reached


def test_it_names_no_machine_and_no_registry(texts: tuple[str, str]) -> None:
    assert str(ROOT) not in texts[0]
    assert str(Path.home()) not in texts[0]
