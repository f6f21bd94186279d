"""A model in service: one ONNX file that was checked, and a look at the rows that come in.

It needs `pip install 'rightfit[onnx]'`. python examples/watch_a_model.py
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd

import rightfit

# How much more than among known rows is worth a message.
MISSING, UNSEEN, UNSURE = 0.05, 0.01, 0.1
# A largest probability below this is unsure.
SURE = 0.7


def orders(n_rows: int, seed: int) -> tuple[pd.DataFrame, Any]:
    """Make orders, and whether they are sent back."""
    generator = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "channel": generator.choice(["shop", "web", "phone"], n_rows),
            "price": generator.lognormal(3, 1, n_rows),
            "days": generator.integers(1, 15, n_rows).astype(float),
        }
    )
    table.loc[generator.random(n_rows) < 0.02, "price"] = np.nan
    score = (table["channel"] == "web") + table["days"] / 5 + generator.normal(0, 0.3, n_rows)
    return table, np.where(score > 1.8, "sent back", "kept")


def unlike(
    model: rightfit.Classifier, words: dict[str, set[str]], usual: float, rows: pd.DataFrame
) -> Iterator[str]:
    """Say in what new rows are unlike the training rows; nothing where all is as it was."""
    for column in model.schema_:
        name, values = column["name"], rows[column["name"]]
        missing, before = values.isna().mean(), column["missing_fraction"]
        if missing > before + MISSING:
            yield f"{name}: {missing:.0%} missing, {before:.0%} in training"
        if name in words:
            new = sorted(set(values.dropna()) - words[name])
            share = values.isin(new).mean()
            if share > UNSEEN:
                yield f"{name}: {share:.0%} of rows have values never seen, such as {new[0]!r}"
    unsure = share_unsure(model, rows)
    if unsure > usual + UNSURE:
        yield f"unsure of {unsure:.0%} of the rows, of {usual:.0%} when tested"


def share_unsure(model: rightfit.Classifier, rows: pd.DataFrame) -> float:
    """Find the share of the rows whose largest probability is small."""
    return float((model.predict_proba(rows).max(axis=1) < SURE).mean())


X, y = orders(3_000, seed=0)
X_test, y_test = orders(1_000, seed=1)
model = rightfit.Classifier(hidden_sizes=(32,), learning_rate=0.01, random_state=0).fit(X, y)
print(f"right on {model.score(X_test, y_test):.1%} of the test rows")

# The file predicts made-up rows before it is written; now it predicts ours, as a server would.
with TemporaryDirectory() as folder:
    export = model.export(Path(folder) / "orders.onnx")
    session = onnxruntime.InferenceSession(export.path)
types = {"number": "float64", "category": "str"}
request = X_test.dropna().head(100)
inputs = {one["name"]: request[[one["name"]]].to_numpy(types[one["kind"]]) for one in export.inputs}
(probabilities,) = session.run(["probabilities"], inputs)
print(f"the file: {export.n_bytes:,} bytes, {export.largest_difference:.0e} from the model")
assert np.abs(probabilities - model.predict_proba(request)).max() < 1e-5

# Keep this beside the model: the words of its categories, and how sure it was when tested.
words = {c["name"]: set(X[c["name"]].dropna()) for c in model.schema_ if c["kind"] == "category"}
usual = share_unsure(model, X_test)

monday, _ = orders(500, seed=2)
assert not list(unlike(model, words, usual, monday))
print("monday: as in training")

# On Tuesday there is a new channel, and half of the days do not arrive.
tuesday, _ = orders(500, seed=3)
tuesday.loc[::4, "channel"] = "app"
tuesday.loc[::2, "days"] = np.nan
for message in unlike(model, words, usual, tuesday):
    print("tuesday:", message)
