"""Judges a force's resources and returns the findings, of which every report is a view.

report = assess("west-midlands", from_plan(plan), Source.PLAN, root=root)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from bluelamp.core.asset_type import REGISTERED
from bluelamp.core.dates import london_day
from bluelamp.core.memo import Memo
from bluelamp.policies import Judgement, Resource, Rule
from bluelamp.policies import rules as discovered
from bluelamp.policies.governance import Governance
from bluelamp.policies.value import root as root_of
from bluelamp.reports.canonical import plain
from bluelamp.reports.exemptions import record
from bluelamp.reports.findings import SEVERITIES, VERDICTS, Finding, Report, RuleRecord, Source
from bluelamp.reports.naming import names_in
from bluelamp.reports.provenance import Provenance, input_hash, provenance, rule_hash
from bluelamp.reports.redaction import Redactor
from bluelamp.reports.selection import Selection
from bluelamp.reports.unjudged import Unjudged, unjudged
from bluelamp.resources.skipped import Skipped

_SHORTEST_NAME: Final = 4
_EVIDENCE: Final[Memo[tuple[str, frozenset[str]]]] = Memo()


def assess(
    force: str,
    resources: Sequence[Resource],
    source: Source,
    *,
    root: Path,
    name: str = "",
    started: datetime | None = None,
    rules: Sequence[Rule] | None = None,
    selection: Selection | None = None,
    governance: Governance | None = None,
    today: date | None = None,
    evidence: bool = True,
    skipped: Sequence[Skipped] = (),
) -> Report:
    """Judges `resources` by `rules` (by default all of them), and returns the report.

    `root` is the project's folder, for its commit; `name` is what the force calls itself; `started` is when the plan
    or the state was begun to be read; of `rules` those are used that `selection` keeps. What is settled about the
    force, its rules among it, is in `governance`; its exemptions hold as on the day `today`, by default the day the
    report was started. Without `evidence` the hashes, the names and the commit are left out, for a report that is shown
    once and not kept. `skipped` is what the source left out, for the report's list. Raises ValueError when two
    resources have the same URN.
    """
    started = started or datetime.now(UTC)
    if governance is None:
        used_by_default = (rule for rule in discovered() if rule.holds_for(force)) if rules is None else rules
        governance = Governance(tuple(used_by_default))
    given = governance.rules
    used = selection.keep(given) if selection else given
    records = {rule.id: _record(rule, evidence) for rule in used}
    if len({resource.urn for resource in resources}) != len(resources):
        raise ValueError(f"{force}: two resources have the same URN")
    redactor = Redactor(resources)
    clean = _cleaner(redactor)
    proven = resources if evidence else ()
    proof = {each.urn: _evidence(each, redactor) for each in proven}
    hashes = {urn: digest for urn, (digest, _) in proof.items()}
    judgements, uses = replace(governance, rules=used).judge(resources, today or london_day(started))
    whose = {
        each.urn: (plain(each.urn), plain(each.type), plain(each.name), each.source, hashes.get(each.urn, ""))
        for each in resources
    }
    left = unjudged([each for each in resources if each.type not in REGISTERED], judgements, given, skipped)
    findings = [_finding(records[judgement.rule], judgement, clean, *whose[judgement.urn]) for judgement in judgements]
    managed = sum(1 for each in resources if each.type not in REGISTERED)
    return Report(
        force=force,
        name=name or force,
        source=source,
        started=started,
        ended=datetime.now(UTC),
        resources=managed,
        rules=tuple(sorted(records.values(), key=lambda rule: rule.id)),
        findings=_ordered(findings, records.values()),
        provenance=replace(provenance(root, used), input_hash=input_hash(plain(hashes))) if evidence else Provenance(),
        filters=selection.phrases if selection else (),
        left_out=len(given) - len(used),
        names=frozenset(name for _, names in proof.values() for name in names)
        | {one.name for each in left for one in each.resources if len(one.name) >= _SHORTEST_NAME},
        exemptions=tuple(record(use) for use in uses),
        blocks_unknown=governance.block_unknown,
        unjudged=tuple(_cleaned(each, clean) for each in left),
        judged=managed - sum(len(each.resources) for each in left if each.among_resources),
    )


def _cleaned(each: Unjudged, clean: Callable[[Any], Any]) -> Unjudged:
    """The same, plain and free of secrets."""
    resources = tuple(
        replace(one, name=clean(one.name), kind=clean(one.kind), urn=plain(one.urn)) for one in each.resources
    )
    return replace(each, kind=clean(each.kind), resources=resources)


def _ordered(findings: Iterable[Finding], rules: Iterable[RuleRecord]) -> tuple[Finding, ...]:
    """`findings` by verdict, severity, rule and URN."""
    worst_first = sorted(rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id))
    ranks = {rule.id: rank for rank, rule in enumerate(worst_first)}
    verdicts = {verdict: number * len(ranks) for number, verdict in enumerate(VERDICTS)}

    def rank(finding: Finding) -> int:
        return verdicts[finding.verdict] + ranks[finding.rule.id]

    # Successive sorts are faster than a compound key, as the findings arrive grouped by resource.
    return tuple(sorted(sorted(findings, key=attrgetter("urn")), key=rank))


def _record(rule: Rule, evidence: bool) -> RuleRecord:
    return RuleRecord(
        rule.id,
        rule.title,
        rule.failure,
        rule.severity,
        rule.enforcement,
        rule.area,
        rule.controls,
        rule.rationale,
        rule.fix,
        rule.example,
        plain(rule.parameters),
        rule_hash(rule) if evidence else "",
    )


def _evidence(resource: Resource, redactor: Redactor) -> tuple[str, frozenset[str]]:
    """The hash of the resource's properties, and the names in it, all without secrets."""

    def made() -> tuple[str, frozenset[str]]:
        shown = _cleaner(redactor)(root_of(resource).shown())
        return input_hash(shown), frozenset(_names(redactor(resource.name), shown))

    # What is a secret of one resource is taken out of all.
    return made() if redactor.needed else _EVIDENCE.of(resource.urn, (resource,), made)


def _cleaner(redactor: Redactor) -> Callable[[Any], Any]:
    """The function that makes a value plain and free of secrets."""
    return (lambda value: redactor(plain(value))) if redactor.needed else plain


def _names(name: str, shown: Any) -> Iterator[str]:
    """The names in a resource's properties, without short words."""
    inner = names_in(shown) if isinstance(shown, Mapping) else ()
    yield from (each for each in (name, *inner) if len(each) >= _SHORTEST_NAME)


def _finding(
    rule: RuleRecord,
    judgement: Judgement,
    clean: Callable[[Any], Any],
    urn: str,
    type_: str,
    name: str,
    source: tuple[str, int] | None,
    input_hash: str,
) -> Finding:
    return Finding(
        rule,
        judgement.verdict,
        urn,
        type_,
        name,
        plain(judgement.path),
        clean(judgement.observed),
        clean(judgement.expected),
        clean(judgement.message),
        source,
        input_hash,
        judgement.exemption,
        reasons=judgement.reasons,
    )
