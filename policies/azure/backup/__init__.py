"""Rules for Azure Backup and Recovery Services."""
