// The agent: asks every source of knowledge about a question and answers with what fits best.

const STOP = new Set(['a', 'an', 'and', 'are', 'do', 'does', 'how', 'i', 'in', 'is', 'it', 'my', 'of', 'on', 'the', 'to', 'what', 'when', 'where', 'who']);

/** The words of a text that say something. */
export function words(text) {
  return text.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word && !STOP.has(word));
}

/** How well a passage answers a question: the share of its words that the passage holds. */
export function fits(question, passage) {
  const asked = new Set(words(question));
  if (asked.size === 0) return 0;
  const held = new Set(words(passage));
  return [...asked].filter((word) => held.has(word)).length / asked.size;
}

async function look(source, question) {
  const answer = await fetch(`${source}?q=${encodeURIComponent(question)}`);
  if (!answer.ok) return [];
  return (await answer.json()).passages;
}

/** The best passage of all sources, with how well it fits. */
export async function answer(sources, question) {
  const passages = [];
  for (const source of sources) passages.push(...await look(source, question));
  const ranked = passages
    .map((passage) => ({ passage, fits: fits(question, passage) }))
    .sort((one, other) => other.fits - one.fits || one.passage.localeCompare(other.passage));
  return ranked[0]?.fits >= 0.5 ? ranked[0] : { passage: null, fits: ranked[0]?.fits ?? 0 };
}
