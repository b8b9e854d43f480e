// Shipping by zone and weight.

const ZONES = {
  DE: { base: 490, heavy: 690, days: [1, 2], free: 5000 },
  AT: { base: 990, heavy: 1490, days: [2, 3], free: 8000 },
  LU: { base: 990, heavy: 1490, days: [2, 4], free: 8000 },
  NL: { base: 890, heavy: 1290, days: [2, 3], free: 8000 },
};
const HEAVY = 2000;
const MOST = 31500;

function zone(country) {
  const found = ZONES[country];
  if (!found) throw new RangeError(`not sent to: ${country}`);
  return found;
}

/** What it costs to send so many grams for a subtotal of so many cents. */
export function shipping(country, grams, subtotal) {
  const { base, heavy, free } = zone(country);
  if (grams < 0 || grams > MOST) throw new RangeError(`not a parcel: ${grams} g`);
  if (grams === 0) return 0;
  if (grams > HEAVY) return subtotal >= free ? heavy - base : heavy;
  return subtotal >= free ? 0 : base;
}

/** The days on which it may arrive, when it is sent on this day. Nothing arrives on a Sunday. */
export function arrival(country, sent) {
  const [first, last] = zone(country).days;
  return [first, last].map((days) => workday(sent, days));
}

function workday(start, days) {
  const day = new Date(`${start}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) throw new RangeError(`not a day: ${start}`);
  let left = days;
  while (left > 0) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (day.getUTCDay() !== 0) left -= 1;
  }
  return day.toISOString().slice(0, 10);
}
