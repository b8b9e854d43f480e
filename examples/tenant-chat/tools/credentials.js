// What looks like a credential.

export const RULES = [
  { id: 'provider-key', text: 'a key of a provider', pattern: /\b(?:mk|sk|pk)_live_[0-9a-f]{12,}/g },
  { id: 'private-key', text: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g },
  { id: 'password-in-address', text: 'a password in an address', pattern: /\b[a-z]+:\/\/[^\s:/@]+:[^\s:/@]+@[^\s/]+/g },
];

/** All that a text holds: by which rule, and where. */
export function credentials(text) {
  return text.split('\n').flatMap((line, index) => RULES.flatMap(({ id, text: what, pattern }) =>
    [...line.matchAll(pattern)].map((found) => ({ id, what, line: index + 1, column: found.index + 1 }))));
}
