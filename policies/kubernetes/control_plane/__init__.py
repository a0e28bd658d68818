"""Rules for the control plane."""
