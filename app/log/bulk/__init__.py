"""Write very many changes into one commit of the log."""
