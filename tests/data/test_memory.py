from rightfit.data.memory import available_bytes


def test_memory_is_unknown_or_a_plausible_number() -> None:
    available = available_bytes()
    assert available is None or 64 << 20 < available < 1 << 50
