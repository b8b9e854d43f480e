import test from 'node:test';
import assert from 'node:assert/strict';
import { credentials } from '../tools/credentials.js';

const secret = 'f0'.repeat(10);
for (const prefix of ['mk', 'sk', 'pk']) {
  test(`secrets: a key that begins with ${prefix}`, () => assert.equal(credentials(`const key = '${prefix}_live_${secret}';`)[0].id, 'provider-key'));
}
test('secrets: a private key', () => assert.equal(credentials(`-----BEGIN ${'PRIVATE'} KEY-----`)[0].id, 'private-key'));
test('secrets: a password in an address', () => assert.equal(credentials(['https://chat', `${secret}@db/`].join(':'))[0].id, 'password-in-address'));
test('secrets: where it is', () => assert.deepEqual(credentials(`\n a sk_live_${secret}`).map(({ line, column }) => [line, column]), [[2, 4]]));
test('secrets: a key of a sandbox is none', () => assert.deepEqual(credentials(`mk_test_${secret}`), []));
test('secrets: an address without a password', () => assert.deepEqual(credentials('https://chat@db/'), []));
