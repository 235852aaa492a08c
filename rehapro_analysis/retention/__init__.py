"""Staying and leaving: one event table from which every estimate and test follows."""

from rehapro_analysis.retention.curves import kaplan_meier, nelson_aalen
from rehapro_analysis.retention.events import Cells, EventTable, event_table

__all__ = ["Cells", "EventTable", "event_table", "kaplan_meier", "nelson_aalen"]
