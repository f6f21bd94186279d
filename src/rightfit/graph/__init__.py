"""The forward and the backward graph of a program that JAX traced, folded and drawn."""

from rightfit.graph.picture import OperationRow as OperationRow
from rightfit.graph.picture import Picture as Picture
from rightfit.graph.picture import SlopeRow as SlopeRow
from rightfit.graph.picture import draw as draw
from rightfit.graph.program import Operation as Operation
from rightfit.graph.program import Program as Program
from rightfit.graph.program import Role as Role
from rightfit.graph.program import Value as Value
from rightfit.graph.program import operations_of as operations_of
from rightfit.graph.program import trace as trace
