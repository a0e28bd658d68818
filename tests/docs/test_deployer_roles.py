"""The roles on the first-deployment page cover the resource types that the program can plan."""

import json
import re
from pathlib import Path

import pytest
import yaml

from bluelamp.infra.force import ROOT
from bluelamp.planning import plan_force

ROLES = yaml.safe_load((ROOT / "docs/deployer-roles.yaml").read_text("utf-8"))
PAGE = (ROOT / "docs/first-deployment.md").read_text("utf-8")


def row_of(kind: str) -> str | None:
    """The role for a Pulumi type; None if no row names it."""
    namespace = ":".join(kind.split(":")[:2])
    for row in (*ROLES["azure"], *ROLES["graph"]):
        if kind in row["types"] or f"{namespace}:*" in row["types"]:
            return row["role"]
    return None


def golden() -> set[str]:
    """The types of all resources that forces of each profile have."""
    found = set()
    for path in set((ROOT / "tests/golden").glob("*.json")) - {ROOT / "tests/golden/unchanged.json"}:
        found |= {urn.split("::")[2].rpartition("$")[2] for urn in json.loads(path.read_text("utf-8"))}
    return found


def named_in_modules() -> set[str]:
    """The types that modules can create: each class of a provider's SDK that is called or listed, except argument
    types.
    """
    found = set()
    for path in (ROOT / "modules").rglob("*.py"):
        if "examples" in path.parts:
            continue
        text = path.read_text("utf-8")
        lines = re.findall(r"from pulumi_azure_native import ([\w, ]+)", text)
        for words in (each.split() for line in lines for each in line.split(",") if each.strip() != "Provider"):
            module, called_here = words[0], words[-1]
            called = re.findall(rf"(?<!\w){called_here}\.([A-Z]\w+)[(,]", text)
            found |= {f"azure-native:{module}:{each}" for each in called if not each.endswith("Args")}
        found |= {f"azure-native:{each}" for each in re.findall(r'untyped\(\s*"([\w:]+)"', text)}
        called = re.findall(r"azuread\.([A-Z]\w+)[(,]", text)
        found |= {f"azuread:index/{each[0].lower()}{each[1:]}:{each}" for each in called if not each.endswith("Args")}
    return found


TYPES = sorted(each for each in golden() | named_in_modules() if each.startswith(("azure-native:", "azuread:")))


def test_there_are_types_to_cover() -> None:
    assert len(TYPES) > 100
    assert {"azure-native:subscription:Alias", "azure-native:authorization:PolicyAssignment"} <= set(TYPES)


def test_every_type_has_a_role() -> None:
    assert [kind for kind in TYPES if row_of(kind) is None] == []


def test_types_beyond_contributor_have_another_role() -> None:
    """Contributor excludes writing below Microsoft.Authorization, and is no role at management groups."""
    for kind in TYPES:
        above = (
            kind.startswith(("azure-native:authorization:", "azure-native:management:")) or "ManagementGroup" in kind
        )
        assert not (above and row_of(kind) == "Contributor"), kind


def test_no_role_is_required_without_need() -> None:
    used = {row_of(kind) for kind in TYPES}
    assert [row["role"] for row in (*ROLES["azure"], *ROLES["graph"]) if row["role"] not in used] == []
    for row in ROLES["azure"]:
        for kind in row["types"]:
            start = kind.removesuffix("*")
            assert any(each.startswith(start) for each in TYPES), kind


@pytest.mark.parametrize("force", ["dyfed-powys"])
def test_a_plan_needs_no_other_role(force: str) -> None:
    kinds = {each.type for each in plan_force(force, ROOT).resources if each.type.startswith("azure-native:")}
    assert kinds
    assert kinds <= set(TYPES)


def test_the_page_shows_every_row() -> None:
    for row in ROLES["azure"]:
        assert f"| {row['role']} | {row['scope']} | {row['for']} |" in PAGE
    for row in ROLES["graph"]:
        assert f"| {row['role']} | {row['for']} |" in PAGE


def test_linked_pages_exist() -> None:
    for name in ("first-deployment", "environments"):
        text = (ROOT / f"docs/{name}.md").read_text("utf-8")
        for link in re.findall(r"\]\(([\w-]+\.md)\)", text):
            assert (Path(ROOT) / "docs" / link).is_file(), link
