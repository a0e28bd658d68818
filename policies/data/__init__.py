"""Rules about where data is, whose it is and what is spent on it."""
