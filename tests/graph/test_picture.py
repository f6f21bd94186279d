import re

import jax
import numpy as np

from rightfit.graph import draw
from tests.graph.programs import N_HIDDEN, N_ROWS, arrays, flat, small_loss, traced


def lines(dot: str, of_class: str) -> list[str]:
    return [line.strip() for line in dot.splitlines() if f"[class={of_class} " in line]


def test_every_backward_node_is_in_the_rank_of_its_forward_node() -> None:
    dot = draw(traced()).dot
    forward, backward = lines(dot, "forward"), lines(dot, "backward")
    for number in range(1, 6):
        assert f"{{rank=same f{number} -> b{number} [style=invis weight=9]}}" in dot
        name = re.findall(r"<b>(.*?)</b>", forward[number - 1])[0]
        assert re.findall(r"<b>(.*?)</b>", backward[number - 1]) == [f"∂ {name}"]


def test_arrows_have_shapes_and_without_rows_no_sizes() -> None:
    dot = draw(traced()).dot
    assert lines(dot, "value") == [
        'x1 -> f1 [class=value weight=8 label="5×3"]',
        'f1 -> f2 [class=value weight=8 label="5×4"]',
        'f2 -> f3 [class=value weight=8 label="5×4"]',
        'f3 -> f4 [class=value weight=8 label="5×1"]',
        'f4 -> f5 [class=value weight=8 label="scalar"]',
    ]
    assert lines(dot, "slope")[0] == ('b1 -> b2 [class=slope dir=back style=dashed label="5×4"]')
    assert lines(dot, "stored") == [
        'x1 -> b1 [class=stored style=dotted arrowhead=empty label="x  5×3"]',
        'f2 -> b2 [class=stored style=dotted arrowhead=empty label="x > 0  5×4"]',
        'f2 -> b3 [class=stored style=dotted arrowhead=empty label="x  5×4"]',
        'f4 -> b4 [class=stored style=dotted arrowhead=empty label="2 × (x − y)  5×1"]',
    ]


def test_sizes_are_those_of_values_and_slopes() -> None:
    picture = draw(traced(), arguments=flat())
    parameters, x, y = arrays()
    hidden = np.maximum(x @ parameters[0] + parameters[1], 0)
    row = picture.rows[1]
    assert row.value_size is not None
    np.testing.assert_allclose(row.value_size, np.sqrt(np.mean(hidden**2)), rtol=1e-5)
    assert f'label="5×4\\n{row.value_size:.2g}"' in lines(picture.dot, "value")[2]
    slope = jax.grad(lambda added: small_loss(parameters, x, y, lambda h: jax.nn.relu(h) + added))(
        np.zeros((N_ROWS, N_HIDDEN), np.float32)
    )
    assert row.gradient_size is not None
    np.testing.assert_allclose(row.gradient_size, np.sqrt(np.mean(slope**2)), rtol=1e-5)
    assert f'label="5×4\\n∂ {row.gradient_size:.2g}"' in lines(picture.dot, "slope")[1]


def test_rows_say_what_the_picture_shows() -> None:
    row = draw(traced(), max_nodes=10).rows[0]
    assert (row.node, row.operation, row.forward) == ("layer 1", "linear", "x·W₁ + b₁")
    assert [(slope.of, slope.formula) for slope in row.backward] == [
        ("∂W₁", "xᵀ·∂"),
        ("∂b₁", "Σ ∂"),
    ]
    assert (row.shape, row.stored) == ((5, 4), ("x 5×3",))
    assert (row.value_size, row.gradient_size, row.backward[0].size) == (None, None, None)


def test_the_same_program_gives_the_same_text() -> None:
    assert draw(traced()).dot == draw(traced()).dot


def test_forward_and_backward_differ_in_more_than_colour() -> None:
    dot = draw(traced()).dot
    assert all('style="dashed"' in line for line in lines(dot, "backward"))
    assert not any("dashed" in line for line in lines(dot, "forward"))


def test_markup_in_names_is_no_markup() -> None:
    dot = draw(traced()).dot
    assert "∂x = ∂ × (x &gt; 0)" in dot
    assert "(x > 0)" not in dot
