"""Groups of runs beside each other: what can be told apart, and how large a difference may be.

compare(groups)         every metric of every pair of groups, with intervals and exact tests
sentences(comparison)   the same in words
"""

from ganrun.compare.comparison import Comparison, MetricPair, Pair, compare
from ganrun.compare.groups import Group, Member
from ganrun.compare.sentences import finding, sentences

__all__ = [
    "Comparison",
    "Group",
    "Member",
    "MetricPair",
    "Pair",
    "compare",
    "finding",
    "sentences",
]
