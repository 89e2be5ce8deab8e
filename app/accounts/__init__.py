"""User accounts: sign-in, sessions, API tokens, roles, and the pages to manage them."""
