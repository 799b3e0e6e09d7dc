"""Dagster components: what a `defs.yaml` under `orchestration/defs/` can be an instance of.

They wrap; what they decide is in the modules of `orchestration/`.
"""

from orchestration.components.publisher import Publisher
from orchestration.components.warehouse_dbt import WarehouseDbt

__all__ = ["Publisher", "WarehouseDbt"]
