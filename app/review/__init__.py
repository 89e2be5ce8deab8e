"""Review drafts: submit, comment, publish by a second person, or return."""
