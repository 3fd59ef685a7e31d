"""Instructions hidden in records, and the letters of a model that obeys them."""
