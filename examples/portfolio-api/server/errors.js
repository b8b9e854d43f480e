// What the service refuses, with the code that clients see and the status that HTTP gives it.

const STATUS = {
  'bad-request': 400,
  'no-token': 401,
  'other-fund': 403,
  'not-found': 404,
  'wrong-method': 405,
  'already-there': 409,
  'too-large': 413,
  'unknown-fund': 422,
  'not-open': 422,
  sealed: 409,
};

export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
    this.status = STATUS[code] ?? 500;
  }
}
