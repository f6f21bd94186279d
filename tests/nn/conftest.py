import pytest

from rightfit.train.compilation_cache import use_compilation_cache


@pytest.fixture(scope="session", autouse=True)
def _cache() -> None:
    use_compilation_cache()
