"""The synthetic study: invented people who agree with the documented numbers of the twelve projects.

    python -m rehapro_analysis.study.synthetic [FOLDER]

writes its tables; the same seed writes the same bytes. ``anchors`` holds what is documented,
``plan`` what is assumed.
"""

from rehapro_analysis.study.synthetic.anchors import ANCHORS, Anchor
from rehapro_analysis.study.synthetic.plan import LOCK, PLANS, Plan
from rehapro_analysis.study.synthetic.study import SEED, draw_study
from rehapro_analysis.study.synthetic.writing import write_synthetic

__all__ = ["ANCHORS", "Anchor", "LOCK", "PLANS", "Plan", "SEED", "draw_study", "write_synthetic"]
