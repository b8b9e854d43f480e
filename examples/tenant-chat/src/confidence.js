// How sure an answer may be of itself: between 0 and 1, from what is known of the words in it.

const HEDGES = ['maybe', 'perhaps', 'might', 'probably', 'unsure', 'guess'];

/** The words of a text. */
export function words(text) {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}

/** The share of words that hedge. */
export function hedging(text) {
  const all = words(text);
  if (all.length === 0) return 1;
  return all.filter((word) => HEDGES.includes(word)).length / all.length;
}

/** What is taken off for length: an answer of one word, or of very many, says little. */
export function length(text) {
  const count = words(text).length;
  if (count < 3) return 0.4;
  if (count > 200) return 0.2;
  return 0;
}

/** What is added for sources, up to a limit. */
export function support(sources) {
  const fresh = sources.filter(({ age }) => age <= 30).length;
  return Math.min(0.3, fresh * 0.1);
}

/** How often answers of this kind were right. */
export function history(past) {
  if (past.length < 5) return 0;
  const right = past.filter(Boolean).length / past.length;
  if (right >= 0.9) return 0.1;
  if (right < 0.5) return -0.3;
  return 0;
}

/** All of it together. */
export function confidence(text, { sources = [], past = [] } = {}) {
  const sum = 0.7 - hedging(text) - length(text) + support(sources) + history(past);
  return Math.round(Math.max(0, Math.min(1, sum)) * 100) / 100;
}
