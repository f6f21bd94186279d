"""Layers and the network: pure functions of arrays, as Equinox modules."""

from rightfit.nn.activations import ACTIVATIONS as ACTIVATIONS
from rightfit.nn.activations import Activation as Activation
from rightfit.nn.constant_outputs import with_zeros as with_zeros
from rightfit.nn.dropout import Dropout as Dropout
from rightfit.nn.dropout import drop as drop
from rightfit.nn.embedding import CategoryInput as CategoryInput
from rightfit.nn.embedding import category_features as category_features
from rightfit.nn.linear import Linear as Linear
from rightfit.nn.network import Network as Network
from rightfit.nn.network import build_network as build_network
from rightfit.nn.number_embedding import Cosine as Cosine
from rightfit.nn.number_embedding import NumberEmbedding as NumberEmbedding
from rightfit.nn.number_embedding import Periodic as Periodic
from rightfit.nn.number_embedding import PiecewiseLinear as PiecewiseLinear
from rightfit.nn.number_embedding import Unbent as Unbent
from rightfit.nn.shape import NetworkShape as NetworkShape
from rightfit.nn.weights import count_parameters as count_parameters
from rightfit.nn.weights import is_weight as is_weight
from rightfit.nn.weights import sum_of_squared_weights as sum_of_squared_weights
