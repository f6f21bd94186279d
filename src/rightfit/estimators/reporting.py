"""What a fitted estimator shows of itself: the report, and its short form in a notebook."""

from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn import get_config

if TYPE_CHECKING:
    # The mix-in stands in front of scikit-learn's base class, whose hooks it replaces.
    from sklearn.base import BaseEstimator as _Base
else:
    _Base = object


def _from_report(module: str, name: str) -> Any:
    # The report stands above the estimators: it is looked up by name, and only by whoever asks
    # for it, so that no module of this level imports one of that level.
    return getattr(import_module(f"rightfit.report.{module}"), name)


class Reporting(_Base):
    """Gives an estimator its report, and a short form for notebooks."""

    def report(
        self,
        path: str | Path | None = None,
        X: Any = None,
        y: Any = None,
        *,
        training: tuple[Any, ...] | None = None,
        mute: Collection[str] = (),
    ) -> Any:
        """Make the report: verdict, checks, figures; needs `pip install 'rightfit[report]'`.

        Args:
            path: the .html file to write, replacing what is there; None writes none.
            X: `[row, column]`, test rows; without them the report tells of the training only.
            y: `[row]`, their targets.
            training: `(X, y)`, the rows that `fit` was given, or `(X, y, sample_weight)`: with them
                there are baselines, and the checks see more. Without them the verdict never is
                that it fits well.
            mute: codes of checks that are not to be run.

        Returns:
            The report; its `html` is the page, and a notebook shows it.

        Raises:
            RightFitError: the packages that draw are not installed.
            DataError: the rows do not fit the model.
            ModelFileError: the name has another suffix, or the file cannot be written.
        """
        if path is not None:
            _from_report("files", "check_suffix")(Path(path))
        made = _from_report("write", "make_report")(self, X, y, training=training, mute=mute)
        if path is not None:
            made.save(path)
        return made

    @property
    def _repr_html_(self) -> Callable[[], str]:
        """Show a notebook what was fitted; before that, scikit-learn's diagram."""
        if not self._shows_itself():
            inner: Callable[[], str] = super()._repr_html_
            return inner
        return self._short_form

    def _repr_mimebundle_(self, **wanted: Any) -> dict[str, str]:
        if not self._shows_itself():
            bundle: dict[str, str] = super()._repr_mimebundle_(**wanted)
            return bundle
        return {"text/plain": repr(self), "text/html": self._short_form()}

    def _shows_itself(self) -> bool:
        # Somebody who wants plain text says so to scikit-learn.
        return hasattr(self, "_model") and get_config()["display"] == "diagram"

    def _short_form(self) -> str:
        text: str = _from_report("short_form", "short_form")(self)
        return text
