// What a route answers until somebody writes it.

export const stub = () => [501, { error: 'not-implemented', message: 'not implemented yet' }];
