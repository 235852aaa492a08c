"""Our network tests and their peers on the same networks in one run: seconds, ratios, agreement.

    python benchmarks/networks.py --sizes 20 40 60 --venv DIR [--r] [--out benchmarks]

``DIR`` is the peers' own environment, made from ``requirements.txt`` where it is absent; without it only ours
runs. ``--r`` adds R's sna where it is installed.
"""

from compared import Benchmark
from network_tools import TOOLS, drawn, write_network

NETWORKS = Benchmark("networks", "network_tools.py", TOOLS, lambda folder, n: write_network(folder, drawn(n)),
                     "numbers of actors, three ties each", (40,))

if __name__ == "__main__":
    NETWORKS.main()
