"use strict";

function add(a, b) {
  return a + b;
}

function sign(a) {
  if (a < 0) {
    return -1;
  }
  return 1;
}

module.exports = { add, sign };
