from fujita.chat.limits import Buckets, Rate, TokenBucket, address_of


def test_a_bucket_allows_a_burst_and_then_says_how_long_to_wait() -> None:
    bucket = TokenBucket(Rate(3, 0.5), now=100.0)
    assert [bucket.take(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(100.0) == 2.0
    assert bucket.take(101.0) == 1.0
    assert bucket.take(102.0) == 0.0
    assert bucket.take(102.0) == 2.0


def test_a_bucket_holds_no_more_than_its_burst() -> None:
    bucket = TokenBucket(Rate(2, 1.0), now=0.0)
    assert [bucket.take(1000.0) for _ in range(2)] == [0.0, 0.0]
    assert bucket.take(1000.0) == 1.0


def test_everybody_has_a_bucket_and_the_number_of_buckets_is_bounded() -> None:
    buckets = Buckets(Rate(1, 1.0), most=2)
    assert [buckets.take(name, 0.0) for name in ("a", "b", "a")] == [0.0, 0.0, 1.0]
    # "b" was used longest ago, so it goes when there is no room.
    assert buckets.take("c", 0.0) == 0.0
    assert buckets.take("a", 0.0) == 1.0
    assert buckets.take("b", 0.0) == 0.0


def test_a_household_with_ipv6_is_one_address() -> None:
    assert address_of("192.0.2.7") == "192.0.2.7"
    assert address_of("2001:db8:1:2:3:4:5:6") == address_of("2001:db8:1:2::1")
    assert address_of("2001:db8:1:2::1") != address_of("2001:db8:1:3::1")
    assert address_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert address_of("fe80::1%eth0") == address_of("fe80::2")
    assert address_of("nonsense:") == "nonsense:"
