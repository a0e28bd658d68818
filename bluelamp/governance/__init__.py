"""What is in force where, worked out from a plan or a state."""
