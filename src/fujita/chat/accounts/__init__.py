"""Who somebody is, and how they prove it: cookies, passwords, tokens."""
