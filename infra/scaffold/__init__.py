"""Writes initial settings: a force's stack file, an environment's stack file, and a row of the register."""
