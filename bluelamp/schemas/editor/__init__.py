"""JSON Schemas of settings files, for editors; `bluelamp schemas` lists and writes them.

They are generated from the models that read the files. Checks that a schema cannot express, such as overlapping ranges,
are only made by `bluelamp check`.
"""

from bluelamp.schemas.editor.files import FILES, SHIPPED, SettingsFile, generate, headed, kind_of, write_schemas

__all__ = ["FILES", "SHIPPED", "SettingsFile", "generate", "headed", "kind_of", "write_schemas"]
