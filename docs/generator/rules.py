"""The pages of the rules, a page for each service; and those of the frameworks, a page for each edition."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from bluelamp.policies import Control, Rule, catalogues
from bluelamp.policies import rules as discovered
from bluelamp.policies.catalogues import Catalogue, Extent, rules_by_control
from bluelamp.policies.compiled import to_admission, to_azure_policy
from docs.generator.text import code, fence, page, table

SERVICES: Final[Mapping[str, str]] = {
    "ACC": "Access to data",
    "ACR": "Container Registry",
    "AKS": "Azure Kubernetes Service",
    "AST": "Information assets",
    "BAK": "Backup",
    "CMP": "Virtual machines and disks",
    "DAT": "Personal data, residency and locks",
    "IAM": "Identity and role assignments",
    "K8S": "Kubernetes workloads and clusters",
    "KV": "Key Vault",
    "LOG": "Logs, alerts and diagnostic settings",
    "NET": "Networks",
    "PAAS": "Platform services",
    "SPD": "Spend, roadmap and retirements",
    "SQL": "Databases",
    "STO": "Storage accounts",
    "WEB": "App Service and container apps",
}
"""The service or subject of each part of an id, `BL-ACR-001`; a part that is not here is its own heading."""
_EXTENTS: Final = {
    Extent.ASSESSED: "assessed",
    Extent.PARTLY: "partly assessed",
    Extent.NOT_ASSESSABLE: "not assessable",
}


def rules() -> dict[str, str]:
    """The index of the rules and a page for each service, by the page's name."""
    found: dict[str, list[Rule]] = {}
    for rule in sorted(discovered(), key=lambda each: each.id):
        found.setdefault(_part(rule), []).append(rule)
    admitted, defined = _compiled()
    total = sum(len(each) for each in found.values())
    parts = [
        f"{total} rules. Each is a statement that holds or does not hold of a resource. `bluelamp explain ID` shows "
        "one in a terminal, `bluelamp list rules --severity critical` lists them, and "
        "[verdicts](explanation/verdicts.md) explains the results. [Frameworks](frameworks.md) lists the controls that "
        "the rules give evidence for.",
        f"`bluelamp compile` writes {len(admitted)} of them as admission policies for Kubernetes and {len(defined)} as "
        "Azure Policy definitions ([compiled rules](compiled.md)).",
        table(
            ("service", "ids", "rules", "mandatory"),
            (
                (
                    f"[{_service(part)}]({_page(part)}.md)",
                    code(f"BL-{part}"),
                    str(len(each)),
                    str(sum(rule.enforcement == "mandatory" for rule in each)),
                )
                for part, each in sorted(found.items(), key=lambda pair: _service(pair[0]))
            ),
        ),
    ]
    return {"rules": page("Rules", *parts), **{_page(part): _of(part, each) for part, each in found.items()}}


def _part(rule: Rule) -> str:
    return rule.id.split("-")[1]


def _service(part: str) -> str:
    return SERVICES.get(part, part)


def _page(part: str) -> str:
    return f"rules/{part.lower()}"


def place(rule: Rule) -> str:
    """The page and anchor of a rule, relative to `docs/`."""
    return f"{_page(_part(rule))}.md#{rule.id.lower()}"


@cache
def _compiled() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return to_admission(discovered()).documents, to_azure_policy(discovered()).documents


def _of(part: str, found: list[Rule]) -> str:
    rows = (
        (f"[{rule.id}](#{rule.id.lower()})", str(rule.severity), str(rule.enforcement), rule.title) for rule in found
    )
    return page(
        _service(part),
        f"The rules `BL-{part}`. [All services](../rules.md).",
        table(("rule", "severity", "enforcement", "title"), rows),
        *(_rule(rule) for rule in found),
    )


def _rule(rule: Rule) -> str:
    admitted, defined = _compiled()
    compiled = "an admission policy" if rule.id in admitted else "Azure Policy" if rule.id in defined else "nothing"
    facts = [
        f"- Failure message: {rule.failure}.",
        f"- Severity and enforcement: {rule.severity}, {rule.enforcement}.",
        f"- Applies to: {_types(rule)}.",
    ]
    if rule.parameters:
        given = "; ".join(f"{code(name)}, by default {code(_value(value))}" for name, value in rule.parameters.items())
        facts.append(f"- Parameters, which a [baseline](../baselines.md) may tighten: {given}.")
    facts += [f"- Compiles to: {compiled}.", "- Gives evidence for:"]
    facts += [f"  - {_control(control)}" for control in rule.controls] or ["  - no control"]
    language = "yaml" if _part(rule) == "K8S" else "python"
    parts = [
        f"## {rule.id}",
        f"**{rule.title}**",
        rule.rationale,
        "\n".join(facts),
        f"To fix a failure: {rule.fix}",
        fence(language, rule.example) if rule.example else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _types(rule: Rule) -> str:
    names = list(rule.at)
    shown = ", ".join(code(each) for each in names[:4])
    return shown + (f" and {len(names) - 4} more types" if len(names) > 4 else "")


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


@cache
def _listed() -> Mapping[tuple[str, str], Catalogue]:
    return {(each.framework, each.edition): each for each in catalogues.catalogues()}


def _control(control: Control) -> str:
    """A control by its title, with a link to its framework."""
    catalogue = _listed().get((control.framework, control.edition))
    row = catalogue.controls.get(control.id) if catalogue else None
    if catalogue is None or row is None:
        return str(control)
    title = "" if row.title.casefold() == control.id.casefold() else f": {row.title}"
    return f"[{control.framework} {control.edition}](../{_framework(catalogue)}.md) {control.id}{title}"


def _framework(catalogue: Catalogue) -> str:
    name = f"{catalogue.framework} {catalogue.edition}".lower()
    return "frameworks/" + "-".join("".join(each if each.isalnum() else " " for each in name).split())


def frameworks() -> dict[str, str]:
    """The index of the frameworks and a page for each edition: every control, how far rules assess it, and which."""
    mapped = rules_by_control(sorted(discovered(), key=lambda each: each.id))
    listed = sorted(_listed().values(), key=lambda each: (each.framework.casefold(), each.edition))
    rows = (
        (
            f"[{each.framework} {each.edition}]({_framework(each)}.md)",
            each.publisher,
            *(str(sum(row.extent is extent for row in each.controls.values())) for extent in Extent),
        )
        for each in listed
    )
    head = ("framework", "publisher", *_EXTENTS.values())
    parts = [
        "The published controls that rules give evidence for. Passing rules are evidence for a control and do not show "
        "that it is met: most controls also ask for processes and people.",
        "*Assessed*: rules see all that the control asks of infrastructure. *Partly assessed*: rules see a part of it. "
        "*Not assessable*: no rule over infrastructure can see it; [evidence](evidence.md) can be signed for it. "
        "`bluelamp explain B4` shows a control or a group of controls in a terminal.",
        table(head, rows),
    ]
    pages = {_framework(each): _edition(each, mapped) for each in listed}
    return {"frameworks": page("Frameworks and controls", *parts), **pages}


def _edition(catalogue: Catalogue, mapped: Mapping[Control, list[Rule]]) -> str:
    def links(id_: str) -> str:
        found = mapped.get(Control(catalogue.framework, catalogue.edition, id_), [])
        return ", ".join(f"[{rule.id}](../{place(rule)})" for rule in found)

    rows = (
        (id_, "" if row.title.casefold() == id_.casefold() else row.title, _EXTENTS[row.extent], links(id_), row.why)
        for id_, row in catalogue.controls.items()
    )
    notes = [f"{catalogue.title}. Publisher: {catalogue.publisher}. Published: {catalogue.published}."]
    if catalogue.source:
        notes.append(f"Source: <{catalogue.source}>." if catalogue.source.startswith("http") else catalogue.source)
    if catalogue.unverified:
        notes.append(f"Unverified: {catalogue.unverified}")
    return page(
        f"{catalogue.framework} {catalogue.edition}",
        " ".join(notes),
        "[All frameworks](../frameworks.md).",
        table(("control", "title", "coverage", "rules", "not covered"), rows),
    )
