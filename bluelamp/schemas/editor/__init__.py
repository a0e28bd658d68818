"""JSON Schemas of the files that people write, for their editors; `bluelamp schemas` lists and writes them.

They are generated from the models that read the files. What a schema cannot say, such as that ranges overlap, only
`bluelamp check` tells.
"""

from bluelamp.schemas.editor.files import FILES, SHIPPED, SettingsFile, generate, headed, kind_of, write_schemas

__all__ = ["FILES", "SHIPPED", "SettingsFile", "generate", "headed", "kind_of", "write_schemas"]
