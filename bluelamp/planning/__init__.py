"""Offline plans: the program run in this process, with no engine, no login and no network."""

from bluelamp.planning.plan import Plan, PlannedResource, plan_force, plan_program, plan_settings

__all__ = ["Plan", "PlannedResource", "plan_force", "plan_program", "plan_settings"]
