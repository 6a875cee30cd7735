/* Which rows of a table are meant, and in which order: what ganrun/filters.py says, in the same words. */

const BLANKS = " \\t\\n\\r\\f\\v";
const SIGN = "<=|>=|!=|==?|<|>";
const AROUND_A_SIGN = new RegExp(`[${BLANKS}]*(${SIGN})[${BLANKS}]*`, "g");
const TERM = new RegExp(`[^${BLANKS}]+`, "g");
const COMPARISON = new RegExp(`^([\\w.]+)(${SIGN})([^<>=]+)$`);
const ALMOST = /^([\w.]+)[:~!\u2260\u2264\u2265].*$/; // a column and what is no sign of this language
const JOINS = ["and", "or", "not", "&", "&&", "|", "||"];
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

/** What a filter's text asks for: {tests: [index => boolean], problem: words or "", and
    `fitsNothing()`, the first term that fits no row by itself, in words, or ""}. A term that cannot
    be used is told, and leaves the others in force. `rows` have a count, columns and values. */
export function parseFilter(text, rows, words) {
  const terms = [];
  let problem = "";
  for (const term of text.replace(AROUND_A_SIGN, "$1").match(TERM) || []) {
    try {
      terms.push(condition(term, rows, words));
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      problem = problem || error.message;
    }
  }
  const all = Array.from({ length: rows.count }, (_, index) => index);
  const fitsNothing = () => {
    const lost = terms.find(({ test }) => !all.some(test));
    return lost ? lost.nowhere(all) : "";
  };
  return { tests: terms.map(({ test }) => test), problem, fitsNothing };
}

const noCondition = (term) => new FilterError(`“${term}” is no condition: that is a column, a sign and a value`);

/** A term: its `test` of a row, and in words that it fits `nowhere`. */
function condition(term, rows, words) {
  if (!/[<>=]/.test(term)) {
    seeThatItIsAWord(term, rows.columns);
    const part = term.toLowerCase();
    return { test: (index) => words(index).includes(part), nowhere: () => `“${term}” is nowhere` };
  }
  const match = COMPARISON.exec(term);
  if (!match) throw noCondition(term);
  const [, name, sign, wanted] = match;
  const column = columnCalled(name, rows.columns);
  return column.numeric
    ? ofNumbers(column, sign, wanted, rows)
    : ofWords(column, sign, wanted, rows);
}

function seeThatItIsAWord(term, columns) {
  if (JOINS.includes(term.toLowerCase())) {
    throw new FilterError(`“${term}” joins nothing: all terms of a filter must hold`);
  }
  const almost = ALMOST.exec(term);
  const name = almost && almost[1].toLowerCase();
  if (columns.some((one) => [one.name, one.label].some((it) => it.toLowerCase() === name))) throw noCondition(term);
}

function ofWords(column, sign, given, rows) {
  const wanted = given.toLowerCase();
  if (!OF_WORDS.includes(sign)) throw new FilterError(`“${column.label}” holds words: use = or !=`);
  const test = (index) => COMPARE[sign](String(rows.value(column, index) ?? "").toLowerCase(), wanted);
  const nowhere = (all) => {
    if (sign === "!=") return `no ${column.label} is other than “${given}”`;
    const there = new Set(all.map((index) => rows.value(column, index)).filter(Boolean).map(String));
    return `no ${column.label} is “${given}”${meant(wanted, [...there].sort())}`;
  };
  return { test, nowhere };
}

function ofNumbers(column, sign, wanted, rows) {
  if (!NUMBER.test(wanted)) throw new FilterError(`“${wanted}” is not a number`);
  const number = Number(wanted);
  const test = (index) => {
    const value = rows.value(column, index);
    return value !== null && COMPARE[sign](value, number);
  };
  const other = { "=": "", "==": "", "!=": "other than " }[sign] ?? sign;
  return { test, nowhere: () => `no ${column.label} is ${other}${wanted}` };
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
  throw new FilterError(`no column is called “${name}”${meant(name, columns.map((one) => one.label))}`);
}

function meant(word, there) {
  const found = nearest(word, there);
  return found ? `; did you mean “${found}”?` : "";
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
