"""Components that make up a landing zone in Azure."""
