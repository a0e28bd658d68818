"""The table of capabilities names existing modules and tests."""

import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "landing-zones.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for table in re.findall(r"^\| capability.*\n\|---.*\n((?:\|.*\n)+)", PAGE, re.M)
    for line in table.splitlines()
]


def test_every_row_names_an_existing_module_and_test_or_says_that_there_is_none() -> None:
    assert len(ROWS) > 50
    for capability, _, module, test in ROWS:
        if "*not here*" in module:
            assert not test, capability
            continue
        for cell in (module, test):
            (path,) = re.findall(r"`([^`]+)`", cell)
            assert (ROOT / path).exists(), f"{capability}: {path}"


def test_every_module_has_a_row_whose_test_mentions_it() -> None:
    named = {path for row in ROWS for path in re.findall(r"`(modules/[^`]+)`", row[2])}
    there = {
        str(path.parent.relative_to(ROOT))
        for area in ("azure", "kubernetes", "hybrid")
        for path in (ROOT / "modules" / area).glob("*/__init__.py")
    }
    assert there - named <= {"modules/azure/resource_group"}
    for capability, _, module, test in ROWS:
        if test and module.startswith("`modules/") and (ROOT / module.strip("`")).is_dir():
            text = (ROOT / test.strip("`")).read_text(encoding="utf-8")
            name = module.strip("`").rpartition("/")[2]
            output = name.replace("_", "").lower()
            assert output in re.sub(r"[_ -]", "", text).lower(), f"{capability}: {test} never mentions {name}"
