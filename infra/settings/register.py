"""The register of police forces, for the program: see `bluelamp.core.register`."""

from bluelamp.core.register import REGISTER, Allocation, Entry, Plan, Register, read_register

__all__ = ["REGISTER", "Allocation", "Entry", "Plan", "Register", "read_register"]
