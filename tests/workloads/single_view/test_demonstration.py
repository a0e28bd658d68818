"""`make single-view` on the published files: its output and its pages."""

import contextlib
import io
import re

import pytest

from bluelamp.cli.screen import Screen
from bluelamp.demonstration.single_view import FOLDER, run

COUNTS = {
    # month: rows, no Crime ID, no location, repeated rows of anti-social behaviour, outside the force
    "2016-07": ("27,176", "7,429", "1,347", "2,289", "71"),
    "2017-07": ("28,537", "5,955", "1,541", "1,857", "9"),
    "2018-07": ("31,635", "5,442", "883", "1,563", "13"),
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("project")
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        assert run(Screen(quiet=True), root, records=2000) == 0
    return root / FOLDER, " ".join(written.getvalue().split())


def test_the_counts_of_the_published_files_are_printed(shown):
    _, output = shown
    for month, counts in COUNTS.items():
        assert " ".join((month, *counts)) in output
    assert "29 of 1,417 areas are outside West Yorkshire; 14 types of crime" in output
    assert "rows without a Crime ID that are not anti-social behaviour: 0; Crime IDs of more than one row: 0" in output
    assert "longitude -2.16 to -0.49" in output
    located = sum(int(each[0].replace(",", "")) - int(each[2].replace(",", "")) for each in COUNTS.values())
    assert f"demand: 87,348 incidents, {located - 93:,} used, 3,771 without a location, 93 outside the force" in output


def test_the_forecast_is_better_than_the_baselines_and_published(shown):
    folder, output = shown
    for geography in ("lsoa", "h3"):
        found = re.search(
            rf"forecast by {geography}: usable: deviance ([0-9.]+), best baseline \(mean\) ([0-9.]+)", output
        )
        assert found is not None
        assert float(found[1]) < float(found[2]) * 0.85
    assert output.count("2019-07: 30,739 expected, 95% interval") == 2
    assert (folder / "patterns" / "forecast" / "demand.parquet").is_file()


def test_the_pages_link_to_one_another_and_have_the_lineage(shown):
    folder, _ = shown
    pages = {each.name: each.read_text(encoding="utf-8") for each in (folder / "report").iterdir()}
    assert set(pages) == {"index.html", "quality.html", "patterns.html"}
    assert 'href="patterns.html"' in pages["index.html"]
    assert 'href="quality.html"' in pages["index.html"]
    assert 'href="index.html"' in pages["patterns.html"]
    assert "street-crime to single-view" in pages["index.html"]
    assert "single-view to demand-forecast" in pages["index.html"]
    assert "Outside: Violence and sexual offences; Public order;" in pages["patterns.html"]
    assert "10 of 14 types are inside its interval, where 13 are to be expected" in pages["patterns.html"]
