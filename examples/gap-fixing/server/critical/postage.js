// What a parcel costs, in cents.

const STEPS = [
  [500, 399],
  [2000, 549],
  [10_000, 899],
  [31_500, 1799],
];
const ZONES = { 1: 0, 2: 200, 3: 900 };

export function postage(grams, zone) {
  if (!Number.isInteger(grams) || grams <= 0) {
    throw new RangeError(`${grams} is no weight`);
  }
  if (!(zone in ZONES)) {
    throw new RangeError(`no zone ${zone}`);
  }
  const step = STEPS.find(([most]) => grams <= most);
  if (!step) {
    throw new RangeError(`${grams} g are too heavy`);
  }
  return step[1] + ZONES[zone];
}

// What it costs to insure a parcel of this value, in cents: nothing up to 500 euros, then half a percent.
export function premium(value) {
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`${value} is no value`);
  }
  if (value <= 50_000) {
    return 0;
  }
  return Math.ceil(value / 200);
}
