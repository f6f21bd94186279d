"""The two graphs of a lesson: of today's weights, over the mini-batch that comes next."""

from rightfit.estimators.gradients import Subject, some_rows
from rightfit.estimators.graph import NetworkGraph, draw_subject
from rightfit.estimators.lesson.lesson import Lesson
from rightfit.train.plan import Rows

_MOST_NODES = 20


def draw_lesson(lesson: Lesson, member: int = 0) -> NetworkGraph:
    """Draw the forward and the backward graph of one mini-batch, and check the gradient on it.

    Args:
        lesson: as it stands.
        member: of a pack, the network that is drawn.

    Raises:
        RightFitError: the package that lays graphs out is not installed.
    """
    learner = lesson.learners[member]
    subject = Subject(
        learner.member.plan, lesson.state(member).network, _next_rows(lesson), learner.knobs
    )
    model = lesson.settings.estimator(lesson.points)
    if lesson.path_values:
        # One network of the pack, so that the title says no more than is drawn.
        model.set_params(**{lesson.settings.path: lesson.path_values[member]})
    return draw_subject(model, subject, _MOST_NODES, check=True, measured=True)


def _next_rows(lesson: Lesson) -> Rows:
    """The rows of the mini-batch that comes next, without padding."""
    training, _ = lesson.rows.rows_of(None)
    size = lesson.plan.batch_size
    first = lesson.batch * size
    return some_rows(training, lesson.next_order()[first : min(first + size, int(training.n_rows))])
