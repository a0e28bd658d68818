"""The threat model names existing tests, and states no defence without one."""

import ast
import re
from pathlib import Path

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "threat-model.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without the header rows."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] != "who gains what" and not set("".join(row)) <= set("-| ")]


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 40
    for file, function in named:
        assert (ROOT / file).is_file(), file
        assert not function or function in functions(ROOT / file), f"{file}::{function}"


def test_every_defence_names_a_test() -> None:
    defended = rows("What is defended")
    assert len(defended) > 30
    for row in defended:
        assert len(row) == 3, row
        assert NAMED.search(row[2]), row
        assert row[1], row


def test_every_undefended_threat_has_a_reason() -> None:
    open_ = rows("What is not defended")
    assert len(open_) >= 10
    assert all(len(row) == 2 and len(row[1]) > 20 for row in open_)


def test_the_readme_links_to_both_pages() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(SECURITY.md)" in readme
    assert "(docs/threat-model.md)" in readme
    assert "threat-model.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
