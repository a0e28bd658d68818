"""How components are joined into a force's estate, a file for each area.

Every area loads its modules, and with them the SDKs, only when it is asked for. Logical names are a public contract: a
component keeps its name in every profile, so that the next profile only adds.
"""
