"""Score drafts and checks: what a user needs to judge by evidence."""
