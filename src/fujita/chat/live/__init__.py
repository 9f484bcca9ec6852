"""Rooms as they are now: who is there, and telling everybody what happens, on this node."""
