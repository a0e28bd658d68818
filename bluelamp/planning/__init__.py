"""Offline plans: runs the program in this process, without an engine, a login or a network."""

from bluelamp.planning.plan import Plan, PlannedResource, plan_force, plan_program, plan_settings

__all__ = ["Plan", "PlannedResource", "plan_force", "plan_program", "plan_settings"]
