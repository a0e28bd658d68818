"""Reads `stacks/<force>/access.yaml` and checks it against the register of information assets."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.core.access.conflicts import conflicts
from bluelamp.core.access.limits import Offered, limits, undeployed
from bluelamp.core.access.model import ANY, FORCE, FULL, INTERNET, OPEN, AccessAsset, AccessPolicy, Rule
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import validate

if TYPE_CHECKING:
    from bluelamp.core.contracts import Contract

FILE: Final = "stacks/{force}/access.yaml"
"""The path of a force's access policy in the project."""

_SHOWN: Final = 12
"""The number of choices that an error names."""


def has_access(root: Path, force: str) -> bool:
    """Whether `force` has an access policy."""
    return force.isascii() and "/" not in force and (root / FILE.format(force=force)).exists()


def read_access(
    root: Path, force: str, contracts: Iterable["Contract"], offered: Offered | None = None
) -> AccessPolicy | None:
    """The policy of `force`, with the end dates of the agreements of its `contracts`; None if there is no file.

    `offered` are the deployed targets; None skips the checks that depend on them. Raises `SettingsError` with every
    mistake in the policy: unknown keys and names, contradictory rules, and rules that no target can express.
    """
    if not has_access(root, force):
        return None
    source = parse(*content_of(root / FILE.format(force=force), root))
    policy, problems = validate(AccessPolicy, source.values, source, lambda steps: steps)
    problems = [*source.problems, *problems]
    if isinstance(source.values, dict) and "agreements" in source.values:
        problems.append(
            source.problem(("agreements",), "agreements are read from the register", next_step="remove it", key=True)
        )
    if policy is None or problems:
        raise SettingsError(problems)
    known = {each.asset: each for each in contracts}
    problems = [*_names(policy, source), *_personas(policy, source), *_assets(policy, known, source)]
    problems += _networks(policy, source)
    if problems:
        raise SettingsError(problems)
    problems = list(_agreements(policy, known, source))
    policy = policy.model_copy(update={"agreements": _ends(policy, known)})
    problems += conflicts(policy, source)
    problems += limits(policy, source)
    problems += undeployed(policy, offered, source) if offered is not None else ()
    if problems:
        raise SettingsError(problems)
    return policy


def _names(policy: AccessPolicy, source: Source) -> Iterator[Problem]:
    """Undeclared names in rules, `any` together with other names, and duplicate rule ids."""
    known: Mapping[str, Iterable[str]] = {
        "personas": policy.personas,
        "assets": policy.assets,
        "purposes": policy.purposes,
        "networks": [*policy.networks, INTERNET],
        "devices": ["managed", "unmanaged"],
    }
    ids: set[str] = set()
    for index, rule in enumerate(policy.rules):
        if rule.id in ids:
            yield source.problem(("rules", index, "id"), f"duplicate id {rule.id}", next_step="rename one of the rules")
        ids.add(rule.id)
        for axis, choices in known.items():
            named = getattr(rule, axis)
            for place, name in enumerate(named):
                steps: Steps = ("rules", index, axis, place)
                if name == ANY and len(named) > 1:
                    yield source.problem(
                        steps, "any cannot be combined with names", ANY, "", f"write `{axis}: [{ANY}]`, or the names"
                    )
                elif name != ANY and name not in choices:
                    yield _unknown(source, steps, name, axis, choices)
        yield from _mask(policy, rule, index, source)


def _mask(policy: AccessPolicy, rule: Rule, index: int, source: Source) -> Iterator[Problem]:
    if rule.mask is None:
        return
    if not rule.allows:
        yield source.problem(("rules", index, "mask"), "a rule that denies has no mask", next_step="remove `mask`")
        return
    for asset in policy.assets if ANY in rule.assets else rule.assets:
        if asset in policy.assets and rule.mask not in policy.assets[asset].masks:
            masks = policy.assets[asset].masks
            yield _unknown(source, ("rules", index, "mask"), rule.mask, f"masks of {asset}", masks)


def _personas(policy: AccessPolicy, source: Source) -> Iterator[Problem]:
    """Personas without an id in Entra ID, or with the same one."""
    wanted = {"staff": "group", "partner": "application"}
    for name, persona in policy.personas.items():
        for key in ("group", "application"):
            has, needs = getattr(persona, key) is not None, wanted.get(persona.kind) == key
            if has != needs:
                what = "needs" if needs else "has no"
                yield source.problem(
                    ("personas", name, *([key] if has else [])),
                    f"a persona of the kind {persona.kind} {what} `{key}`",
                    next_step=f"add `{key}:`" if needs else "remove it",
                )
    public = [name for name, each in policy.personas.items() if each.kind == "public"]
    for name in public[1:]:
        yield source.problem(
            ("personas", name),
            "only one persona can be public: an open endpoint cannot distinguish two",
            next_step="keep one",
        )
    ids = {name: each.group or each.application for name, each in policy.personas.items()}
    yield from _same(ids, lambda name: ("personas", name), source)


def _assets(policy: AccessPolicy, known: Mapping[str, "Contract"], source: Source) -> Iterator[Problem]:
    for name, asset in policy.assets.items():
        if name not in known:
            yield _unknown(source, ("assets", name), name, "register", known, key=True)
            continue
        yield from _columns(name, asset, known[name], source)
        for key in ("api", "open"):
            if getattr(asset, key) is not None and asset.lake is None:
                yield source.problem(
                    ("assets", name, key), f"`{key}` needs an asset in the lake", next_step=f"add `lake:` to {name}"
                )
    applications = {name: each.application.client for name, each in policy.assets.items() if each.application}
    yield from _same(applications, lambda name: ("assets", name, "application"), source)
    yield from _same({n: each.api for n, each in policy.assets.items()}, lambda name: ("assets", name, "api"), source)
    paths = [(name, each.lake) for name, each in policy.assets.items() if each.lake]
    for (first, one), (second, other) in combinations(paths, 2):
        a, b = f"{one.path}/", f"{other.path}/"
        if one.container == other.container and (a.startswith(b) or b.startswith(a)):
            yield source.problem(
                ("assets", second, "lake"),
                f"{other.path} overlaps the path of {first}, {one.path}",
                next_step="give each asset a folder of its own",
            )


def _columns(name: str, asset: AccessAsset, contract: "Contract", source: Source) -> Iterator[Problem]:
    """Columns that the asset's contract does not have, and masks with the name of a built-in view."""
    tables = {table.name: [str(each.name) for each in table.properties or ()] for table in contract.tables}
    columns = [column for each in tables.values() for column in each]
    for view, hidden in asset.masks.items():
        steps: Steps = ("assets", name, "masks", view)
        if view in (FULL, OPEN):
            yield source.problem(steps, f"{view} is a view of every asset", next_step="rename the mask", key=True)
        if not hidden:
            yield source.problem(steps, "masks no column", next_step="list the columns to leave out")
        for index, column in enumerate(hidden):
            if column not in columns:
                yield _unknown(source, (*steps, index), column, f"columns of {name}", columns)
    if asset.open is None:
        return
    steps = ("assets", name, "open")
    if asset.open.table not in tables:
        yield _unknown(source, (*steps, "table"), asset.open.table, f"tables of {name}", map(str, tables))
        return
    for index, column in enumerate(asset.open.by):
        if column not in tables[asset.open.table]:
            yield _unknown(source, (*steps, "by", index), column, f"columns of {name}", tables[asset.open.table])


def _networks(policy: AccessPolicy, source: Source) -> Iterator[Problem]:
    """A missing network of the force, reserved names, and address ranges in two networks."""
    if FORCE not in policy.networks:
        yield source.problem(
            ("networks",),
            f"`{FORCE}` is missing",
            next_step=f"add `{FORCE}: […]` with the public ranges from which the force reaches the Internet",
        )
    for name in (INTERNET, ANY):
        if name in policy.networks:
            yield source.problem(
                ("networks", name), f"{name} means every other network", next_step="rename it", key=True
            )
    ranges = [(name, index, each) for name, listed in policy.networks.items() for index, each in enumerate(listed)]
    for (first, _, one), (second, index, other) in combinations(ranges, 2):
        if one.overlaps(other):
            yield source.problem(
                ("networks", second, index),
                f"{other} overlaps {one} of {first}",
                next_step="an address belongs to one network: split the range",
            )


def _agreements(policy: AccessPolicy, known: Mapping[str, "Contract"], source: Source) -> Iterator[Problem]:
    """Rules for partners and the public without an agreement, and agreements missing from the register."""
    for index, rule in enumerate(policy.rules):
        kinds = {policy.personas[each].kind for each in policy.covers(rule)[0]}
        steps: Steps = ("rules", index)
        if rule.agreement is None:
            if rule.allows and kinds & {"partner", "public"}:
                yield source.problem(
                    steps,
                    f"rule {rule.id} shares data with others without an agreement",
                    next_step="add `agreement:` with a reference from sharingAgreements of the asset's contract",
                )
            continue
        for asset in sorted(policy.covers(rule)[1]):
            agreed = {each.reference: each for each in known[asset].properties.sharing_agreements}
            if rule.agreement not in agreed:
                where = f"sharing agreements of {asset}"
                yield _unknown(source, (*steps, "agreement"), rule.agreement, where, agreed)
            elif "public" in kinds and not agreed[rule.agreement].public:
                yield source.problem(
                    (*steps, "agreement"),
                    f"{rule.agreement} does not permit publication of {asset}",
                    next_step="name an agreement with `public: true`",
                )


def _ends(policy: AccessPolicy, known: Mapping[str, "Contract"]) -> dict[str, date]:
    """The first end date of an agreement with that reference, over the assets of the rules that name it."""
    ends: dict[str, date] = {}
    for rule in policy.rules:
        for asset in policy.covers(rule)[1]:
            for each in known[asset].properties.sharing_agreements:
                if each.reference == rule.agreement:
                    ends[each.reference] = min(each.expires, ends.get(each.reference, date.max))
    return ends


def _same(ids: Mapping[str, str | None], steps_of: Callable[[str], Steps], source: Source) -> Iterator[Problem]:
    """Duplicate values that must be unique."""
    first: dict[str, str] = {}
    for name, value in ids.items():
        if value is not None and first.setdefault(value, name) != name:
            yield source.problem(
                steps_of(name), f"{name} has the same id as {first[value]}", next_step="give each one of its own"
            )


def _unknown(source: Source, steps: Steps, name: str, what: str, known: Iterable[str], *, key: bool = False) -> Problem:
    choices = sorted(known)
    shown = ", ".join(choices[:_SHOWN]) + (f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else "")
    allowed = f"known in {what}: {shown}" if choices else f"there are no {what}"
    return source.problem(
        steps,
        f"{show(name)} is not among the {what}",
        show(name, quote=False),
        allowed,
        did_you_mean(name, choices) or "correct the name, or declare it",
        key=key,
    )
