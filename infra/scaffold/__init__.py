"""Writing settings for a start: a force's stack file, that of an environment, and a row of the register."""
