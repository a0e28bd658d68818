"""The Pulumi program: a force, from its settings to the components that make its estate."""
