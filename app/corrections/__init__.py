"""Show readers which records were corrected, how and why."""
