"""Without hidden layers the network is logistic regression; with them it bends."""

from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

import rightfit

X, y = make_moons(2000, noise=0.15, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

for hidden_sizes in ((), (8,), (32, 32)):
    model = rightfit.Classifier(
        hidden_sizes=hidden_sizes, scaling="standard", learning_rate=0.01, random_state=0
    )
    model.fit(X_train, y_train)
    right = model.score(X_test, y_test)
    print(f"{hidden_sizes!s:9} {model.n_parameters_:5} parameters  {right:.3f}")
