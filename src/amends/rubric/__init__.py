"""The element rubric: rules, learned part and check."""
