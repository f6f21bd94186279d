import json
import platform
from datetime import UTC, datetime, timedelta

from rightfit.model.provenance import provenance, versions


def test_provenance_is_plain_and_says_when_in_utc() -> None:
    noted = provenance()
    assert json.loads(json.dumps(noted)) == noted
    at = datetime.fromisoformat(noted["at"])
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_provenance_says_on_what_and_with_which_versions() -> None:
    noted = provenance()
    assert noted["system"] == platform.system()
    assert noted["n_cores"] >= 1
    assert noted["backend"] == "cpu"
    assert noted["versions"] == versions()


def test_provenance_names_neither_person_nor_machine() -> None:
    assert set(provenance()) == {"at", "system", "processor", "n_cores", "backend", "versions"}


def test_versions_name_what_makes_a_model() -> None:
    assert {"python", "rightfit", "jax", "numpy"} <= set(versions())
