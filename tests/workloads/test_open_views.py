"""Views that the access policy exposes: masked, or counted with small counts suppressed."""

from collections import Counter

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.workloads.views import counts, masked, open_counts

ROWS = st.lists(st.tuples(st.sampled_from(["2026-01", "2026-02", None]), st.sampled_from("abc")), max_size=40)


def database(rows):
    connection = duckdb.connect(config={"threads": 1})
    filled(connection, rows)
    return connection


def filled(connection, rows):
    """A table of `rows` in place of the existing one."""
    connection.execute('CREATE OR REPLACE TABLE crime (month VARCHAR, "crime type" VARCHAR, name VARCHAR)')
    if rows:
        values = [value for row in rows for value in row]
        connection.execute("INSERT INTO crime VALUES " + ", ".join(["(?, ?, 'somebody')"] * len(rows)), values)


@pytest.fixture(scope="module")
def shared():
    return database([])


@settings(max_examples=150, derandomize=True, deadline=None)
@given(rows=ROWS, minimum=st.integers(3, 8))
def test_no_small_count_is_published_and_no_large_one_is_lost(shared, rows, minimum):
    connection = shared
    filled(connection, rows)
    made = open_counts(connection, "crime", ["month", "crime type"], minimum, "open")
    found = connection.execute('SELECT * FROM "open"').fetchall()
    real = Counter(rows)
    assert {(month, kind) for month, kind, *_ in found} == set(real)
    for month, kind, count, suppressed in found:
        assert suppressed == (real[month, kind] < minimum)
        assert count == (None if suppressed else real[month, kind])
    assert (made.cells, made.suppressed) == (len(real), sum(1 for each in real.values() if each < minimum))


def test_a_masked_view_has_every_other_column():
    connection = database([("2026-01", "a")])
    assert connection.execute(masked("crime", ["name"])).fetchall() == [("2026-01", "a")]


def test_names_are_never_sql():
    connection = database([("2026-01", "a")])
    connection.execute('CREATE TABLE "crime""; DROP TABLE crime; --" AS SELECT * FROM crime')
    connection.execute(masked('crime"; DROP TABLE crime; --', ["name"]))
    assert connection.execute("SELECT count(*) FROM crime").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: counts("crime", ["month"], 2), "minimum is 2; it must be at least 3"),
        (lambda: counts("crime", [], 5), "counts need at least one column"),
        (lambda: masked("crime", []), "a mask needs at least one column"),
    ],
)
def test_a_disclosing_view_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
