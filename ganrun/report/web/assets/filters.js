/* Which rows of a table are meant, and in which order: what ganrun/filters.py says, in the same words. */

const BLANKS = " \\t\\n\\r\\f\\v";
const SIGN = "<=|>=|!=|==?|<|>";
const AROUND_A_SIGN = new RegExp(`[${BLANKS}]*(${SIGN})[${BLANKS}]*`, "g");
const TERM = new RegExp(`[^${BLANKS}]+`, "g");
const COMPARISON = new RegExp(`^([\\w.]+)(${SIGN})([^<>=]+)$`);
const NUMBER = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/i;
const COMPARE = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
const OF_WORDS = ["=", "==", "!="];

class FilterError extends Error {}

/** What a filter's text asks for: {tests: [index => boolean], problem: words or ""}.
    A term that cannot be used is told, and leaves the others in force. */
export function parseFilter(text, rows, words) {
  const tests = [];
  let problem = "";
  for (const term of text.replace(AROUND_A_SIGN, "$1").match(TERM) || []) {
    try {
      tests.push(condition(term, rows, words));
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      problem = problem || error.message;
    }
  }
  return { tests, problem };
}

function condition(term, rows, words) {
  if (!/[<>=]/.test(term)) {
    const part = term.toLowerCase();
    return (index) => words(index).includes(part);
  }
  const match = COMPARISON.exec(term);
  if (!match) {
    throw new FilterError(`“${term}” is no condition: that is a column, a sign and a value`);
  }
  const [, name, sign, wanted] = match;
  const column = columnCalled(name, rows.columns);
  return column.numeric
    ? ofNumbers(column, sign, wanted, rows)
    : ofWords(column, sign, wanted.toLowerCase(), rows);
}

function ofWords(column, sign, wanted, rows) {
  if (!OF_WORDS.includes(sign)) throw new FilterError(`“${column.label}” holds words: use = or !=`);
  return (index) => COMPARE[sign](String(rows.value(column, index) ?? "").toLowerCase(), wanted);
}

function ofNumbers(column, sign, wanted, rows) {
  if (!NUMBER.test(wanted)) throw new FilterError(`“${wanted}” is not a number`);
  const number = Number(wanted);
  return (index) => {
    const value = rows.value(column, index);
    return value !== null && COMPARE[sign](value, number);
  };
}

/** The column of that name or label, or the only one whose label begins so. */
function columnCalled(given, columns) {
  const name = given.toLowerCase();
  const exact = columns.find((one) => [one.name, one.label].some((it) => it.toLowerCase() === name));
  if (exact) return exact;
  const begun = columns.filter((one) => one.label.toLowerCase().startsWith(name));
  if (begun.length === 1) return begun[0];
  if (begun.length) {
    throw new FilterError(`“${name}” may be “${begun[0].label}” or “${begun[1].label}”`);
  }
  const meant = nearest(name, columns.map((one) => one.label));
  const hint = meant ? `; did you mean “${meant}”?` : "";
  throw new FilterError(`no column is called “${name}”${hint}`);
}

/** The first label that holds a word of three letters or more, else the one spelt most alike. */
function nearest(word, labels) {
  const held = labels.find((label) => word.length > 2 && label.toLowerCase().includes(word));
  if (held) return held;
  let [found, least] = [null, Math.floor(word.length / 3) + 1];
  for (const label of labels) {
    const apart = distance(word, label.toLowerCase());
    if (apart < least) [found, least] = [label, apart];
  }
  return found;
}

/** How many letters must be put in, taken out or changed to make one word of another. */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  [...one].forEach((letter, place) => {
    const above = row;
    row = [place + 1];
    [...other].forEach((opposite, n) => {
      const changed = above[n] + (letter === opposite ? 0 : 1);
      row.push(Math.min(changed, above[n + 1] + 1, row[n] + 1));
    });
  });
  return row[row.length - 1];
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
