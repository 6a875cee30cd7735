"""From samples to numbers: every metric of a run, each known for perfect samples too. No JAX."""
