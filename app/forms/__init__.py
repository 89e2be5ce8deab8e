"""Forms: declared fields, what was typed into them, and two editors at the same one."""
