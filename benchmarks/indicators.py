"""Our permutation test of twelve indicators in twelve projects, and its peers on the same people, in one run.

    python benchmarks/indicators.py --sizes 30 120 --venv DIR [--r] [--out benchmarks]

``--r`` adds R's coin where it is installed. No peer moves whole coaches between projects of unequal size; they are
compared where people move.
"""

from compared import Benchmark
from indicator_tools import TOOLS, drawn, write_people

INDICATORS = Benchmark("indicators", "indicator_tools.py", TOOLS, lambda folder, n: write_people(folder, drawn(n)),
                       "people a project, on average", (30, 120))

if __name__ == "__main__":
    INDICATORS.main()
