// Value added tax is in the prices: what is asked here is how much of a price it is.

const RATES = {
  AT: { standard: 200, reduced: 100, books: 100, none: 0 },
  DE: { standard: 190, reduced: 70, books: 70, none: 0 },
  LU: { standard: 170, reduced: 30, books: 30, none: 0 },
  NL: { standard: 210, reduced: 90, books: 90, none: 0 },
};

/** The rate of a class of goods in a country, in tenths of a percent. */
export function rate(country, vat) {
  const rates = RATES[country];
  if (!rates) throw new RangeError(`not sold to: ${country}`);
  if (!(vat in rates)) throw new RangeError(`no such class: ${vat}`);
  return rates[vat];
}

/** The tax within a gross price: gross × rate ÷ (100 % + rate), a half up. */
export function taxIn(gross, country, vat) {
  const tenths = rate(country, vat);
  return Math.floor((gross * tenths) / (1000 + tenths));
}

/** Gross, net and tax of lines, tax summed by rate. */
export function taxes(lines, country) {
  const byRate = {};
  for (const { gross, vat } of lines) {
    const tenths = rate(country, vat);
    byRate[tenths] = (byRate[tenths] ?? 0) + taxIn(gross, country, vat);
  }
  const gross = lines.reduce((sum, line) => sum + line.gross, 0);
  const tax = Object.values(byRate).reduce((sum, part) => sum + part, 0);
  return { gross, net: gross - tax, tax, byRate };
}
