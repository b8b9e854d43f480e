// Providers of language models: which one is asked, what it costs, and what to do when it does not answer.

const PROVIDERS = [
  { name: 'north', cents: 4, most: 8000, regions: ['eu'] },
  { name: 'south', cents: 2, most: 4000, regions: ['eu', 'us'] },
  { name: 'local', cents: 0, most: 1000, regions: ['eu', 'us', 'on-premises'] },
];

/** Those that may see the words of a tenant, and take so many; the cheapest first. */
export function choose(region, count) {
  const fit = PROVIDERS.filter(({ regions, most }) => regions.includes(region) && most >= count);
  if (fit.length === 0) throw new RangeError(`nobody takes ${count} words in ${region}`);
  return fit.sort((one, other) => one.cents - other.cents);
}

/** Whether an answer is of use, somebody else is to be asked, or our request is wrong and would be refused everywhere. */
export const verdict = (status) => (status < 400 ? 'fine' : [401, 403, 429].includes(status) || status >= 500 ? 'next' : 'ours');

/** Asks one after the other until somebody answers. Begun thousands of words are paid for. */
export async function ask(region, count, call) {
  const tried = [];
  for (const { name, cents } of choose(region, count)) {
    const { status, text } = await call(name);
    tried.push(`${name} ${status}`);
    const meaning = verdict(status);
    if (meaning === 'fine') return { name, text, cents: Math.ceil(count / 1000) * cents };
    if (meaning === 'ours') break;
  }
  throw new Error(`no answer: ${tried.join(', ')}`);
}
