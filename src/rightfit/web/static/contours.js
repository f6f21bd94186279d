// Lines over a surface: where a prediction passes a level, or where another class becomes likeliest.
// So a border is seen without its colours. Marching squares: each cell of four points on its own.
// A line is [x1, y1, x2, y2], in columns and rows of the grid.

export const HALF = [127.5];
export const SIXTHS = [42.5, 85, 127.5, 170, 212.5];

export function levelLines(values, side, levels) {
  const lines = [];
  cells(values, side, (a, b, c, d, column, row) => {
    for (const level of levels) pass(lines, a - level, b - level, c - level, d - level, column, row);
  });
  return lines;
}

export function classBorders(classes, side) {
  const lines = [];
  cells(classes, side, (a, b, c, d, column, row) => {
    const ends = [];
    if (a !== b) ends.push([column + 0.5, row]);
    if (b !== c) ends.push([column + 1, row + 0.5]);
    if (c !== d) ends.push([column + 0.5, row + 1]);
    if (d !== a) ends.push([column, row + 0.5]);
    // Two edges are joined; where three classes meet, or corners alternate, all meet in the middle.
    const middle = ends.length > 2 ? [column + 0.5, row + 0.5] : ends.pop();
    for (const end of ends) lines.push([...end, ...middle]);
  });
  return lines;
}

// Corners go round from the upper left. Most cells have four equal ones, and no line.
function cells(values, side, visit) {
  for (let row = 0; row + 1 < side; row += 1) {
    for (let column = 0; column + 1 < side; column += 1) {
      const at = row * side + column;
      const a = values[at], b = values[at + 1], c = values[at + side + 1], d = values[at + side];
      if (a !== b || b !== c || c !== d) visit(a, b, c, d, column, row);
    }
  }
}

function pass(lines, a, b, c, d, column, row) {
  const up = a > 0, right = b > 0, down = c > 0, left = d > 0;
  if (up === right && right === down && down === left) return;
  const crossings = [];
  if (up !== right) crossings.push([column + a / (a - b), row]);
  if (right !== down) crossings.push([column + 1, row + b / (b - c)]);
  if (left !== down) crossings.push([column + d / (d - c), row + 1]);
  if (up !== left) crossings.push([column, row + a / (a - d)]);
  // In a saddle the middle says which corners belong together.
  if (crossings.length === 4 && a + b + c + d > 0 !== up) crossings.unshift(crossings.pop());
  for (let at = 0; at < crossings.length; at += 2) lines.push([...crossings[at], ...crossings[at + 1]]);
}
