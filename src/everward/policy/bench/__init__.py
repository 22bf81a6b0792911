"""The author's bench: policies from files, judged on resources from files, compared and tried."""

from everward.policy.bench.comparison import Changed, compare_subjects
from everward.policy.bench.inputs import read_parameters, read_resources
from everward.policy.bench.outlook import Outlook, look_ahead
from everward.policy.bench.subject import Row, Subject, load_subject

__all__ = [
    "Changed",
    "Outlook",
    "Row",
    "Subject",
    "compare_subjects",
    "load_subject",
    "look_ahead",
    "read_parameters",
    "read_resources",
]
