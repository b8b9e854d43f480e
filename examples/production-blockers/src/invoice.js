// Invoices: numbered without gaps, and laid out as text.

import { format } from './money.js';
import { taxes } from './tax.js';

/** The number after this one: 2026-0009 → 2026-0010. A new year begins at 1. */
export function next(number, year) {
  const found = /^(\d{4})-(\d{4,})$/.exec(number);
  if (!found) throw new RangeError(`not an invoice number: ${number}`);
  const [, of, count] = found;
  if (Number(of) > year) throw new RangeError(`${number} is of a later year than ${year}`);
  if (Number(of) < year) return `${year}-0001`;
  return `${year}-${String(Number(count) + 1).padStart(4, '0')}`;
}

/** Numbers that are missing in a year's list. */
export function gaps(numbers) {
  const counts = numbers.map((number) => Number(number.slice(5))).sort((a, b) => a - b);
  const missing = [];
  let wanted = 1;
  for (const count of counts) {
    while (wanted < count) {
      missing.push(wanted);
      wanted += 1;
    }
    wanted = count + 1;
  }
  return missing;
}

/** An invoice as text, 40 columns wide. */
export function render(number, lines, country) {
  const row = (left, cents) => {
    const right = format(cents);
    return left.slice(0, 39 - right.length).padEnd(40 - right.length) + right;
  };
  const { net, tax, gross } = taxes(lines, country);
  const text = [`Invoice ${number}`, ''];
  for (const line of lines) text.push(row(`${line.quantity} × ${line.name}`, line.gross));
  text.push('-'.repeat(40));
  text.push(row('net', net));
  text.push(row('tax', tax));
  text.push(row('to pay', gross));
  return text.join('\n');
}
