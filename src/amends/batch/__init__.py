"""Many letters: where records come from, what is held back, who drafts, and where letters go."""
