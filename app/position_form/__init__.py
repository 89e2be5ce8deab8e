"""The form in which editors record, move and correct positions."""
