"""Claims: what a letter states, and which field of the record holds it."""
