"""ganrun: train GANs on 2D mixtures, count the modes they recover, see why they collapse."""

__version__ = "0.1.0"
