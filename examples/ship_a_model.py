"""A model in a program: train within a time, save, load, serve rows that are not quite as before.

python examples/ship_a_model.py
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.datasets import load_breast_cancer

import rightfit

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
model = rightfit.Classifier(hidden_sizes=(32,), max_seconds=60.0, random_state=0).fit(X, y)

with TemporaryDirectory() as folder:
    path = Path(folder) / "cancer.model"
    model.save(path)
    served = rightfit.load(path)  # data only: nothing in the folder is run
    print("the folder holds", sorted(file.name for file in path.iterdir()))

# Columns are matched by name: another order and further columns do not matter.
request = X.iloc[:5, ::-1].assign(request_id=range(5))
assert np.array_equal(served.predict_proba(request), model.predict_proba(X.iloc[:5]))

# A missing value is a value like any other.
request.loc[0, "mean radius"] = np.nan
print("probabilities", served.predict_proba(request)[:, 1].round(3))

# A missing column is a mistake, and the message says what to do.
try:
    served.predict(X.drop(columns="mean radius"))
except rightfit.RightFitError as problem:
    print(problem)
