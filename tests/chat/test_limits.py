from fujita.chat.limits import TokenBucket


def test_a_bucket_allows_a_burst_and_then_says_how_long_to_wait() -> None:
    bucket = TokenBucket(3, 0.5, now=100.0)
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(100.0) == 2.0
    assert bucket.take(101.0) == 1.0
    assert bucket.take(102.0) == 0.0
    assert bucket.take(102.0) == 2.0


def test_a_bucket_holds_no_more_than_its_burst() -> None:
    bucket = TokenBucket(2, 1.0, now=0.0)
    assert [bucket.take(1000.0) for _ in range(2)] == [0.0, 0.0]
    assert bucket.take(1000.0) == 1.0
