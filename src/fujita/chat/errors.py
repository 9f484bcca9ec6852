"""What can go wrong with a chat room as a program: each error is one sentence for a terminal."""


class ChatError(Exception):
    """The chat room cannot be opened: its text says what was wrong, and where."""


class StoreError(ChatError):
    """The history cannot be opened, read or written.

    Args:
        text: What was wrong.
        is_away: Whether it may be better in a while.
    """

    def __init__(self, text: str, *, is_away: bool = False) -> None:
        super().__init__(text)
        self.is_away = is_away
