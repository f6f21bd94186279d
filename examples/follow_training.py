"""Training yields events: follow it, plot it, or stop looking when you have seen enough."""

from sklearn.datasets import load_diabetes

import rightfit

X, y = load_diabetes(return_X_y=True, as_frame=True)
model = rightfit.Regressor(hidden_sizes=(64, 64), l2=1e-3, random_state=0)

for event in model.iter_fit(X, y):
    if isinstance(event, rightfit.EpochsEnded):
        last = event.records[-1]
        losses = f"train {last.train_loss:.3f}  validation {last.validation_loss:.3f}"
        print(f"epoch {last.epoch:3}  {losses}")

print(model.stop_reason_)
check = rightfit.check_gradients(model, X, y)
print(f"derived and numeric gradient agree to {check.largest_error:.0e}")
