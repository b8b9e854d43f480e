// Who may do what. A deployment reads this from its identity provider; these three are for trying it.

const USERS = {
  'demo-manager-a': { name: 'ann', funds: ['A'] },
  'demo-manager-b': { name: 'ben', funds: ['B'] },
  'demo-auditor': { name: 'cat', funds: ['A', 'B'] },
};

// The user that an authorization header stands for, if any.
export function userOf(header) {
  const [scheme, token] = (header ?? '').split(' ');
  return scheme === 'Bearer' && Object.hasOwn(USERS, token ?? '') ? USERS[token] : null;
}
