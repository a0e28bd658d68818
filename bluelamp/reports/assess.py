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

_MIN_NAME_LENGTH: Final = 4
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

    `root` is the project's folder, used for its commit; `name` is the force's display name; `started` is when reading
    of the source began (default: now). `selection` selects among the rules. `governance` has the force's rules,
    exemptions and approvals, and takes precedence over `rules`; exemptions are evaluated as of `today`, by default the
    day of `started`. Without `evidence` the report has no hashes, names or commit, for reports that are shown and not
    stored. `skipped` lists what the source left out. Raises ValueError if two resources have the same URN.
    """
    started = started or datetime.now(UTC)
    if governance is None:
        default_rules = (rule for rule in discovered() if rule.holds_for(force)) if rules is None else rules
        governance = Governance(tuple(default_rules))
    all_rules = governance.rules
    used = selection.keep(all_rules) if selection else all_rules
    records = {rule.id: _record(rule, evidence) for rule in used}
    if len({resource.urn for resource in resources}) != len(resources):
        raise ValueError(f"{force}: two resources have the same URN")
    redactor = Redactor(resources)
    clean = _cleaner(redactor)
    evidence_of = {each.urn: _evidence(each, redactor) for each in (resources if evidence else ())}
    hashes = {urn: digest for urn, (digest, _) in evidence_of.items()}
    judgements, uses = replace(governance, rules=used).judge(resources, today or london_day(started))
    subjects = {
        each.urn: (plain(each.urn), plain(each.type), plain(each.name), each.source, hashes.get(each.urn, ""))
        for each in resources
    }
    left = unjudged([each for each in resources if each.type not in REGISTERED], judgements, all_rules, skipped)
    findings = [
        _finding(records[judgement.rule], judgement, clean, *subjects[judgement.urn]) for judgement in judgements
    ]
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
        left_out=len(all_rules) - len(used),
        names=frozenset(name for _, names in evidence_of.values() for name in names)
        | {one.name for each in left for one in each.resources if len(one.name) >= _MIN_NAME_LENGTH},
        exemptions=tuple(record(use) for use in uses),
        blocks_unknown=governance.block_unknown,
        unjudged=tuple(_cleaned(each, clean) for each in left),
        judged=managed - sum(len(each.resources) for each in left if each.among_resources),
    )


def _cleaned(each: Unjudged, clean: Callable[[Any], Any]) -> Unjudged:
    """`each` as plain values without secrets."""
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
    """The hash of the resource's properties, and the names in them, without secrets."""

    def compute() -> tuple[str, frozenset[str]]:
        shown = _cleaner(redactor)(root_of(resource).shown())
        return input_hash(shown), frozenset(_names(redactor(resource.name), shown))

    # With secrets, the result depends on all resources, so it is not cached.
    return compute() if redactor.needed else _EVIDENCE.of(resource.urn, (resource,), compute)


def _cleaner(redactor: Redactor) -> Callable[[Any], Any]:
    """The function that turns a value into plain JSON values without secrets."""
    return (lambda value: redactor(plain(value))) if redactor.needed else plain


def _names(name: str, shown: Any) -> Iterator[str]:
    """The resource's name and the names in its properties, without short ones."""
    inner = names_in(shown) if isinstance(shown, Mapping) else ()
    yield from (each for each in (name, *inner) if len(each) >= _MIN_NAME_LENGTH)


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
