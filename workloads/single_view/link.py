"""Links records of people and addresses with Splink, and measures the quality against known identities."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import duckdb

from bluelamp.workloads.quality import sql
from bluelamp.workloads.single_view.mapping import LinkModel
from bluelamp.workloads.single_view.stage import staging

THRESHOLD: Final[Mapping[LinkModel, float]] = {"people": 0.9, "addresses": 0.9}
"""The match probability from which two records are linked. False links cost more than missed ones."""
_SEED: Final = 2026
_PAIRS: Final = 1_000_000
"""The number of random pairs to estimate how often records agree by chance."""
FEWEST: Final = 50
"""The minimum number of records to train a model."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The result of linking the records of a type."""

    type: str
    model: LinkModel
    records: int
    compared: int
    """Distinct records that were compared."""
    pairs: int
    """Pairs from the blocking rules."""
    entities: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The quality of linking against known identities, by pairs of records."""

    type: str
    true_pairs: int
    blocked_pairs: int
    """True pairs from the blocking rules."""
    found_pairs: int
    correct_pairs: int

    @property
    def blocking_recall(self) -> float:
        """The share of true pairs that are compared, the upper limit of recall."""
        return self.blocked_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def precision(self) -> float:
        """The share of found pairs that are true."""
        return self.correct_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that were found."""
        return self.correct_pairs / self.true_pairs if self.true_pairs else 1.0


def link(connection: duckdb.DuckDBPyConnection, type_: str, model: LinkModel) -> Linked:
    """Links the staged rows of a type: sets their `key` to that of the entity.

    The entity's key is that of its first record, in the order of the sources. Creates the tables `blocked_<type>` with
    the compared pairs (`a`, `b`: keys of records) and `record_<type>` (`record`, `compared`, `entity`).
    """
    source = sql.name(staging(type_))
    _records(connection, source, type_, model)
    records = _count(connection, f"SELECT count(*) FROM {source}")
    compared = _count(connection, "SELECT count(*) FROM to_link")
    pairs = 0
    if compared >= FEWEST:
        pairs = _splink(connection, type_, model)
    else:
        connection.execute(f"CREATE TABLE {sql.name('blocked_' + type_)} (a VARCHAR, b VARCHAR)")
        connection.execute("CREATE OR REPLACE TABLE clusters AS SELECT unique_id, unique_id AS cluster_id FROM to_link")
    connection.execute(
        f"CREATE TABLE {sql.name('record_' + type_)} AS SELECT record, unique_id AS compared, "
        "first_value(record) OVER (PARTITION BY cluster_id ORDER BY number) AS entity "
        "FROM same JOIN clusters USING (unique_id)"
    )
    connection.execute(
        f"UPDATE {source} SET key = linked.entity FROM {sql.name('record_' + type_)} AS linked "
        "WHERE key = linked.record"
    )
    for each in ("to_link", "same", "clusters"):
        connection.execute(f"DROP TABLE {each}")
    entities = _count(connection, f"SELECT count(DISTINCT key) FROM {source}")
    return Linked(type_, model, records, compared, pairs, entities)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


_STREETS: Final = {"RD": "ROAD", "ST": "STREET", "LA": "LANE", "AVE": "AVENUE", "CL": "CLOSE", "DR": "DRIVE"}
_STREET: Final = reduce(
    lambda found, each: rf"regexp_replace({found}, '\b{each[0]}$', '{each[1]}')", _STREETS.items(), "street"
)
"""The street with abbreviations expanded."""


def _records(connection: duckdb.DuckDBPyConnection, source: str, type_: str, model: LinkModel) -> None:
    """Creates `to_link`, the distinct records to compare, and `same`, the compared record of each staged row."""
    numbered = f'(SELECT *, row_number() OVER (ORDER BY asset, file, "row") AS number FROM {source})'
    if model == "people":
        connection.execute(
            "CREATE OR REPLACE TABLE to_link AS SELECT key AS unique_id, asset AS source_dataset, "
            "CASE WHEN forename NOT IN ('UNKNOWN', 'NOT KNOWN', '') THEN forename END AS forename, surname, "
            "CAST(date_of_birth AS VARCHAR) AS date_of_birth, "
            f"house_number, {_STREET} AS street, postcode FROM {source}"
        )
        connection.execute(
            f"CREATE OR REPLACE TABLE same AS SELECT key AS record, key AS unique_id, number FROM {numbered}"
        )
        return
    connection.execute(
        f"CREATE OR REPLACE TABLE same AS SELECT key AS record, number, first_value(key) OVER "
        "(PARTITION BY upper(house_number), street_, postcode ORDER BY number) AS unique_id "
        f"FROM (SELECT *, {_STREET} AS street_ FROM {numbered})"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE to_link AS SELECT unique_id, any_value(upper(house_number)) AS house_number, "
        f"any_value({_STREET}) AS street, any_value(postcode) AS postcode "
        f"FROM same JOIN {source} ON key = unique_id WHERE record = unique_id GROUP BY unique_id"
    )


def _splink(connection: duckdb.DuckDBPyConnection, type_: str, model: LinkModel) -> int:
    """Trains the model on `to_link` and applies it; creates `clusters` and `blocked_<type>`. Returns the pair count."""
    import splink

    settings, training, deterministic = _people() if model == "people" else _addresses()
    database = splink.DuckDBAPI(connection)
    frame = database.register("to_link")
    linker = splink.Linker(frame, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(deterministic, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS, seed=_SEED)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    table = sql.name(f"blocked_{type_}")
    left, right = ("join_key_l", "join_key_r")
    connection.execute(f"CREATE TABLE {table} AS SELECT {left} AS a, {right} AS b FROM {blocked.physical_name}")
    predicted = linker.inference.predict(threshold_match_probability=THRESHOLD[model])
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, THRESHOLD[model])
    connection.execute(
        f"CREATE OR REPLACE TABLE clusters AS SELECT unique_id, cluster_id FROM {clusters.physical_name}"
    )
    return _count(connection, f"SELECT count(*) FROM {table}")


def _people() -> tuple[Any, list[Any], list[Any]]:
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    # One comparison for the whole address. Its parts are correlated, and separate comparisons would link everybody at
    # an address.
    address = compare.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            level.And(level.NullLevel("postcode"), level.NullLevel("street")),
            level.And(level.ExactMatchLevel("postcode"), level.ExactMatchLevel("house_number")),
            level.And(level.ExactMatchLevel("street"), level.ExactMatchLevel("house_number")),
            level.ExactMatchLevel("postcode"),
            level.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("forename", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            compare.JaroWinklerAtThresholds("surname", [0.92, 0.85]).configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_thresholds=[1, 1], datetime_metrics=["month", "year"]
            ),
            address,
        ],
        blocking_rules_to_generate_predictions=[
            block_on("surname", "date_of_birth"),
            block_on("forename", "date_of_birth"),
            block_on("postcode", "house_number", "forename"),
            block_on("postcode", "house_number", "surname"),
            block_on("forename", "surname", "substr(date_of_birth, 1, 4)"),
            block_on("date_of_birth", "postcode"),
            block_on("date_of_birth", "substr(surname, 1, 1)"),
        ],
    )
    training = [block_on("forename", "surname"), block_on("date_of_birth")]
    sure = [block_on("forename", "surname", "date_of_birth"), block_on("surname", "postcode", "date_of_birth")]
    return settings, training, sure


def _addresses() -> tuple[Any, list[Any], list[Any]]:
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            # Cannot be trained: equal addresses are one record, and all compared pairs have the same number.
            compare.ExactMatch("house_number").configure(m_probabilities=[0.99, 0.01]),
            compare.JaroWinklerAtThresholds("street", [0.95, 0.88]),
            compare.LevenshteinAtThresholds("postcode", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("house_number", "postcode"),
            block_on("house_number", "street"),
            block_on("house_number", "substr(street, 1, 4)", "substr(postcode, 1, 4)"),
        ],
    )
    training = [block_on("house_number", "postcode"), block_on("house_number", "street")]
    return settings, training, [block_on("house_number", "postcode")]


def measure(connection: duckdb.DuckDBPyConnection, type_: str, truth: Iterable[tuple[str, str]]) -> Measured:
    """Compares the result of `link` with `truth`, pairs of a record's key and its true identity."""
    connection.execute("CREATE OR REPLACE TEMP TABLE truth (record VARCHAR, identity VARCHAR)")
    import pyarrow

    records, identities = zip(*truth, strict=True)
    given = pyarrow.table({"record": list(records), "identity": list(identities)})
    connection.register("given_truth", given)
    connection.execute("INSERT INTO truth SELECT * FROM given_truth")
    connection.unregister("given_truth")
    linked, blocked = sql.name(f"record_{type_}"), sql.name(f"blocked_{type_}")
    same_identity = (
        "SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM truth JOIN {linked} USING (record) GROUP BY {by})"
    )
    true_pairs = _count(connection, same_identity.format(linked=linked, by="identity"))
    found = _count(connection, same_identity.format(linked=linked, by="entity"))
    correct = _count(connection, same_identity.format(linked=linked, by="identity, entity"))
    # Equal records are compared once and are linked without a comparison.
    covered = _count(
        connection,
        f"WITH each AS (SELECT record, compared, identity FROM truth JOIN {linked} USING (record)), "
        "alike AS (SELECT compared, identity, count(*) AS n FROM each GROUP BY ALL) "
        "SELECT COALESCE((SELECT sum(n * (n - 1) // 2) FROM alike), 0) + COALESCE((SELECT sum(x.n * y.n) "
        f"FROM {blocked} JOIN alike AS x ON a = x.compared JOIN alike AS y ON b = y.compared "
        "AND x.identity = y.identity), 0)",
    )
    return Measured(type_, int(true_pairs or 0), covered, int(found or 0), int(correct or 0))
