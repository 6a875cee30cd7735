/* Which numbers a field takes, and in words why it does not take one. */

import { settingNumber } from "../../page/assets/wording.js";

/* Why a number field's text is not taken; empty where it is. `isUnreadable` where the browser could
 * make no number of it; `empty` is what an empty field means, if it may be so. */
export function refusal(text, { least, most, kind, empty }, isUnreadable = false) {
  if (text === "") return empty && !isUnreadable ? "" : "That is no number.";
  const value = Number(text);
  if (!Number.isFinite(value)) return "That is no number.";
  if (kind === "whole" && !Number.isInteger(value)) return `${settingNumber(value)} is not whole.`;
  if (least !== undefined && value < least) return `${settingNumber(value)} is too small: at least ${settingNumber(least)}.`;
  if (most !== undefined && value > most) return `${settingNumber(value)} is too large: at most ${settingNumber(most)}.`;
  return "";
}

/* The same once the field is back at what it was. */
export const staysAt = (words, value, empty) => `${words} It stays ${value === null || value === undefined ? `empty (${empty})` : `at ${settingNumber(value)}`}.`;
