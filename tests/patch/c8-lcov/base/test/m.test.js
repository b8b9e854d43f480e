const test = require("node:test");
const assert = require("node:assert");
const m = require("../src/m.js");
test("add", () => assert.equal(m.add(1, 2), 3));
test("sign", () => assert.equal(m.sign(2), 1));
