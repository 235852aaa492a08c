"""Pictures of throughput: steps, flow, targets, waiting, what-if."""
