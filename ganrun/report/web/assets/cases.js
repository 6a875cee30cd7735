/* The ranking of the cases, sorted by the heading that is pressed. */

import { element } from "../../../page/assets/elements.js";

const RISING = "ascending";
const FALLING = "descending";

export function sortableCases(table) {
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const press = () => sortBy(table, heads, column);
    const mark = element("span", "sort-mark");
    head.setAttribute("aria-sort", "none");
    head.replaceChildren(
      element("button", { type: "button", class: "bare sort", on: { click: press } }, head.textContent, mark),
    );
  });
}

/** Sorts by a column, the other way round where it is sorted by it; perfect samples stay last. */
function sortBy(table, heads, column) {
  const falling = heads[column].getAttribute("aria-sort") !== FALLING;
  heads.forEach((head) => head.setAttribute("aria-sort", "none"));
  heads[column].setAttribute("aria-sort", falling ? FALLING : RISING);
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const perfect = rows.pop();
  const keyed = rows.map((row) => [key(row.cells[column]), row]);
  keyed.sort(([a], [b]) => inOrder(a, b, falling ? -1 : 1));
  body.append(...keyed.map(([, row]) => row), perfect);
}

/** What a cell is sorted by: its number, else its words; null where it has none. */
function key(cell) {
  const data = cell.querySelector("data");
  if (!data) return cell.textContent.trim();
  return data.value === "" ? null : Number(data.value);
}

/** What has no number comes last, whichever way the others go. */
function inOrder(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * (typeof a === "number" ? a - b : a.localeCompare(b));
}
