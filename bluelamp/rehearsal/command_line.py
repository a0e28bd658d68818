"""Parses a command line of the engine: its verb, its stack and its options."""

from dataclasses import dataclass
from typing import Final

_WITH_VALUE: Final = frozenset(
    {
        *("-C", "--cwd", "--color", "-v", "--verbose", "--profiling", "--tracing", "--memprofilerate"),
        *("--otel-traces", "--tracing-header", "-s", "--stack", "--config-file", "--secrets-provider"),
        *("--copy-config-from", "--teams", "--remote-config"),
    }
)
"""The options that take a value and may precede the verb."""
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
class CommandLine:
    """A command line of the engine, without `pulumi`."""

    arguments: tuple[str, ...]

    @property
    def positional(self) -> tuple[str, ...]:
        """The arguments that are neither options nor values of known options."""
        found, skip = [], False
        for word in self.arguments:
            if skip:
                skip = False
            elif word.startswith("-") and word != "-":
                skip = word in _WITH_VALUE
            else:
                found.append(word)
        return tuple(found)

    @property
    def verb(self) -> str:
        """The verb, without aliases (`up` for `update`) and with the subcommand of `stack`; empty if there is none."""
        first, second = (*self.positional, "", "")[:2]
        if first in ("stack", "s"):
            return f"stack {second}".strip()
        return _DEPLOYING.get(first, first)

    @property
    def operand(self) -> str | None:
        """The positional argument of a `stack` subcommand: a stack's name."""
        return next(iter(self.positional[2:]), None)

    @property
    def deploys(self) -> bool:
        """Whether it runs the program or changes the stack's resources."""
        return self.verb in _DEPLOYING.values()

    @property
    def runs_program(self) -> bool:
        """Whether the engine starts a language host. With `--client` the caller is the program."""
        requested = any(word.startswith("--run-program") and not word.endswith("=false") for word in self.arguments)
        return (self.verb in ("up", "preview") or requested) and self.option("--client") is None

    @property
    def changes(self) -> bool:
        """Whether it may change the stack's state or the cloud."""
        if "--preview-only" in self.arguments or self.verb == "preview":
            return False
        return self.deploys or self.verb in ("stack import", "state", "cancel", "stack rm", "stack rename", "watch")

    @property
    def takes_config_file(self) -> bool:
        """Whether the command accepts `--config-file`."""
        return bool(self.positional) and self.positional[0] in _CONFIGURED

    @property
    def needs_stack(self) -> bool:
        """Whether the command needs a stack."""
        first = self.verb.partition(" ")[0]
        return bool(first) and first not in _NO_STACK and self.verb not in ("stack ls", "stack init", "stack unselect")

    def option(self, *names: str) -> str | None:
        """The last value of an option with one of these names."""
        found = None
        for place, word in enumerate(self.arguments):
            name, joined, value = word.partition("=")
            if name in names and joined:
                found = value
            elif word in names and place + 1 < len(self.arguments):
                found = self.arguments[place + 1]
        return found

    @property
    def stack(self) -> str | None:
        """The stack that an option names."""
        return self.option(*_STACK)

    def without(self, *names: str, value: bool = True) -> "CommandLine":
        """The command line without an option; `value` is whether the option takes a value."""
        kept, skip = [], False
        for word in self.arguments:
            if skip:
                skip = False
            elif word in names:
                skip = value
            elif word.partition("=")[0] not in names:
                kept.append(word)
        return CommandLine(tuple(kept))

    def replaced(self, old: str, new: str) -> "CommandLine":
        """The command line with each argument `old` replaced, also after the `=` of an option."""
        return CommandLine(
            tuple(
                new if word == old else word.replace(f"={old}", f"={new}", 1) if word.endswith(f"={old}") else word
                for word in self.arguments
            )
        )

    def with_arguments(self, *more: str) -> "CommandLine":
        """The command line with more arguments."""
        # Before a `--`, which ends the options.
        if "--" in self.arguments:
            at = self.arguments.index("--")
            return CommandLine((*self.arguments[:at], *more, *self.arguments[at:]))
        return CommandLine((*self.arguments, *more))
