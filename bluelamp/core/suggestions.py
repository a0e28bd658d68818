"""Suggestions for a misspelt word: the most similar known words."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, words: Iterable[str], count: int = 3) -> list[str]:
    """The `count` known words most similar to `word`, best first; empty if none is similar.

    A known word that is a prefix of `word` counts as similar: `prod` for `production`. Numbers have no similar words.
    """
    by_fold = {candidate.casefold(): candidate for candidate in words}
    if word.isdecimal():
        return []
    folded = word.casefold()
    begun = [known for known in by_fold if len(known) > 2 and folded.startswith(known)]
    close = get_close_matches(folded, by_fold, n=count, cutoff=0.6)
    return [by_fold[match] for match in dict.fromkeys([*close, *begun])][:count]


def did_you_mean(word: str, words: Iterable[str], count: int = 1, *, before: str = "") -> str:
    """`did you mean essex?` after the text `before`, or nothing when no word is similar."""
    close = nearest(word, words, count)
    return f"{before}did you mean {' or '.join(close)}?" if close else ""


def did_you_mean_or(word: str, words: Iterable[str], *, lead: str = "use one of") -> str:
    """`did you mean essex?`, or `lead` and every word when none is similar."""
    known = list(words)
    return did_you_mean(word, known) or f"{lead} {', '.join(known)}"
