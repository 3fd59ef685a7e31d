"""Claims of a letter and the record they come from."""
