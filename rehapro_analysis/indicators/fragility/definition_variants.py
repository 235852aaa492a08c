"""Other definitions of the same construct, named by the data."""

from __future__ import annotations

from rehapro_analysis.indicators.differences.comparison import Comparison
from rehapro_analysis.indicators.measures.definitions import indicator_definition, indicator_definitions
from rehapro_analysis.indicators.verdict.separation import compared
from rehapro_analysis.study.reading import Study

ALIKE = ("domain", "scale", "level", "rule", "direction", "relevant_difference", "difference_in")


def definition_variants(study: Study, indicator: str, **options: object) -> tuple[Comparison, ...]:
    """Comparisons by the other indicators that ask the same question, for `specification_curve`.

    Those of the same domain, scale, level, rule, direction and relevant difference at the same wave and window: forms
    of employment at the exit, say, but not two questionnaires. ``options`` as in `compared`. Whether all of
    them are the same construct is for the evaluators to say; leave out those that are not.
    """
    one, table = indicator_definition(study, indicator), indicator_definitions(study).table
    if not one.domain:
        return ()
    definitions = [indicator_definition(study, name) for name in table["indicator"] if name != indicator]
    return tuple(compared(study, other.indicator, **options) for other in definitions
                 if all(getattr(other, name) == getattr(one, name) for name in (*ALIKE, "wave", "window")))
