"""Rules for Azure resources: a folder for each service, files named by the prefix of the rules' ids."""
