"""An exemption is never approved by the person who requested or owns it, whatever spelling of a name is used."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluelamp.core.problems import SettingsError
from bluelamp.governance.read import governance
from bluelamp.policies import Judgement, Resource, Severity, Verdict, rules
from bluelamp.policies.approval import Approvers
from bluelamp.policies.exemptions import Status, Use, exempted
from bluelamp.policies.pack import stack_governance
from bluelamp.policies.settings import Approver
from tests.conftest import ROOT
from tests.exempting import APPROVERS, APPROVERS_FILE, ENGINEER, EXEMPTIONS_FILE, OWNER, SIRO, exemption
from tests.thorough import tries

TODAY = date(2026, 3, 10)
RULES = {rule.id: rule for rule in rules()}
URN = "urn:pulumi:essex::bluelamp::azure-native:storage:StorageAccount::records-partner-drop"
SETTINGS: dict[str, Any] = {"max_examples": tries(1000), "deadline": None, "database": None, "derandomize": True}


def judged(approvers: Approvers | None = APPROVERS, **changed: Any) -> Use | None:
    """The status of an exemption with these changes, None if it is refused; a failure is exempt if it applies."""
    try:
        one = exemption(**changed)
    except ValidationError:
        return None
    failure = Judgement("BL-STO-005", URN, Verdict.FAIL, message="found Enabled")
    (judgement,), (use,) = exempted([failure], [one], RULES, TODAY, approvers)
    assert (judgement.verdict is Verdict.EXEMPT) is (use.status is Status.HOLDS)
    return use


INVISIBLE = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f\u061c\u115f\u1160\u3164\uffa0\u17b4\u2800\ufe0f\ufe00\U000e0100"
    "\u200e\u200f\u202a\u202e\u2066\u2069\u2063\u00a0\u2007\u3000\x00\x08\x7f\U000e0041"
)
LOOKALIKE = {
    "a": "аạɑａⓐ𝐚ª", "b": "Ьｂ", "c": "сϲｃ", "d": "ԁｄ", "e": "еẹｅ℮", "f": "ｆ", "g": "ɡｇ", "h": "һｈ", "i": "іı１ｉⅰ",
    "k": "ｋκ", "l": "ⅼӏｌ", "m": "ｍⅿ", "n": "ոｎ", "o": "оοօｏº", "p": "рｐ", "r": "гｒ", "s": "ѕſｓ", "t": "ｔ", "u": "υս",
    "w": "ԝｗ", "x": "хｘ", "y": "уｙ", ".": "．。․", "@": "＠﹫", "_": "＿", "-": "‐‑−－",
}  # fmt: skip
OWN = st.sampled_from(SIRO.emails)


@st.composite
def another_spelling(draw: st.DrawFn) -> str:
    """A spelling of the approver's address that reaches the same mailbox."""
    local, _, domain = draw(OWN).partition("@")
    for index in sorted(draw(st.sets(st.integers(1, len(local) - 1), max_size=3)), reverse=True):
        if local[index - 1] != "." != local[index]:
            local = f"{local[:index]}.{local[index:]}"
    local = draw(st.sampled_from([local, local.replace(".", "")]))
    tag = draw(st.sampled_from(["", "+x", "+records", "+1.2", "+a+b"]))
    domain = draw(st.sampled_from([domain, f"mail.{domain}", f"essex.pnn.{domain.partition('.')[2]}", f"a.b.{domain}"]))
    text = f"{local}{tag}@{domain}"
    upper = draw(st.sets(st.integers(0, len(text) - 1), max_size=8))
    text = "".join(each.upper() if index in upper else each for index, each in enumerate(text))
    return draw(st.sampled_from(["", " ", "\n", "\t"])) + text + draw(st.sampled_from(["", " ", "\n", " \n"]))


@settings(**SETTINGS)
@given(
    email=another_spelling(), who=st.sampled_from(["requester", "owner"]), role=st.sampled_from(["Head of IT", "X1"])
)
def test_another_spelling_of_the_approvers_address_is_the_approver(email: str, who: str, role: str) -> None:
    use = judged(**{who: {"role": role, "email": email}})
    assert use is not None
    assert use.status is Status.SELF_APPROVED, use.why


@st.composite
def in_disguise(draw: st.DrawFn) -> str:
    """A form of the approver's address that software may read as another address, or that is no plain address."""
    address = draw(OWN)
    how = draw(st.integers(0, 3))
    if how == 0:
        index = draw(st.integers(0, len(address)))
        return address[:index] + draw(st.sampled_from(INVISIBLE)) + address[index:]
    if how == 1:
        index = draw(st.sampled_from([at for at, each in enumerate(address) if each in LOOKALIKE]))
        return address[:index] + draw(st.sampled_from(LOOKALIKE[address[index]])) + address[index + 1 :]
    local, _, domain = address.partition("@")
    word = draw(st.text("abcdefgh ", max_size=6))
    if how == 2:
        return draw(
            st.sampled_from(
                [
                    f"{word} <{address}>", f"<{address}>", f'"{word}" <{address}>', f"mailto:{address}", f'"{local}"@{domain}',
                    f"{local}({word})@{domain}", f"({word}){address}", f"{address}({word})", f"{local}@[{domain}]",
                    f"{address}.", f"{local}.@{domain}", f".{address}", f"{local}..x@{domain}", f"{local}\\@x@{domain}",
                    f"{local}%{domain}@{domain}", f"{domain}!{local}", f"{address},{word}x@{domain}", f"{address};",
                    f"{local} @{domain}", f"{local}@ {domain}", f"{local}@{domain} x", f"smtp:{address}", f"=?utf-8?q?{local}?=@{domain}",
                ]
            )
        )  # fmt: skip
    puny = f"xn--{draw(st.text('abcdefgh0123', min_size=2, max_size=8))}"
    return draw(
        st.sampled_from([f"{local}@{puny}.{domain}", f"{local}@essex.{puny}.example", f"{local}@{puny.upper()}.uk"])
    )


@settings(**{**SETTINGS, "max_examples": tries(2000)})
@given(email=in_disguise(), who=st.sampled_from(["requester", "owner", "approver"]))
def test_text_that_is_no_plain_address_is_refused(email: str, who: str) -> None:
    if who == "approver":
        use = judged(approver=email, requester={**ENGINEER, "email": "siro@essex.police.example"})
    else:
        use = judged(**{who: {"role": "Head of IT", "email": email}})
    # white space around an address is trimmed: the rest is the approver
    assert use is None or use.status in {Status.SELF_APPROVED, Status.NOT_APPROVED}


BLANK = [
    "", " ", "\t", "-", "--", "?", "...", "…", "TBC", "tbd", "n/a", "N.A.", "none", "Unknown", "x", "xxx", "0", "nobody",
    "not applicable", "to be confirmed", "null", "~", "_", "*", "as above", "pending", "anonymous", "N\\A", "(none)",
]  # fmt: skip


@settings(**SETTINGS)
@given(
    text=st.sampled_from(BLANK),
    around=st.text(" -.()[]<>_*!?/'\"", max_size=3),
    invisible=st.text(st.sampled_from(INVISIBLE), max_size=2),
    case=st.sampled_from([str.upper, str.lower, str.title]),
    where=st.sampled_from(["role", "email", "local", "approver", "risk_reference", "reason"]),
)
def test_blank_and_placeholder_addresses_are_refused(
    text: str, around: str, invisible: str, case: Any, where: str
) -> None:
    output = case(f"{around}{text}{invisible}{around[::-1]}")
    if where == "approver":
        assert judged(approver=output) is None
    elif where == "risk_reference":
        assert judged(risk_reference=output) is None
    elif where == "reason":
        assert judged(reason=" ".join([output] * 30)) is None
    else:
        if where == "local" and text in {"x", "0"}:
            return  # a mailbox name may have one letter
        email = {"role": ENGINEER["email"], "email": output, "local": f"{output}@essex.police.example"}[where]
        for who in ("requester", "owner"):
            assert judged(**{who: {"role": output if where == "role" else "Engineer", "email": email}}) is None


@settings(**SETTINGS)
@given(
    name=st.sampled_from([SIRO.id, SIRO.name, SIRO.role]),
    upper=st.booleans(),
    joint=st.sampled_from([" ", "  ", "-", "_", ". ", ""]),
    at=st.integers(0, 40),
    mark=st.sampled_from(["", "\u0301", "\u200b", "\u0430", "\uff53", "\u00ad", "é"]),
)
def test_a_person_in_the_approvers_role_is_the_approver(name: str, upper: bool, joint: str, at: int, mark: str) -> None:
    output = joint.join(name.split())
    output = (output.upper() if upper else output)[:at] + mark + (output.upper() if upper else output)[at:]
    use = judged(requester={"role": output, "email": "somebody.else@essex.police.example"})
    if mark == "é":
        return  # another letter makes another role, which only has to be valid
    assert use is None or use.status is Status.SELF_APPROVED


@settings(**SETTINGS)
@given(
    local=st.from_regex(r"[a-z]{3,8}(\.[a-z]{3,8})?", fullmatch=True),
    severities=st.sets(st.sampled_from(list(Severity)), min_size=1),
    forces=st.sets(st.sampled_from(["essex", "kent"])),
    regions=st.sets(st.sampled_from(["eastern", "south-east"])),
    since=st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    until=st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 1)),
)
def test_only_people_with_the_authority_approve(
    local: str, severities: set[Severity], forces: set[str], regions: set[str], since: date | None, until: date | None
) -> None:
    email = f"{local}@essex.police.example"
    assume(local.replace(".", "") not in {"siro", "riskowner"})
    one = Approver(
        **{
            **SIRO.model_dump(exclude_unset=True),
            "severities": tuple(severities),
            **{key: tuple(names) for key, names in (("forces", forces), ("regions", regions)) if names},
            "valid_from": since,
            "valid_until": until,
        }
    )
    use = judged(replace(APPROVERS, people=(one,)), owner={"role": "Engineering lead", "email": email}, requester=None)
    if use is None:
        return  # the generated address is a placeholder
    start = date(2026, 2, 1)
    may = Severity.HIGH in severities and (not (forces or regions) or "essex" in forces or "eastern" in regions)
    may = may and (since is None or since <= start) and (until is None or start <= until)
    assert use.status is (Status.HOLDS if may else Status.NOT_APPROVED), use.why


def test_without_a_register_of_approvers_no_exemption_applies() -> None:
    use = judged(None)
    assert use is not None
    assert (use.status, use.why) == (
        Status.NOT_APPROVED,
        "stacks/approvers.yaml is missing, so nobody may approve exemptions",
    )


@pytest.mark.parametrize("approver", ["siro", "SIRO", " siro\n", "Risk.Owner@ESSEX.police.example"])
def test_an_approver_is_an_entry_by_id_or_address(approver: str) -> None:
    use = judged(approver=approver)
    assert use is not None
    assert use.status is Status.HOLDS, use.why


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "stacks" / "essex").mkdir(parents=True)
    shutil.copy(ROOT / "stacks" / "forces.yaml", tmp_path / "stacks")
    return tmp_path


def write(root: Path, approvers: str | None) -> None:
    if approvers is not None:
        (root / "stacks" / "approvers.yaml").write_text(approvers, encoding="utf-8")
    requested = EXEMPTIONS_FILE.replace("::records-drop", "::records-partner-drop")
    nobodys = re.sub(r"    requester: .*\n", "", requested)
    (root / "stacks" / "essex" / "exemptions.yaml").write_text(nobodys, encoding="utf-8")


ACCOUNT = Resource(
    URN, "azure-native:storage:StorageAccount", "records-partner-drop", {"publicNetworkAccess": "Enabled"}
)


@pytest.mark.parametrize(
    ("approvers", "status"),
    [
        (APPROVERS_FILE, Status.HOLDS),
        (None, Status.NOT_APPROVED),
        (APPROVERS_FILE.replace("id: siro", "id: other"), Status.NOT_APPROVED),
        (APPROVERS_FILE.replace("critical, high, ", ""), Status.NOT_APPROVED),
        (APPROVERS_FILE + "    forces: [kent]\n", Status.NOT_APPROVED),
        (APPROVERS_FILE + "    regions: [eastern]\n", Status.HOLDS),
        (APPROVERS_FILE.replace("siro@essex", OWNER["email"].partition("@")[0] + "@essex"), Status.SELF_APPROVED),
    ],
)
def test_the_command_and_the_pack_read_the_same_approvers(root: Path, approvers: str | None, status: Status) -> None:
    write(root, approvers)
    ours, packs = governance(root, "essex"), stack_governance.of(root, "essex", rules())
    assert ours == packs
    _, (use,) = ours.judge([ACCOUNT], TODAY)
    assert use.status is status, use.why


WRONG = {
    "an address twice": (
        APPROVERS_FILE
        + APPROVERS_FILE.partition("\n")[2].replace("id: siro", "id: deputy").replace("siro@", "deputy.siro@"),
        "stacks/approvers.yaml:10:48: approvers[1].emails[1]: risk.owner@essex.police.example is an address of siro",
    ),
    "an address twice in another spelling": (
        APPROVERS_FILE
        + APPROVERS_FILE.partition("\n")[2].replace("id: siro", "id: deputy").replace("siro@", "deputy.siro@").replace("risk.owner@", "RiskOwner+2@"),
        "stacks/approvers.yaml:10:48: approvers[1].emails[1]: riskowner+2@essex.police.example is an address of siro",
    ),
    "an id twice": (
        APPROVERS_FILE + APPROVERS_FILE.partition("\n")[2].replace("siro@", "a.b@").replace("risk.owner@", "c.d@"),
        "stacks/approvers.yaml:7:9: approvers[1].id: siro is the id of approver 1 already",
    ),
    "no severity": (APPROVERS_FILE.replace("critical, high, medium, low", ""), "stacks/approvers.yaml:6:17"),
    "an unknown severity": (
        APPROVERS_FILE.replace("critical", "severe"),
        "stacks/approvers.yaml:6:18: approvers[0].severities[0]: 'severe' is not an allowed value; allowed: critical, high",
    ),
    "an unknown force": (
        APPROVERS_FILE + "    forces: [esex]\n",
        "stacks/approvers.yaml:7:14: approvers[0].forces[0]: 'esex' is not in stacks/forces.yaml; did you mean essex?",
    ),
    "no force, which is not every force": (
        APPROVERS_FILE + "    forces: []\n",
        "stacks/approvers.yaml:7:13: approvers[0].forces: holds nothing",
    ),
    "a blank name": (APPROVERS_FILE.replace("SIRO of Essex", '"-"'), "stacks/approvers.yaml:3:11"),
    "no address": (APPROVERS_FILE.replace("siro@essex.police.example,", "Siro <siro@essex>,"), "stacks/approvers.yaml:5:14"),
    "an unknown key": (APPROVERS_FILE + "    grade: 7\n", "stacks/approvers.yaml:7:5"),
    "days the wrong way round": (
        APPROVERS_FILE + '    validFrom: "2026-02-01"\n    validUntil: "2026-01-01"\n',
        "stacks/approvers.yaml:8:17: approvers[0].validUntil: 2026-01-01 is before 2026-02-01",
    ),
    "nothing": ("", "stacks/approvers.yaml: is empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_in_the_approvers_is_refused_with_its_location(case: str, root: Path) -> None:
    text, output = WRONG[case]
    write(root, text)
    with pytest.raises(SettingsError) as raised:
        governance(root, "essex")
    assert str(raised.value).startswith(output)
    with pytest.raises(ValueError, match=r"stacks/approvers\.yaml"):
        stack_governance.of(root, "essex", rules())


def test_the_shipped_approvers_are_roles_at_example_addresses() -> None:
    from bluelamp.infra.settings.register import read_register

    for force in read_register(ROOT).forces:
        approvers = governance(ROOT, force).approvers
        assert approvers is not None
        assert all(email.endswith(".example") for each in approvers.people for email in each.emails)
    covered = {severity for each in approvers.people for severity in each.severities}
    assert covered == set(Severity)


def test_a_term_of_office_has_both_dates() -> None:
    one = Approver(
        **{**SIRO.model_dump(exclude_unset=True), "valid_from": date(2026, 2, 1), "valid_until": date(2026, 2, 1)}
    )
    for days, status in ((-1, Status.NOT_APPROVED), (0, Status.HOLDS), (1, Status.NOT_APPROVED)):
        use = judged(Approvers((one,)), start=date(2026, 2, 1) + timedelta(days=days))
        assert use is not None
        assert use.status is status
