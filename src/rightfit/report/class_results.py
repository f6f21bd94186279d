"""What a classifier does on test rows: confusion, curves, reliability and thresholds."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn import metrics

from rightfit.model.model import Model
from rightfit.report.labelled import LabelledRows
from rightfit.report.numerals import shortened

MOST_CLASSES = 12
MOST_CURVES = 4
_MOST_POINTS = 120
_N_BINS = 10
_THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_CERTAINTIES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclasses.dataclass(frozen=True, eq=False)
class Confusion:
    """Rows by true and predicted class; rare classes of many are put together at the end.

    Attributes:
        names: of the classes, and of what stands for the others.
        counts: of the rows.
        n_right: rows of the class that was predicted.
        n_alone: classes that stand for themselves: those put together may be taken for each other.
    """

    names: tuple[str, ...]
    counts: Int[np.ndarray, "true predicted"]
    n_right: int
    n_alone: int


@dataclasses.dataclass(frozen=True, eq=False)
class Curve:
    """A curve of one class against the others, thinned.

    Attributes:
        name: of the class.
        x: false positive rate, or recall.
        y: true positive rate, or precision.
        area: under it: ROC AUC, or average precision.
    """

    name: str
    x: Float[np.ndarray, " point"]
    y: Float[np.ndarray, " point"]
    area: float


@dataclasses.dataclass(frozen=True, eq=False)
class Reliability:
    """How often the model is right when it says so with some probability; by bins.

    Attributes:
        said: mean probability in the bin.
        came: share that it happened.
        n_rows: rows in the bin.
        error: expected calibration error.
        of_what: what the probability is of.
    """

    said: Float[np.ndarray, " bin"]
    came: Float[np.ndarray, " bin"]
    n_rows: Int[np.ndarray, " bin"]
    error: float
    of_what: str


@dataclasses.dataclass(frozen=True)
class Threshold:
    """What becomes of two classes when the second is said from some probability on."""

    threshold: float
    precision: float | None
    recall: float | None
    specificity: float | None
    accuracy: float
    share: float


@dataclasses.dataclass(frozen=True)
class Certainty:
    """What becomes of several classes when only rows of a large enough probability are answered.

    Attributes:
        threshold: on the largest probability of a row.
        answered: share of the rows whose largest probability is at least that.
        right: share of those that are right; None where there are none.
    """

    threshold: float
    answered: float
    right: float | None


def confusion(model: Model, test: LabelledRows) -> Confusion:
    """Count rows by true and predicted class."""
    classes = model.target.classes
    assert classes is not None
    n_classes = len(classes)
    counts = metrics.confusion_matrix(
        test.truth, test.predictions.argmax(axis=1), labels=np.arange(n_classes)
    )
    if n_classes <= MOST_CLASSES:
        names = tuple(shortened(c, 24) for c in classes)
        return Confusion(names, counts, int(np.trace(counts)), n_classes)
    order = np.argsort(-np.bincount(test.truth, minlength=n_classes), kind="stable")
    kept = np.sort(order[: MOST_CLASSES - 1])
    group = np.full(n_classes, len(kept))
    group[kept] = np.arange(len(kept))
    small = np.zeros((MOST_CLASSES, MOST_CLASSES), int)
    np.add.at(small, (group[:, None], group[None, :]), counts)
    names = tuple(shortened(classes[i], 24) for i in kept)
    others = f"{n_classes - len(kept)} others"
    return Confusion((*names, others), small, int(np.trace(counts)), len(kept))


def roc_curves(model: Model, test: LabelledRows) -> tuple[Curve, ...]:
    """True against false positives, of the second of two classes or the most frequent ones."""
    curves = []
    for name, is_class, probability in _one_against_rest(model, test):
        false, true, _ = metrics.roc_curve(is_class, probability)
        area = float(metrics.roc_auc_score(is_class, probability))
        curves.append(Curve(name, *_thinned(false, true), area))
    return tuple(curves)


def precision_recall_curves(model: Model, test: LabelledRows) -> tuple[Curve, ...]:
    """Precision against recall, of the same classes."""
    curves = []
    for name, is_class, probability in _one_against_rest(model, test):
        precision, recall, _ = metrics.precision_recall_curve(is_class, probability)
        area = float(metrics.average_precision_score(is_class, probability))
        curves.append(Curve(name, *_thinned(recall[::-1], precision[::-1]), area))
    return tuple(curves)


def reliability(model: Model, test: LabelledRows) -> Reliability:
    """Compare the probability of the second of two classes, or of the predicted one of several."""
    classes = model.target.classes
    assert classes is not None
    if len(classes) > 2:
        return reliability_of_predicted(test)
    of_what = f"class {shortened(classes[1], 24)!r}"
    return _reliability(test.predictions[:, 1], test.truth == 1, of_what)


def reliability_of_predicted(test: LabelledRows) -> Reliability:
    """Compare the probability of the predicted class with how often it is the right one."""
    right = test.predictions.argmax(axis=1) == test.truth
    return _reliability(test.predictions.max(axis=1), right, "the predicted class")


def _reliability(
    said: Float[np.ndarray, " row"], came: Bool[np.ndarray, " row"], of_what: str
) -> Reliability:
    """Compare said probabilities with what came true, in ten bins of equal width."""
    bins = (said * _N_BINS).astype(int).clip(0, _N_BINS - 1)
    filled = np.unique(bins)
    means = np.array([said[bins == b].mean() for b in filled])
    shares = np.array([came[bins == b].mean() for b in filled])
    counts = np.array([(bins == b).sum() for b in filled])
    error = float((np.abs(means - shares) * counts).sum() / len(said))
    return Reliability(means, shares, counts, error, of_what)


def thresholds(model: Model, test: LabelledRows) -> tuple[Threshold, ...]:
    """For two classes: precision, recall and more by the probability from which on it is said."""
    classes = model.target.classes
    if classes is None or len(classes) != 2:
        return ()
    truth, said = test.truth == 1, test.predictions[:, 1]
    found = []
    for threshold in _THRESHOLDS:
        taken = said >= threshold
        hits = int((taken & truth).sum())
        found.append(
            Threshold(
                threshold,
                _share(hits, int(taken.sum())),
                _share(hits, int(truth.sum())),
                _share(int((~taken & ~truth).sum()), int((~truth).sum())),
                float((taken == truth).mean()),
                float(taken.mean()),
            )
        )
    return tuple(found)


def certainties(model: Model, test: LabelledRows) -> tuple[Certainty, ...]:
    """For several classes: how many rows are answered, and how well, by the largest probability."""
    classes = model.target.classes
    if classes is None or len(classes) < 3:
        return ()
    largest, right = test.predictions.max(axis=1), test.predictions.argmax(axis=1) == test.truth
    found = []
    for threshold in _CERTAINTIES:
        answered = largest >= threshold
        n_answered = int(answered.sum())
        share = _share(int((answered & right).sum()), n_answered)
        found.append(Certainty(threshold, n_answered / len(test), share))
    return tuple(found)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _one_against_rest(model: Model, test: LabelledRows) -> list[tuple[str, np.ndarray, np.ndarray]]:
    classes = model.target.classes
    assert classes is not None
    counts = np.bincount(test.truth, minlength=len(classes))
    if len(classes) == 2:
        shown = [1]
    else:
        shown = np.argsort(-counts, kind="stable")[:MOST_CURVES].tolist()
    return [
        (shortened(classes[k], 24), test.truth == k, test.predictions[:, k])
        for k in shown
        if 0 < counts[k] < len(test)
    ]


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep so many points, and the ends: a curve does not get longer with the rows."""
    if len(x) <= _MOST_POINTS:
        return x, y
    at = np.unique(np.linspace(0, len(x) - 1, _MOST_POINTS).round().astype(int))
    return x[at], y[at]
