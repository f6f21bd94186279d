"""What the suite's figures come to: ranks, gaps, seconds, a page and a picture."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "docs" / "pictures" / "tables.svg"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
REFERENCE = "CatBoost"

Losses = dict[str, dict[str, float]]


def _by_seed(
    records: Sequence[Mapping[str, Any]], name: str
) -> dict[str, dict[str, dict[int, float]]]:
    """What was measured, by table, model and seed."""
    found: dict[str, dict[str, dict[int, float]]] = {}
    for one in records:
        if name in one:
            models = found.setdefault(one["table"], {})
            models.setdefault(one["model"], {})[one["seed"]] = one[name]
    return found


def _shared(models: Mapping[str, Mapping[int, float]]) -> set[int]:
    return set.intersection(*(set(seeds) for seeds in models.values()))


def seeds_said(records: Sequence[Mapping[str, Any]]) -> str:
    """How many seeds all models of a table have, from the fewest to the most."""
    counts = {len(_shared(models)) for models in _by_seed(records, "loss").values()} - {0}
    fewest, most = min(counts), max(counts)
    said = str(most) if fewest == most else f"{fewest} to {most}"
    return f"{said} seed{'s' * (most != 1)}"


def mean_by_table(records: Sequence[Mapping[str, Any]], name: str) -> Losses:
    """For each table and model the mean over the seeds that all models of the table have."""
    means: Losses = {}
    for table, models in _by_seed(records, name).items():
        shared = _shared(models)
        if shared:
            means[table] = {
                model: statistics.fmean(seeds[seed] for seed in shared)
                for model, seeds in models.items()
            }
    return means


def over_tables(losses: Losses, models: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean rank, mean relative gap to the best, and wins, over the tables that all models have."""
    whole = [of for of in losses.values() if all(model in of for model in models)]
    result = {}
    for model in models:
        ranks, gaps = [], []
        for of in whole:
            best = min(of[m] for m in models)
            # Two that are equal share their ranks.
            ranks.append(
                1
                + sum(of[m] < of[model] for m in models)
                + sum(of[m] == of[model] for m in models if m != model) / 2
            )
            gaps.append(min(of[model] / best - 1, 1.0) if best > 0 else float(of[model] > best))
        result[model] = {
            "mean_rank": statistics.fmean(ranks),
            "mean_gap": statistics.fmean(gaps),
            "wins": float(sum(rank == 1 for rank in ranks)),
            "tables": float(len(whole)),
        }
    return result


@dataclass(frozen=True)
class Figures:
    """What the page shows.

    Attributes:
        models: those that were measured on most tables.
        summary: of each, over the tables that all of them have.
        losses: of each table and model.
        fit_seconds: the same.
        predict_seconds: the same, of all test rows.
    """

    models: list[str]
    summary: Mapping[str, Mapping[str, float]]
    losses: Losses
    fit_seconds: Losses
    predict_seconds: Losses


def figures_of(document: Mapping[str, Any]) -> Figures:
    """Sum the records up."""
    records = document["results"]["records"]
    present = list(dict.fromkeys(one["model"] for one in records if "loss" in one))
    n_tables = len({one["table"] for one in records})
    losses = mean_by_table(records, "loss")
    # A model that was measured on a few tables would take the others out.
    models = [m for m in present if sum(m in of for of in losses.values()) >= 0.7 * n_tables]
    seconds = (mean_by_table(records, f"{name}_seconds") for name in ("fit", "predict"))
    return Figures(models, over_tables(losses, models), losses, *seconds)


def summary_of(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For each model its mean rank and gap, seconds, and whether it is on the Pareto front."""
    figures = figures_of(document)
    front = front_of(points_of(figures))
    return {
        model: {
            **figures.summary[model],
            "fit_seconds": _median(model, figures.fit_seconds),
            "predict_seconds": _median(model, figures.predict_seconds),
            "fit_against_catboost": _against_reference(model, figures.fit_seconds),
            "is_on_front": float(model in front),
        }
        for model in figures.models
    }


def points_of(figures: Figures) -> dict[str, tuple[float, float]]:
    """For each model the median seconds of a fit, and the mean rank."""
    return {
        model: (_median(model, figures.fit_seconds), figures.summary[model]["mean_rank"])
        for model in figures.models
    }


def front_of(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """The models that none is both faster and better than, the fastest first.

    Example:
        >>> front_of({"a": (1.0, 3.0), "b": (2.0, 4.0), "c": (9.0, 1.0)})
        ['a', 'c']
    """
    ordered = sorted(points, key=lambda model: points[model])
    return [
        model
        for place, model in enumerate(ordered)
        if all(points[model][1] < points[faster][1] for faster in ordered[:place])
    ]


def write_report(document: Mapping[str, Any]) -> None:
    """Put the figures into the page and draw them."""
    text = text_of(document)
    page = PAGE.read_text()
    if BEGIN not in page:
        page = f"{page.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}")
    _draw(figures_of(document))


def _median(model: str, seconds: Losses) -> float:
    return statistics.median(of[model] for of in seconds.values() if model in of)


def _against_reference(model: str, seconds: Losses) -> float | None:
    ratios = [
        of[model] / of[REFERENCE] for of in seconds.values() if model in of and REFERENCE in of
    ]
    return statistics.median(ratios) if ratios else None


def text_of(document: Mapping[str, Any]) -> str:
    """Put the figures into words and tables."""
    figures, summary = figures_of(document), summary_of(document)
    most = document["results"]["most_rows"]
    seeds = seeds_said(document["results"]["records"])
    ordered = sorted(figures.models, key=lambda model: summary[model]["mean_rank"])
    n_tables = int(next(iter(summary.values()))["tables"])
    limit = f", at most {most:,} training rows of each" if most else ""
    lines = [
        "## Real tables (`benchmarks/tables.py`)",
        "",
        f"{n_tables} tables{limit}, {seeds}, defaults of every "
        "library, ranked by log loss or root mean squared error on test rows. The gap is how much "
        "the loss is above that of the best model, at most 100 %. Seconds are medians over the "
        "tables; the last but one column is the median of a fit's seconds against CatBoost's. "
        "Models on the front have none that is both faster and better.",
        "",
        "| model | mean rank | mean gap | first | predict, seconds | fit, seconds | "
        "against CatBoost | front |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for model in ordered:
        of = summary[model]
        ratio = of["fit_against_catboost"]
        against = "–" if ratio is None else f"{ratio:.1f}×"
        lines.append(
            f"| {model} | {of['mean_rank']:.2f} | {of['mean_gap']:.1%} | {of['wins']:.0f} | "
            f"{of['predict_seconds']:.2g} | {of['fit_seconds']:.1f} | "
            f"{against} | {'yes' if of['is_on_front'] else ''} |"
        )
    lines += ["", f"![{_seen(figures)}](pictures/tables.svg)", ""]
    lines += _table("loss on test rows", ordered, figures.losses, ".4g")
    lines += ["", *_table("seconds of a fit", ordered, figures.fit_seconds, ".1f")]
    return "\n".join(lines)


def _table(title: str, models: Sequence[str], values: Losses, form: str) -> list[str]:
    """A line for each table, with the lowest value in bold."""
    lines = [f"| {title} | {' | '.join(models)} |", "|---" * (len(models) + 1) + "|"]
    for table in sorted(values):
        of = values[table]
        best = min(of[model] for model in models if model in of)
        cells = [
            "–" if m not in of else f"**{of[m]:{form}}**" if of[m] == best else f"{of[m]:{form}}"
            for m in models
        ]
        lines.append(f"| {table} | {' | '.join(cells)} |")
    return lines


def _seen(shown: Figures) -> str:
    """Say what the picture shows, for whoever does not see it."""
    points = points_of(shown)
    front = front_of(points)
    said = [f"{m} with rank {points[m][1]:.1f} after {points[m][0]:.2g} s" for m in front]
    beaten = [model for model in points if model not in front]
    text = (
        f"{len(points)} models as points: seconds of a fit go to the right by factors of ten, and "
        "the better the mean rank, the higher a point. A dashed line, from the fastest to the "
        f"best, joins those that none beats in both: {', '.join(said)}."
    )
    return f"{text} Beside or below it lie {', '.join(beaten)}." if beaten else text


def _draw(shown: Figures) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "tables"
    import matplotlib.pyplot as plt

    points = points_of(shown)
    front = [points[model] for model in front_of(points)]
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    axes.plot(*zip(*front, strict=True), color="0.6", linestyle="--", zorder=1)
    for model, (time, rank) in points.items():
        ours = model.startswith("RightFit")
        axes.scatter(time, rank, marker="D" if ours else "o", color="C3" if ours else "C0")
        axes.annotate(f" {model}", (time, rank), fontsize=9, va="bottom")
    axes.set_xscale("log")
    axes.margins(x=0.2)
    axes.invert_yaxis()
    axes.set_xlabel("median seconds of a fit")
    axes.set_ylabel("mean rank (lower is better, above)")
    axes.spines[["top", "right"]].set_visible(False)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None})
    plt.close(figure)
