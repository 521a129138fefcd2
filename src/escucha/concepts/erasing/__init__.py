"""Is an idea needed? It is erased from a layer (LEACE): what can still be read, and what labels lose."""
