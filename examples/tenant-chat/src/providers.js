// Providers of language models: which one is asked, what it may cost, and what to do when it does not answer.

const PROVIDERS = [
  { name: 'north', cents: 4, most: 8000, regions: ['eu'] },
  { name: 'south', cents: 2, most: 4000, regions: ['eu', 'us'] },
  { name: 'local', cents: 0, most: 1000, regions: ['eu', 'us', 'on-premises'] },
];

/** Those that may see the words of a tenant. */
export function allowed(region) {
  return PROVIDERS.filter(({ regions }) => regions.includes(region));
}

/** The cheapest that takes so many words. */
export function choose(region, count) {
  const fit = allowed(region).filter(({ most }) => most >= count);
  if (fit.length === 0) throw new RangeError(`nobody takes ${count} words in ${region}`);
  return fit.reduce((best, one) => (one.cents < best.cents ? one : best)).name;
}

/** What it costs, in cents: begun thousands count. */
export function cost(name, count) {
  const provider = PROVIDERS.find((one) => one.name === name);
  if (!provider) throw new RangeError(`no provider ${name}`);
  return Math.ceil(count / 1000) * provider.cents;
}

/** What an error of a provider means for us. */
export function verdict(status) {
  if (status === 429) return 'wait';
  if (status === 401 || status === 403) return 'key';
  if (status >= 500) return 'next';
  if (status >= 400) return 'ours';
  return 'fine';
}

/** Asks one after the other until somebody answers. */
export async function ask(region, count, call) {
  const tried = [];
  for (const { name, most } of allowed(region)) {
    if (most < count) continue;
    const { status, text } = await call(name);
    tried.push(name);
    const meaning = verdict(status);
    if (meaning === 'fine') return { name, text, tried };
    if (meaning === 'ours') throw new Error(`our request to ${name} is wrong: ${status}`);
  }
  throw new Error(`nobody answers: ${tried.join(', ')}`);
}
