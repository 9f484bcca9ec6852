"""What the chat answers by HTTP."""
