"""The parts of a comment, each as lines of Markdown; a part without content is empty."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from bluelamp.comment.detail import Detail
from bluelamp.comment.words import NAME, VERBS, counts, each_error, names
from bluelamp.comparison.model import (
    Action,
    ChangedProperty,
    ChangedResource,
    ChangedVerdict,
    Comparison,
    Force,
    Reason,
    VerdictStatus,
)
from bluelamp.core.markdown import code, plain, value
from bluelamp.cost.difference import pounds, signed
from bluelamp.reports.words import some

Lines = Iterator[str]
_FEW: Final = 3
"""The number of forces named outside the changes."""
_OPEN: Final = 20
"""The number of deletions and replacements of a group shown before the others are folded."""
_ORDER: Final = ("critical", "high", "medium", "low")


def errors(found: Comparison, detail: Detail) -> Lines:
    """Forces that were not planned on a side, and resources that the cloud would refuse."""
    failed: dict[str, list[Force]] = {}
    baseless: dict[str, list[Force]] = {}
    refused: dict[str, list[Force]] = {}
    for force in found.affected:
        errors_of_side, error = (failed, force.head_error) if force.head_error else (baseless, force.base_error)
        for each in each_error(error):
            errors_of_side.setdefault(each, []).append(force)
        for reason in force.refused:
            refused.setdefault(reason, []).append(force)
    for title, forces_by_error in (
        ("Failed to plan", failed),
        ("Without a base to compare with", baseless),
        ("Refused by the cloud", refused),
    ):
        lines = [f"{_forces(forces, detail)}: {code(text, detail.longest)}" for text, forces in forces_by_error.items()]
        yield from _listed(title, lines, detail.errors)


def destroyed(found: Comparison, detail: Detail) -> Lines:
    """Deleted and replaced resources, each once, below its forces."""
    unique: dict[tuple[object, ...], tuple[ChangedResource, list[Force]]] = {}
    for force in found.affected:
        for one in force.resources:
            if one.destroys:
                key = (one.what, one.type, one.name, one.protect, tuple(repr(each) for each in _replacing(one)))
                unique.setdefault(key, (one, []))[1].append(force)
    by_forces: dict[tuple[str, ...], tuple[list[Force], list[ChangedResource]]] = {}
    for one, forces in unique.values():
        by_forces.setdefault(tuple(each.force for each in forces), (forces, []))[1].append(one)
    if not by_forces:
        return
    yield "#### Deletions and replacements"
    yield ""
    folded: list[str] = []
    for forces, resources in sorted(by_forces.values(), key=lambda each: -len(each[0])):
        yield f"- {_forces(forces, detail)}: {counts(resources)}"
        listed = sorted(resources, key=lambda each: (each.what is not Action.DELETED, each.type, each.name))
        shown = [
            f"**{VERBS[one.what]}** {_resource(one)}{_why_replaced(one, detail)}" for one in listed[: detail.destroyed]
        ]
        rest = len(listed) - len(shown)
        more = [f"… and {rest:,} more"] if rest and shown else []
        yield from (f"  - {line}" for line in [*shown[:_OPEN], *(more if len(shown) <= _OPEN else ["… more below"])])
        if len(shown) > _OPEN:
            head = names(forces, 1, html=True) if len(forces) == 1 else some(len(forces), "force")
            inside = [f"- {line}" for line in [*shown[_OPEN:], *more]]
            folded += ["", *_folded(f"{head}: {len(listed) - _OPEN:,} more to delete or to replace", inside)]
    yield from folded or [""]


def failures(found: Comparison, detail: Detail) -> Lines:
    """New failures against the base: mandatory ones first, then undecided ones and, folded, advisory ones."""
    new = [(force, one) for force in found.affected for one in force.verdicts if one.turn is VerdictStatus.NEW]
    mandatory = [each for each in new if each[1].level == "mandatory" and each[1].verdict in ("fail", "error")]
    undecided = [each for each in new if each[1].level == "mandatory" and each[1].verdict == "unknown"]
    advisory = [each for each in new if each[1].level != "mandatory" and each[1].verdict in ("fail", "error")]
    exempt = [each for each in new if each[1].verdict == "exempt"]
    yield from _judged("New mandatory failures", mandatory, detail, detail.rules, detail.failures)
    yield from _judged("Newly undecided on mandatory rules", undecided, detail, detail.rules, detail.failures)
    for title, findings in (("new advisory failure", advisory), ("new exempt failure", exempt)):
        if findings and detail.advisory:
            yield from _folded(some(len(findings), title), _rules(findings, detail, detail.rules, detail.advisory))
        elif findings:
            yield f"{some(len(findings), title)}."
            yield ""
    gone = sum(
        one.turn is VerdictStatus.GONE and one.verdict in ("fail", "error")
        for each in found.affected
        for one in each.verdicts
    )
    if gone:
        yield f"{some(gone, 'failure')} of the base no longer found."
        yield ""


def cost(found: Comparison, detail: Detail) -> Lines:
    """The difference in monthly cost, and the forces with the largest differences."""
    changed = [each for each in found.affected if each.cost.change]
    if not changed:
        return
    total = sum((each.cost.change for each in changed), Decimal())
    before = sum((each.cost.before or Decimal() for each in changed), Decimal())
    yield "#### Cost"
    yield ""
    where = "" if len(changed) == 1 else f" in {some(len(changed), 'force')}"
    yield f"{signed(total)} a month{where} ({pounds(before)} → {pounds(before + total)}), at list prices without VAT."
    yield ""
    if len(changed) == 1 and len(found.affected) == 1:
        return
    by_amount: dict[Decimal, list[Force]] = {}
    for each in changed:
        by_amount.setdefault(each.cost.change, []).append(each)
    ranked = sorted(by_amount.items(), key=lambda each: (-abs(each[0]) * len(each[1]), each[1][0].force))
    for amount, forces in ranked[: detail.costs]:
        yield f"- {_forces(forces, detail)}: {signed(amount)} a month{'' if len(forces) == 1 else ' each'}"
    if len(ranked) > detail.costs > 0:
        yield f"- … and {some(sum(len(forces) for _, forces in ranked[detail.costs :]), 'force')} more"
    if detail.costs:
        yield ""


def changes(found: Comparison, detail: Detail) -> Lines:
    """The changes, once for all forces with the same changes."""
    groups = [group for group in found.groups if group[0].resources or group[0].outputs]
    if not groups:
        return
    yield "#### Changes"
    yield ""
    yield f"{_alike(groups)}."
    yield ""
    for group in groups[: detail.groups]:
        yield from _group(group, detail)
    left = groups[detail.groups :]
    if left and detail.groups:
        yield f"… and {some(sum(map(len, left)), 'force')} more, with {some(len(left), 'other change')}."
        yield ""


def notes(found: Comparison, _detail: Detail) -> Lines:
    """The limitations of the comparison."""
    for note in found.notes:
        yield f"> {plain(note)}"
        yield ">"
    if found.notes:
        yield ""


def _group(group: Sequence[Force], detail: Detail) -> Lines:
    first = group[0]
    counted = counts(first.resources) or some(len(first.outputs), "stack output")
    head = names(group, 1, html=True) if len(group) == 1 else some(len(group), "force")
    yield from _folded(f"{head}: {counted}", _inside(group, detail))


def _inside(group: Sequence[Force], detail: Detail) -> Lines:
    first = group[0]
    if len(group) > 1 and detail.forces:
        yield f"{names(group, detail.forces)}; names and values are those of {code(first.force, NAME)}."
        yield ""
    for reason in first.reasons[: detail.reasons]:
        yield f"- {reason.because.conjunction} {_reason(reason, detail)}"
    if len(first.reasons) > detail.reasons > 0:
        yield f"- … and {some(len(first.reasons) - detail.reasons, 'more reason')}"
    listed = [one for one in first.resources if not one.destroys]
    for one in listed[: detail.changes]:
        yield f"- {VERBS[one.what]} {_resource(one)}"
        yield from _properties(one.properties, detail)
    if len(listed) > detail.changes:
        more = f"… and {len(listed) - detail.changes:,} more" if detail.changes else some(len(listed), "resource")
        yield f"- {more}: {_types(listed[detail.changes :])}"
    if first.outputs:
        yield f"- {some(len(first.outputs), 'stack output')}"
    if len(listed) < len(first.resources):
        yield f"- {some(len(first.resources) - len(listed), 'resource')} to delete or to replace: see above"


def _properties(found: Sequence[ChangedProperty], detail: Detail) -> Lines:
    for one in found[: detail.properties]:
        yield f"  - {_property(one, detail)}"
    if len(found) > detail.properties > 0:
        yield f"  - … and {some(len(found) - detail.properties, 'more change')}"


def _property(one: ChangedProperty, detail: Detail) -> str:
    path = code(one.path, detail.longest)
    if not detail.values:
        return path
    return f"{path}: {value(one.before, detail.longest)} → {value(one.after, detail.longest)}"


def _resource(one: ChangedResource) -> str:
    part = f" of {code(one.component, NAME)}" if one.component else ""
    return f"{code(one.type, NAME)} {code(one.name, NAME)}{part}"


def _why_replaced(one: ChangedResource, detail: Detail) -> str:
    replacing = _replacing(one)
    reason = (
        f": {'; '.join(_property(each, detail) for each in replacing[: max(detail.properties, 1)])}"
        if replacing
        else ""
    )
    return f"{reason}{' (protected: the engine refuses to delete it)' if one.protect else ''}"


def _replacing(one: ChangedResource) -> tuple[ChangedProperty, ...]:
    return tuple(each for each in one.properties if each.replaces)


def _reason(one: Reason, detail: Detail) -> str:
    place = f"{one.file}:{one.line}" if one.line else one.file
    parts = [plain(str(one.because))]
    parts += [code(each, detail.longest) for each in (place, one.path if one.path != one.file else "") if each]
    if one.before or one.after:
        parts.append(f"({value(one.before or None, detail.longest)} → {value(one.after or None, detail.longest)})")
    return " ".join(parts)


def _judged(title: str, found: Sequence[tuple[Force, ChangedVerdict]], detail: Detail, rules: int, most: int) -> Lines:
    if found:
        yield f"#### {title}"
        yield ""
        yield from _rules(found, detail, rules, most)
        yield ""


def _rules(found: Sequence[tuple[Force, ChangedVerdict]], detail: Detail, rules: int, most: int) -> Lines:
    by_rule: dict[tuple[str, str], list[tuple[Force, ChangedVerdict]]] = {}
    for each in found:
        by_rule.setdefault((each[1].rule, each[1].verdict), []).append(each)
    ranked = sorted(by_rule.values(), key=lambda each: (_rank(each[0][1].severity), -len(each), each[0][1].rule))
    for findings in ranked[:rules]:
        yield from _rule(findings, detail, most)
    if len(ranked) > rules:
        left = sum(len(each) for each in ranked[rules:])
        counted = f"{some(len(ranked) - rules, 'rule')}, {some(left, 'finding')}"
        yield f"- {'… and ' if rules else ''}{counted}"


def _rule(found: Sequence[tuple[Force, ChangedVerdict]], detail: Detail, most: int) -> Lines:
    one = found[0][1]
    forces = list({force.force: force for force, _ in found}.values())
    number = "" if most else f", {some(len(found), 'finding')}"
    yield f"- {code(one.rule, NAME)} **{plain(one.title)}** ({plain(one.severity)}): {_forces(forces, detail)}{number}"
    same: dict[tuple[str, str, str, str], list[tuple[Force, ChangedVerdict]]] = {}
    for force, each in found:
        same.setdefault((each.type, each.name, each.path, each.message), []).append((force, each))
    for alike in list(same.values())[:most]:
        each = alike[0][1]
        path = "" if each.message.startswith(f"{each.path}: ") else each.path
        where = " ".join(code(text, NAME) for text in (each.name, path) if text)
        yield f"  - {where}{_place(each, detail)}{_of_forces(alike, forces)}{_message(each, detail)}"
    if len(same) > most > 0:
        yield f"  - … and {len(same) - most:,} more"


def _place(one: ChangedVerdict, detail: Detail) -> str:
    place = f"{one.file}:{one.line}" if one.line else one.file
    return f" at {code(place, detail.longest)}" if place else ""


def _message(one: ChangedVerdict, detail: Detail) -> str:
    return f": {code(one.message, detail.longest)}" if one.message else ""


def _of_forces(alike: Sequence[tuple[Force, ChangedVerdict]], all_forces: Sequence[Force]) -> str:
    """The forces that have it; empty if it applies to all listed forces."""
    if len(alike) > 1:
        return f" in {some(len(alike), 'force')}"
    return f" in {code(alike[0][0].force, NAME)}" if len(all_forces) > 1 else ""


def _rank(severity: str) -> int:
    return _ORDER.index(severity) if severity in _ORDER else len(_ORDER)


def _forces(forces: Sequence[Force], detail: Detail) -> str:
    """The number of forces and the first of their names; the changes list all of them."""
    if len(forces) == 1:
        return names(forces, 1)
    return f"{some(len(forces), 'force')} ({names(forces, min(detail.forces, _FEW))})"


def _alike(groups: Sequence[Sequence[Force]]) -> str:
    """`43 forces: the same 4 changes; 2 differ`."""
    largest, rest = groups[0], sum(map(len, groups[1:]))
    number = len(largest[0].resources) + len(largest[0].outputs)
    if len(largest) == 1 and rest:
        return f"{some(rest + 1, 'force')}, each with other changes"
    if len(largest) == 1:
        return f"{names(largest, 1)}: {some(number, 'change')}"
    same = f"the same {some(number, 'change')}" if number > 1 else "the same change"
    differ = f"; {rest:,} {'differs' if rest == 1 else 'differ'}" if rest else ""
    return f"{some(len(largest), 'force')}: {same}{differ}"


def _types(resources: Iterable[ChangedResource]) -> str:
    counted: dict[str, int] = {}
    for each in resources:
        counted[each.type] = counted.get(each.type, 0) + 1
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    rest = sum(count for _, count in ranked[5:])
    listed = ", ".join(f"{count:,} {code(type_, NAME)}" for type_, count in ranked[:5])
    return listed + (f" and {rest:,} of other types" if rest else "")


def _listed(title: str, lines: Sequence[str], most: int) -> Lines:
    if not lines:
        return
    yield f"#### {title}"
    yield ""
    yield from (f"- {line}" for line in lines[:most])
    if len(lines) > most:
        yield f"- {f'… and {len(lines) - most:,} more' if most else f'{len(lines):,} in all'}"
    yield ""


def _folded(summary: str, lines: Iterable[str]) -> Lines:
    """Lines folded under `summary`, which is HTML."""
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
    yield ""
