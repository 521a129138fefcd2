"""The kinds of learner a training experiment knows."""

from collections.abc import Callable

from escucha.experiments.training.feature_learner import teach_features
from escucha.experiments.training.network_learner import teach_network
from escucha.experiments.training.task import Task, Taught
from escucha.experiments.workbench import Workbench

LEARNERS: dict[str, Callable[[Task, Workbench], Taught]] = {"network": teach_network, "features": teach_features}
"""Card kind to the function that teaches one."""
