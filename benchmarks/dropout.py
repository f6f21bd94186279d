"""What dropout's random bits cost: our counter-based bits against JAX's own generator.

One training epoch of 10,000×20 → 64 → 64 → 2 and of 60,000×784 → 512 → 256 → 10, without
dropout, with ours, and with `jax.random.bernoulli` in its place.

    python benchmarks/dropout.py
"""

import argparse
import statistics
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from engine import SHAPES, Shape, rightfit_epoch, rows_of
from machine import describe_machine, output_argument, print_machine, write_results

import rightfit.nn.network as network
from rightfit.nn.dropout import drop
from rightfit.train.program import run_epochs


def drop_with_jax(x: jax.Array, rate: jax.Array, key: Any) -> jax.Array:
    kept = jax.random.bernoulli(jax.random.wrap_key_data(jax.numpy.asarray(key)), 1 - rate, x.shape)
    return jax.numpy.where(kept, x / (1 - rate), 0)


def seconds(shape: Shape, function: Callable[..., Any], rounds: int) -> list[float]:
    network.drop = function
    run_epochs.clear_cache()
    X, y = rows_of(shape)
    epoch = rightfit_epoch(shape, X, y)
    epoch()
    return [epoch() for _ in range(rounds)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    output_argument(parser, "dropout")
    arguments = parser.parse_args()
    machine = describe_machine()
    print_machine(machine)
    results: dict[str, dict[str, float]] = {}
    for plain, dropped in ((SHAPES[2], SHAPES[3]), (SHAPES[0], SHAPES[1])):
        times = {
            "none": seconds(plain, drop, arguments.rounds),
            "ours": seconds(dropped, drop, arguments.rounds),
            "jax.random": seconds(dropped, drop_with_jax, arguments.rounds),
        }
        results[plain.name] = {name: statistics.median(values) for name, values in times.items()}
        shown = ", ".join(
            f"{name} {1e3 * value:.1f} ms" for name, value in results[plain.name].items()
        )
        print(f"{plain.name}: {shown}", flush=True)
    write_results(arguments.out, machine, results)


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
