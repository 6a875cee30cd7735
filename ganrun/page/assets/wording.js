/* Numbers, counts and lists as a page says them: what `ganrun/wording.py` says too, it says alike. */

/** A count with its thousands separated. */
export const thousands = (number) => Math.round(number).toLocaleString("en-US");

/** A count of things: `1 trial`, `8 trials`. */
export const plural = (count, noun) => `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;

/** How long ago something was, in days, said in one unit: `5 min`, `3 h`, `12 d`. */
export function age(days) {
  const minutes = Math.floor(1440 * days);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${thousands(Math.floor(minutes / 1440))} d`;
}

/** A mean in tenths: `2.3`. A half goes to the even tenth, where `toFixed` would take the larger. */
export function tenths(number) {
  const isTie = Math.abs(number % 1) === 0.25; // 0.75 goes to 0.8 by either rule
  return (isTie ? number - 0.05 * Math.sign(number) : number).toFixed(1);
}

/** A share: `54 %`; only a true 1 is 100 % and only a true 0 is 0 %. Halves go to the even one. */
export function percent(share) {
  const hundredths = 100 * share;
  const rounded = Math.round(hundredths);
  const whole = hundredths % 1 === 0.5 && rounded % 2 ? rounded - 1 : rounded;
  if (whole === 0 && share > 0) return hundredths >= 0.05 ? `${tenths(hundredths)} %` : "<0.1 %";
  if (whole === 100 && share < 1) return `${tenths(Math.min(hundredths, 99.9))} %`;
  return `${whole} %`;
}

/** Names one after the other: `1, 3 and 4`. */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** The numbers of the modes that are missing: not covered, and not null for being none that
    perfect samples show. */
export const missingIn = (covered) => covered.flatMap((one, mode) => (one === false ? [mode] : []));

/** `Modes 1, 3 and 4 are missing.`, or that none is. */
export function missingModes(modes, total) {
  if (modes.length === 0) return "No mode is missing.";
  if (modes.length === total) return total === 1 ? "The mode is missing." : "Every mode is missing.";
  if (modes.length > 8) return `${plural(modes.length, "mode")} are missing.`;
  return modes.length === 1 ? `Mode ${modes[0]} is missing.` : `Modes ${listed(modes)} are missing.`;
}

/** `2 of 5 modes covered. Modes 1, 3 and 4 are missing.` */
export function coveredModes(covered) {
  const [there, total] = [covered.filter(Boolean).length, covered.length];
  return `${there} of ${plural(total, "mode")} covered. ${missingModes(missingIn(covered), total)}`;
}

/** The same words with a capital. */
export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** A number as short as a small chart wants it: `2.4k`, `0.05`, `5e-5`. */
export function chartNumber(number) {
  if (!Number.isFinite(number)) return "–";
  const size = Math.abs(number);
  const minus = number < 0 ? "−" : "";
  if (size >= 1e6) return `${minus}${Number((size / 1e6).toPrecision(3))}M`;
  if (size >= 1e3) return `${minus}${Number((size / 1e3).toPrecision(3))}k`;
  if (size !== 0 && size < 1e-3) return minus + size.toExponential(0);
  return minus + String(Number(size.toPrecision(3)));
}

/** A number of a table: whole ones with thousands apart, others in four digits. */
export function tableNumber(value) {
  if (value === null) return "–";
  if (Number.isInteger(value)) return thousands(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return powerOfTen(Number(value.toPrecision(3)));
  return String(Number(value.toPrecision(4)));
}

/** A setting: 0.0002 as `2e-4`, 0.05 as `0.05`; few digits, and never `0.00020000000001`. */
export function settingNumber(value) {
  if (!Number.isFinite(value)) return String(value);
  const short = Number(value.toPrecision(value > 0.99 && value < 1 ? 6 : 3)); // 0.9999 is not 1
  const size = Math.abs(short);
  if (short === 0) return "0";
  return size >= 0.01 && size < 1e5 ? String(short) : powerOfTen(short);
}

/** A rate that does not flicker: `9.5`, `12`, `3.5k`. */
export function shortRate(number) {
  if (number < 10) return number.toFixed(1);
  if (number < 1000) return String(Math.round(number));
  return `${(number / 1000).toFixed(number < 1e4 ? 1 : 0)}k`;
}

const powerOfTen = (number) => number.toExponential().replace("e+", "e");
