// Addresses: what a carrier can deliver to.

/** Everything that is wrong with an address; nothing when a parcel can be sent there. */
export function wrong(address) {
  const postcodes = { DE: /^\d{5}$/, AT: /^\d{4}$/, LU: /^L-\d{4}$/, NL: /^\d{4} [A-Z]{2}$/ };
  const found = [];
  for (const key of ['name', 'street', 'postcode', 'city', 'country']) {
    if (!address[key]?.trim()) found.push(`${key} is missing`);
  }
  const postcode = postcodes[address.country];
  if (address.country && !postcode) {
    found.push(`nothing is sent to ${address.country}`);
  }
  if (postcode && address.postcode && !postcode.test(address.postcode)) {
    found.push(`${address.postcode} is no postcode of ${address.country}`);
  }
  if (address.street && !/\d/.test(address.street)) {
    found.push('the street has no number');
  }
  return found;
}

/** The lines of a label. */
export function label(address) {
  const problems = wrong(address);
  if (problems.length > 0) throw new RangeError(problems.join(', '));
  const lines = [address.name, address.street];
  if (address.country === 'NL') {
    lines.push(`${address.postcode}  ${address.city.toUpperCase()}`);
  } else {
    lines.push(`${address.postcode} ${address.city}`);
  }
  if (address.country !== 'DE') lines.push(address.country);
  return lines;
}
