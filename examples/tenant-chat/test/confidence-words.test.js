import test from 'node:test';
import assert from 'node:assert/strict';
import { hedging, words } from '../src/confidence.js';

test('words: small letters', () => assert.deepEqual(words('It IS so'), ['it', 'is', 'so']));
test('words: none', () => assert.deepEqual(words('42 ?!'), []));
test('words: one keeps its apostrophe', () => assert.deepEqual(words("don't"), ["don't"]));
test('hedging: none', () => assert.equal(hedging('it is so'), 0));
test('hedging: half', () => assert.equal(hedging('maybe so'), 0.5));
test('hedging: silence is all hedge', () => assert.equal(hedging(''), 1));
