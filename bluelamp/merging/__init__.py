"""Merges the estates of two forces: common settings, collisions, questions to answer, and the draft."""

from bluelamp.merging.draft import Draft, drafted
from bluelamp.merging.questions import Question

__all__ = ["Draft", "Question", "drafted"]
