"""Sources: their texts, text extraction from files, quote checks, links to quotes, and pages."""
