"""The Pulumi program for a force's settings.

Logical names are stable: a component has the same name in every profile, so that the next profile only adds.
"""
