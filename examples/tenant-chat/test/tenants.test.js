import test from 'node:test';
import assert from 'node:assert/strict';
import { isName } from '../src/tenants.js';

for (const name of ['acme', 'a1', 'north-wind']) test(`tenants: ${name} is a name`, () => assert.equal(isName(name), true));
for (const name of ['', 'A', '1a', 'a b', "a'--"]) test(`tenants: "${name}" is no name`, () => assert.equal(isName(name), false));
