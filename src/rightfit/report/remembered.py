"""What a model remembers of the test after its training, on rows that may be others than now."""

from rightfit.model.model import Model
from rightfit.report.numerals import figure

# Whether greater is better, for what decides between a model and a linear one.
_GREATER_IS_BETTER = {"accuracy": True, "log_loss": False, "root_mean_squared_error": False}

Scores = dict[str, dict[str, float]]


def remembered_scores(model: Model) -> Scores:
    """The scores of the model and its baselines then; empty where nobody noted them."""
    return model.training.extra.get("test_scores") or {}


def linear_was_better(model: Model) -> bool:
    """Say whether a linear model had the better score or the smaller loss then."""
    scores = remembered_scores(model)
    if "linear" not in scores:
        return False
    own, linear = scores["model"], scores["linear"]
    return any(
        linear[name] > own[name] if is_greater else linear[name] < own[name]
        for name, is_greater in _GREATER_IS_BETTER.items()
        if name in own and name in linear
    )


def compared_then(model: Model) -> str:
    """The model beside a linear one then, in a sentence; empty where nobody compared them."""
    scores = remembered_scores(model)
    if "linear" not in scores:
        return ""
    own, linear = scores["model"], scores["linear"]
    both = [name for name in _GREATER_IS_BETTER if name in own and name in linear]
    said = [f"{name.replace('_', ' ')} {figure(own[name])}" for name in both]
    others = [figure(linear[name]) for name in both]
    others[:1] = [f"linear model {other}" for other in others[:1]]
    pairs = [f"{one} ({other})" for one, other in zip(said, others, strict=True)]
    return f"On the test rows of then: {', '.join(pairs)}."
