"""A comment has no markup except Bluelamp's own, whatever settings, names, rules and clouds contain."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from comparisons import filled
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bluelamp.comment import comment
from tests.thorough import tries

BAD = (
    "@everyone",
    "#1 fixes #2, GH-3, owner/repo#4, !5, ~label, %milestone, &6, $7, AB#8",
    "https://evil.example/?a=b www.evil.example mailto:someone@evil.example",
    "[text](https://evil.example) ![image](https://evil.example/i.png) <https://evil.example>",
    "</code></summary></details><script>alert(1)</script><img src=x onerror=alert(1)>",
    "`` ` ``` ~~~ `",
    "``",
    "`",
    "\\",
    "\\`",
    "line\n\n# heading\n\n- [ ] task\n> quote\n```\ncode",
    "| a | b |\n|---|---|\n| c | d |",
    "--><!-- bluelamp:check --><!--",
    "<details open><summary>fine</summary>",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b\u200d\ufeff",
    "&lt;b&gt; &#64;team &commat;team",
    "**bold** __bold__ *i* _i_ ~~gone~~ $x^2$ :white_check_mark: :x:",
    "[^1] [x]: https://evil.example",
    "0123456789abcdef0123456789abcdef01234567",
    "##vso[task.setvariable variable=a]b ::error::c",
    " leading and trailing ",
    "\x00\x1b[31mred\x07",
    "[secret]",
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="`\\<>&@#[]()*_~|!$:/-.\n a1", max_size=40),
    st.lists(st.sampled_from(BAD), min_size=1, max_size=3).map("".join),
)
LINKED = re.compile(r"@\w|#\d|\w#\d|![0-9]|~[a-z]|GH-\d|https?://|www\.|\w+@\w|:\w+:|[0-9a-f]{7}", re.IGNORECASE)
BY_US = re.compile(r"Bluelamp \d+\.\d+\.\d+")


def tokens(text: str) -> Iterator[Token]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for token in parser.parse(text):
        yield token
        yield from token.children or ()


class Tags(HTMLParser):
    """The tags in a piece of HTML, and the text outside `code`."""

    def __init__(self, piece: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self._code = 0
        self.feed(piece)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not attrs
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text += data


def shape(text: str) -> list[str]:
    """The structure of a comment: the type of each part, without the text."""
    found = []
    for token in tokens(text):
        if token.type in ("text", "text_special", "softbreak", "inline"):
            continue
        tags = "".join(Tags(token.content).tags) if token.type.startswith("html") else ""
        found.append(f"{token.type}{token.markup if token.type != 'code_inline' else ''}{tags}")
    return found


BENIGN = shape(comment(filled("value")))


@settings(max_examples=tries(60), derandomize=True, deadline=None)
@given(TEXTS)
@example("".join(BAD))
def test_any_text_leaves_the_structure_unchanged(text: str) -> None:
    made = comment(filled(text + "v"))
    assert shape(made) == BENIGN
    for token in tokens(made):
        assert token.type not in ("link_open", "image")
        if token.type in ("text", "text_special"):
            assert not LINKED.search(BY_US.sub("", token.content)), token.content
        if token.type.startswith("html"):
            found = Tags(token.content)
            assert set(found.tags) <= {"details", "summary", "code", "sub"}
            assert not LINKED.search(BY_US.sub("", found.text))
    assert made.count("<!--") == made.count("-->") == made.splitlines()[0].count("<!--") or "<!--" in text


@pytest.mark.parametrize("bad", BAD)
def test_each_hostile_text_is_shown_and_has_no_effect(bad: str) -> None:
    made = comment(filled(bad))
    assert shape(made) == BENIGN
    assert made.isprintable() or all(each.isprintable() or each in "\n\u200b" for each in made)
    assert "\u202e" not in made
    assert made.count("\n<!-- bluelamp:") == 0


def test_values_are_shown_unchanged() -> None:
    made = comment(filled("a`b @c #1"))
    codes = [token.content for token in tokens(made) if token.type == "code_inline"]
    assert codes.count("a`b @c #1") > 10
