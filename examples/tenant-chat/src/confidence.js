// How sure an answer may be of itself: between 0 and 1, from what is known of the words in it.

/** The words of a text. */
export const words = (text) => text.toLowerCase().match(/[a-z']+/g) ?? [];

/** Of an answer, the ages of its sources in days, and whether earlier answers of its kind were right. */
export function confidence(text, { sources = [], past = [] } = {}) {
  const all = words(text);
  if (all.length === 0) return 0;
  const hedges = all.filter((word) => ['maybe', 'perhaps', 'might', 'probably', 'unsure', 'guess'].includes(word));
  let sum = 0.7 - hedges.length / all.length;
  // An answer of one word, or of very many, says little.
  if (all.length < 3) sum -= 0.4;
  if (all.length > 200) sum -= 0.2;
  sum += Math.min(0.3, 0.1 * sources.filter((age) => age <= 30).length);
  if (past.length >= 5) {
    const right = past.filter(Boolean).length / past.length;
    if (right >= 0.9) sum += 0.1;
    if (right < 0.5) sum -= 0.3;
  }
  return Math.round(Math.max(0, Math.min(1, sum)) * 100) / 100;
}
