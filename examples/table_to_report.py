"""A table, a model chosen among several, and a page that says how far it can be trusted.

It needs `pip install 'rightfit[report]'`. python examples/table_to_report.py
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

import rightfit

X, y = load_diabetes(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# Without parameters `rightfit.Regressor()` follows the recipe, which takes longer.
model = rightfit.Regressor(hidden_sizes=[(), (16,)], l2=[0.0, 0.1], max_epochs=60, random_state=0)
model.fit(X_train, y_train)
print(model.best_params_)

with TemporaryDirectory() as folder:
    page = Path(folder) / "diabetes.html"
    report = model.report(page, X_test, y_test, training=(X_train, y_train))
    print(f"{page.name}: {page.stat().st_size / 1000:.0f} kB")
print(report.verdict)
