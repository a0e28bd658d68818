"""Exercises with checks: each prepares a separate project, and checks the learner's changes to it.

Each folder in `exercises/` is an exercise.
"""

from bluelamp.learn.exercise import Exercise, Track, exercises, named
from bluelamp.learn.project import LearnerProject

__all__ = ["Exercise", "LearnerProject", "Track", "exercises", "named"]
