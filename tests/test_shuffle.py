from rightfit.shuffle import shuffled


def test_an_order_holds_every_number_once() -> None:
    assert sorted(shuffled(1000, 7).tolist()) == list(range(1000))
    assert shuffled(0, 7).tolist() == []


def test_the_seed_chooses_the_order() -> None:
    assert shuffled(100, 1).tolist() == shuffled(100, 1).tolist()
    assert shuffled(100, 1).tolist() != shuffled(100, 2).tolist()


def test_the_order_outlives_upgrades() -> None:
    assert shuffled(10, 0).tolist() == [0, 8, 9, 3, 7, 5, 1, 2, 6, 4]
