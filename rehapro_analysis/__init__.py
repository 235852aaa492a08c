"""Partner networks, throughput, retention and success indicators of the rehapro model projects.

    import rehapro_analysis as ra
    study = ra.read_study("data/documented")
    ra.study.coverage(study)
"""

from rehapro_analysis import figures, indicators, networks, retention, study, throughput
from rehapro_analysis.paths import data_folders
from rehapro_analysis.publishing.answers import or_say_why
from rehapro_analysis.publishing.manifest import publish
from rehapro_analysis.results import Result
from rehapro_analysis.study import Study, StudyError, read_study

__all__ = [
    "Result", "Study", "StudyError", "data_folders", "figures", "indicators", "networks", "or_say_why", "publish",
    "read_study", "retention", "study", "throughput",
]
