/* What the table of trials shows of them, and in which order. */

const COMPARISON = /^([\w.]+)(<=|>=|!=|=|<|>)(.+)$/;
const COMPARE = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** What a filter's text asks for: {tests: [index => boolean], problem: words or ""}. */
export function parseFilter(text, trials, words) {
  const tests = [];
  let problem = "";
  for (const term of text.trim().split(/\s+/).filter(Boolean)) {
    const match = COMPARISON.exec(term);
    if (!match) {
      const part = term.toLowerCase();
      tests.push((index) => words(index).includes(part));
      continue;
    }
    const [, name, sign, wanted] = match;
    const column = columnCalled(trials.columns, name.toLowerCase());
    const number = Number(wanted);
    if (!column) problem = `No column is called “${name}”.`;
    else if (column.numeric && Number.isNaN(number)) problem = `“${wanted}” is not a number.`;
    else if (!column.numeric && sign !== "=" && sign !== "!=") {
      problem = `“${column.label}” holds words: use = or !=.`;
    } else if (column.numeric) {
      tests.push((index) => {
        const value = trials.value(column, index);
        return value !== null && COMPARE[sign](value, number);
      });
    } else {
      const low = wanted.toLowerCase();
      tests.push((index) =>
        COMPARE[sign](String(trials.value(column, index)).toLowerCase(), low),
      );
    }
  }
  return { tests, problem };
}

/** A column by its whole name, its label, or the only beginning that fits. */
function columnCalled(columns, name) {
  const exact = columns.find((one) => one.name.toLowerCase() === name || one.label === name);
  if (exact) return exact;
  const begun = columns.filter((one) => one.label.startsWith(name));
  return begun.length === 1 ? begun[0] : null;
}

/** The numbers of some values in their order; what has no value comes last, ties as they stand. */
export function orderOf(values, numeric, rising) {
  const none = (value) => value === null || value === "";
  const compare = numeric ? (a, b) => a - b : (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const sign = rising ? 1 : -1;
  return Array.from(values, (_, index) => index).sort((i, j) => {
    const [a, b] = [values[i], values[j]];
    if (none(a) || none(b)) return none(a) - none(b) || i - j;
    return sign * compare(a, b) || i - j;
  });
}
