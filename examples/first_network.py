"""A deep network in ten lines: train, score, look at why it stopped, save, load."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import rightfit

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

model = rightfit.Classifier(hidden_sizes=(128, 128), dropout_rate=0.25, random_state=0)
model.fit(X_train, y_train)

print(f"right on {model.score(X_test, y_test):.1%} of the test rows")
print(model.stop_reason_)
print(model.history_[model.best_epoch_ - 1])

with TemporaryDirectory() as folder:
    model.save(Path(folder) / "cancer.model")
    same = rightfit.load(Path(folder) / "cancer.model")
    assert (same.predict(X_test) == model.predict(X_test)).all()
