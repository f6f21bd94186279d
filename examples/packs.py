"""Unsure how much regularisation is right? Train them all, and keep what goes together best.

python examples/packs.py
"""

from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

import rightfit

X, y = load_diabetes(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# A list says "I am unsure". Two sizes, two rates and two decays are eight combinations; each is
# trained on five folds, so that every row is predicted by networks that have not seen it.
pack = rightfit.Regressor(
    hidden_sizes=[(), (32,)],
    input_dropout_rate=[0.0, 0.1],
    l2=[0.0, 0.1],
    n_folds=5,
    random_state=0,
)
pack.fit(X_train, y_train)

print(pack.stop_reason_)
print(f"R² on the test rows: {pack.score(X_test, y_test):.3f}")
choice = pack.choice_
print(f"loss on the rows that chose: {choice['on_the_rows_that_chose']:.4f}")
print(f"loss on rows that did not:   {choice['estimate']:.4f} ± {choice['standard_error']:.4f}")

print("\nalong l2, with the rest at their best:")
for step in pack.path_["l2"]:
    print(f"    {step['value']:<6} {step['watched']:.4f} ± {step['standard_error']:.4f}")

kept = [row for row in pack.members_ if row["weight"] > 0]
print(f"\n{len(kept)} of {len(pack.members_)} networks predict; the heaviest:")
print(max(kept, key=lambda row: row["weight"]))
