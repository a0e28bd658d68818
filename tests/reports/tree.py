"""A page as a tree, built with the standard library's parser."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "wbr", "rect", "path", "img", "hr"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    parent: "Node | None" = None

    def all(self, tag: str = "", **attributes: str) -> Iterator["Node"]:
        """Every node below with this tag and these attributes (`class_` matches one of the classes)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        for child in self.children:
            if isinstance(child, Node):
                if (not tag or child.tag == tag) and all(child.has(key, value) for key, value in wanted.items()):
                    yield child
                yield from child.all(tag, **attributes)

    def has(self, key: str, value: str) -> bool:
        found = self.attributes.get(key)
        return value in (found or "").split() if key == "class" else found == value

    def one(self, tag: str = "", **attributes: str) -> "Node":
        found = list(self.all(tag, **attributes))
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def outer(self) -> Iterator["Node"]:
        node = self.parent
        while node:
            yield node
            node = node.parent


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Node("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), parent=self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Node(tag, dict(attrs), parent=self.at))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def parse(page: str) -> Node:
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert builder.at is builder.root, f"<{builder.at.tag}> is not closed"
    return builder.root


def findings(node: Node) -> list[Node]:
    """The findings listed below `node`."""
    return [each for each in node.all() if "data-finding" in each.attributes]


def urns(page: Node, listed: list[Node]) -> list[str]:
    """The URN of each finding's resource: shown if it needs attention, and referred to otherwise."""
    known = {
        f"#{each.attributes['id']}": each.text for part in page.all("ul", class_="urns") for each in part.all("li")
    }
    return [
        each.one(class_="urn").text if each.tag == "tr" else known[str(each.one("a").attributes["href"])]
        for each in listed
    ]
