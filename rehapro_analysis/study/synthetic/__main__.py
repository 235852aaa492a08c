"""Write the synthetic study: ``python -m rehapro_analysis.study.synthetic [FOLDER]``."""

import sys
from pathlib import Path

from rehapro_analysis.paths import REPOSITORY
from rehapro_analysis.study.synthetic import write_synthetic

write_synthetic(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "data" / "synthetic")
