"""What a fitted estimator gives to other programs: itself as one ONNX file."""

from pathlib import Path

from sklearn.utils.validation import check_is_fitted

from rightfit.export.write import Export, export_model
from rightfit.model.model import Model


class Exporting:
    """Gives an estimator its export."""

    _model: Model

    def export(self, path: str | Path, *, overwrite: bool = False) -> Export:
        """Write the model as one ONNX file, raw columns in and predictions out.

        Whatever runs ONNX runs it, without RightFit and without Python. The file holds the
        encoder and every network that predicts. It has an input for each column that the model
        reads, `[row, 1]`: numbers as float64, NaN where missing; categories and truth values as
        text, empty where missing; dates as int64 microseconds since 1970, the smallest int64
        where missing. A model of plain arrays has one input `X`, `[row, column]` float64.
        Words may be spelled as the model takes them, 1.0 for 1, but for 1.00 and longer ones.
        Outputs are `label` and `probabilities`, or `prediction`.

        Before it is written, the file predicts made-up rows with onnxruntime, missing values and
        unseen categories among them, and is compared with the model. It needs
        `pip install 'rightfit[onnx]'`.

        Args:
            path: the file; its name ends in .onnx.
            overwrite: replace a file that is there already.

        Returns:
            What goes in, what comes out, and the largest difference from the model.

        Raises:
            RightFitError: the packages for it are not installed, or the file would predict
                something else than the model.
            ModelFileError: the name has another suffix, or something is in the way.
            DataError: the classes have no type in ONNX, or the file cannot be written.

        Example:
            >>> import tempfile
            >>> import rightfit
            >>> from sklearn.datasets import load_iris
            >>> X, y = load_iris(return_X_y=True, as_frame=True)
            >>> model = rightfit.Classifier(hidden_sizes=(8,), random_state=0).fit(X, y)
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     export = model.export(f"{folder}/iris.onnx")
            >>> [one["name"] for one in export.outputs]
            ['label', 'probabilities']
            >>> export.largest_difference < export.tolerance
            True
        """
        check_is_fitted(self)
        return export_model(self._model, Path(path), overwrite=overwrite)
