"""Compiled templates are cached, and a damaged, outdated or read-only cache changes no page."""

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from bluelamp.reports.compiled import CompiledTemplates


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test."""
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def page(text: str = "a {{ 1 + 1 }}") -> str:
    """The page of a template, with an environment of its own."""
    templates = Environment(loader=DictLoader({"page": text}), bytecode_cache=CompiledTemplates(), autoescape=True)
    return templates.get_template("page").render()


def kept(folder: Path) -> list[Path]:
    """The compiled templates in the cache folder."""
    return sorted(folder.rglob("*.cache"))


def test_a_template_is_compiled_once(folder: Path) -> None:
    assert page() == "a 2"
    (path,) = kept(folder)
    before = path.stat().st_mtime_ns
    assert page() == "a 2"
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"", b"j2", b"\xff" * 400])
def test_a_damaged_cache_is_replaced(folder: Path, content: bytes) -> None:
    page()
    (path,) = kept(folder)
    path.write_bytes(content)
    assert page() == "a 2"
    assert path.read_bytes() != content


def test_a_truncated_cache_is_replaced(folder: Path) -> None:
    page()
    (path,) = kept(folder)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert page() == "a 2"
        assert path.read_bytes() == whole


def test_a_changed_template_is_compiled_again(folder: Path) -> None:
    page()
    assert page("b {{ 2 + 2 }}") == "b 4"
    assert kept(folder)


def test_a_folder_that_cannot_be_created_is_no_failure(folder: Path) -> None:
    folder.write_text("a file", encoding="utf-8")
    assert page() == "a 2"
