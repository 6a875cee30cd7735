/* The counting behind the phase diagram: which trials stand in which cell. No page: functions of the
   sweep's data. */

/** The diagram's cells for a view {across, down, fixed: {field: level}}; fields may be null.
    Cells count from the top left; `trials` of each are numbers of the design. Where one factor
    alone is shown, `lone` is its name, and its cells stand in lines, each under its level. */
export function phaseCells(phase, view, seeds, count) {
  const factor = (field) => phase.factors.find((one) => one.field === field) || null;
  const [across, down] = [factor(view.across), factor(view.down)];
  const cells = new Map();
  const put = (row, column, name) => {
    const cell = { row, column, name, trials: [] };
    cells.set(`${row} ${column}`, cell);
    return cell;
  };
  const kept = phase.factors.filter((one) => one.field in view.fixed);
  const each = (place) => {
    for (let point = 0; point < count / seeds; point += 1) {
      if (kept.some((one) => one.number[point] !== view.fixed[one.field])) continue;
      const cell = place(point);
      if (!cell) continue;
      for (let seed = 0; seed < seeds; seed += 1) cell.trials.push(point * seeds + seed);
    }
  };
  if (!across) {
    put(0, 0, "all trials");
    each(() => cells.get("0 0"));
    return { columns: 1, rows: 1, cells: [...cells.values()], across: null, down: null };
  }
  if (!down) {
    const { labels, place, columns } = across.lone;
    const all = labels.map((label, n) => {
      const cell = put(Math.floor(n / columns), n % columns, `${across.name} ${label}`);
      return Object.assign(cell, { level: label });
    });
    each((point) => all[place[across.number[point]]]);
    const rows = Math.ceil(labels.length / columns);
    return { columns, rows, cells: all, across: null, down: null, lone: across.name };
  }
  const [ways, lines] = [across.across, down.down];
  const rows = lines.labels.length;
  const names = lines.rising ? [...lines.labels].reverse() : lines.labels;
  for (let row = 0; row < rows; row += 1) {
    ways.labels.forEach((label, column) => {
      put(row, column, `${across.name} ${label}, ${down.name} ${names[row]}`);
    });
  }
  each((point) => {
    const at = lines.place[down.number[point]];
    return cells.get(`${lines.rising ? rows - 1 - at : at} ${ways.place[across.number[point]]}`);
  });
  return {
    columns: ways.labels.length,
    rows,
    cells: [...cells.values()],
    across: { name: across.name, labels: ways.labels },
    down: { name: down.name, labels: names },
  };
}

/** The trial in the middle, of two the worse, and the last; from the best to the worst. */
export function medianAndWorst(ordered) {
  if (!ordered.length) return { median: null, worst: null };
  return { median: ordered[ordered.length >> 1], worst: ordered[ordered.length - 1] };
}
