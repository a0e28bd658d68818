"""Parses a command of the engine: its verb, its stack and its folder."""

from dataclasses import dataclass
from typing import Final

_WITH_VALUE: Final = frozenset(
    {
        *("-C", "--cwd", "--color", "-v", "--verbose", "--profiling", "--tracing", "--memprofilerate"),
        *("--otel-traces", "--tracing-header", "-s", "--stack", "--config-file", "--secrets-provider"),
        *("--copy-config-from", "--teams", "--remote-config"),
    }
)
"""The options with a value that may come before a command's own words."""
_STACK: Final = ("-s", "--stack")
_CHANGING: Final = {"up": "up", "update": "up", "destroy": "destroy", "down": "destroy", "dn": "destroy"}
_READING: Final = {"preview": "preview", "pre": "preview", "refresh": "refresh", "import": "import"}
_DEPLOYING: Final = _CHANGING | _READING
_CONFIGURED: Final = frozenset({*_DEPLOYING, "config", "cfg", "watch", "logs", "log"})
_NO_STACK: Final = frozenset(
    {
        *("about", "ai", "console", "convert", "deployment", "env", "gen-completion", "help", "host", "install"),
        *("login", "logout", "new", "org", "package", "plugin", "policy", "schema", "template", "version", "whoami"),
        *("completion", "neo", "project", "do"),
    }
)


@dataclass(frozen=True)
class Words:
    """A command of the engine, without the word `pulumi`."""

    given: tuple[str, ...]

    @property
    def plain(self) -> tuple[str, ...]:
        """The words that are neither options nor values of known options."""
        found, skip = [], False
        for word in self.given:
            if skip:
                skip = False
            elif word.startswith("-") and word != "-":
                skip = word in _WITH_VALUE
            else:
                found.append(word)
        return tuple(found)

    @property
    def verb(self) -> str:
        """The verb: `up` also for `update`, `stack init` with its second word; empty without a verb."""
        first, second = (*self.plain, "", "")[:2]
        if first in ("stack", "s"):
            return f"stack {second}".strip()
        return _DEPLOYING.get(first, first)

    @property
    def operand(self) -> str | None:
        """The first word after the verb of a command on stacks: a stack's name."""
        return next(iter(self.plain[2:]), None)

    @property
    def deploys(self) -> bool:
        """Whether it runs the program or changes the stack's resources."""
        return self.verb in _DEPLOYING.values()

    @property
    def runs_program(self) -> bool:
        """Whether the engine starts a language host, which it does not if the caller is the program (`--client`)."""
        asked = any(word.startswith("--run-program") and not word.endswith("=false") for word in self.given)
        return (self.verb in ("up", "preview") or asked) and self.option("--client") is None

    @property
    def changes(self) -> bool:
        """Whether it may change the stack's state or the cloud."""
        if "--preview-only" in self.given or self.verb == "preview":
            return False
        return self.deploys or self.verb in ("stack import", "state", "cancel", "stack rm", "stack rename", "watch")

    @property
    def configured(self) -> bool:
        """Whether it takes the stack's settings from the file that `--config-file` names."""
        return bool(self.plain) and self.plain[0] in _CONFIGURED

    @property
    def on_a_stack(self) -> bool:
        """Whether it needs a stack."""
        first = self.verb.partition(" ")[0]
        return bool(first) and first not in _NO_STACK and self.verb not in ("stack ls", "stack init", "stack unselect")

    def option(self, *names: str) -> str | None:
        """The last value of an option that has one of these names."""
        found = None
        for place, word in enumerate(self.given):
            name, joined, value = word.partition("=")
            if name in names and joined:
                found = value
            elif word in names and place + 1 < len(self.given):
                found = self.given[place + 1]
        return found

    @property
    def stack(self) -> str | None:
        """The stack that an option names."""
        return self.option(*_STACK)

    def without(self, *names: str, value: bool = True) -> "Words":
        """The same command without an option, with or without a `value`."""
        kept, skip = [], False
        for word in self.given:
            if skip:
                skip = False
            elif word in names:
                skip = value
            elif word.partition("=")[0] not in names:
                kept.append(word)
        return Words(tuple(kept))

    def replaced(self, old: str, new: str) -> "Words":
        """The same command with each word `old`, also as an option's value after `=`, replaced."""
        return Words(
            tuple(
                new if word == old else word.replace(f"={old}", f"={new}", 1) if word.endswith(f"={old}") else word
                for word in self.given
            )
        )

    def plus(self, *more: str) -> "Words":
        """The same command with more words."""
        # Before a `--`, after which words are not options.
        if "--" in self.given:
            at = self.given.index("--")
            return Words((*self.given[:at], *more, *self.given[at:]))
        return Words((*self.given, *more))
