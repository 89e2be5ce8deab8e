"""Answer agents: the JSON API as tools of the Model Context Protocol (MCP)."""
