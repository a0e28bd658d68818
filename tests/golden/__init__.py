"""What the forces of the previous release hold, so that an upgrade can be proved to replace and delete nothing."""
