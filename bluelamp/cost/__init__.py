"""What a force's estate costs in a month, and what a change to it costs."""
