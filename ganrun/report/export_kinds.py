"""What runs can be exported to: known to the command line, which need not read them."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What runs can be exported to; also the name of the extra that it needs."""

    PARQUET = "parquet"
    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"


PLACES = {
    Kind.PARQUET: "ganrun-export",
    Kind.TENSORBOARD: "ganrun-export",
    Kind.MLFLOW: "sqlite:///mlflow.db",
}
"""Where each goes, unless another place is named."""
