"""The tables of the policy baseline."""
