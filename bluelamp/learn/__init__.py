"""Exercises that are checked: each prepares a project of its own, and judges what the learner makes of it.

An exercise is a folder in `exercises/`; there is no list to keep.
"""

from bluelamp.learn.at import At
from bluelamp.learn.exercise import Exercise, Track, exercises, named

__all__ = ["At", "Exercise", "Track", "exercises", "named"]
