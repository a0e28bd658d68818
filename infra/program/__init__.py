"""The Pulumi program for a force's settings.

Logical names are a public contract: a component keeps its name in every profile, so that the next profile only adds.
"""
