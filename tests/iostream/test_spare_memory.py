from fujita.iostream import spare_memory


def test_memory_is_lent_again() -> None:
    memory = spare_memory.borrow(100)
    assert len(memory) >= 100
    spare_memory.give_back(memory)
    assert spare_memory.borrow(65_536) is memory


def test_two_borrowers_do_not_share() -> None:
    first, second = spare_memory.borrow(1), spare_memory.borrow(1)
    assert first is not second
    spare_memory.give_back(first)
    spare_memory.give_back(second)


def test_unusual_sizes_are_not_kept() -> None:
    memory = spare_memory.borrow(100_000)
    assert len(memory) == 100_000
    spare_memory.give_back(memory)
    assert spare_memory.borrow(100) is not memory


def test_no_more_than_a_few_are_kept() -> None:
    lent = [spare_memory.borrow(1) for _ in range(10)]
    for memory in lent:
        spare_memory.give_back(memory)
    assert len(spare_memory._spares) < len(lent)
