"""The engine's first import and compilation, which take a while: done once, by one thread."""

import threading
from importlib import import_module

_HEAVY = (
    "rightfit.estimators.lesson.pictures",
    "rightfit.estimators.lesson.code",
    "rightfit.estimators.table_training",
    "rightfit.data.read",
)
_LOCK = threading.RLock()


def import_engine() -> None:
    """Import what a lesson needs; a thread that comes while another does so waits for it.

    Two threads in the middle of the same circle of modules could find them half made.
    """
    with _LOCK:
        for name in _HEAVY:
            import_module(name)


def warm_up() -> None:
    """Import and compile what the first page will need, while the browser starts.

    A page that comes meanwhile waits for the first picture's program, which it needs too.
    """
    with _LOCK:
        import_engine()
        from rightfit.estimators.lesson.lesson import Lesson
        from rightfit.estimators.lesson.pictures import Pictures, look
        from rightfit.estimators.lesson.settings import Settings

        lesson = Lesson(Settings())
        pictures = Pictures(lesson)
        pictures.surfaces(pictures.network(0))
        look(lesson)
    lesson.epochs(1)
