"use strict";

function add(a, b) {
  return a + b;
}

function sign(a) {
  if (a < 0) {
    return -1;
  }
  if (a === 0) {
    return 0;
  }
  return 1;
}

function never() {
  return "never";
}

module.exports = { add, sign, never };
