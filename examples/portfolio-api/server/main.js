// Starts the service on PORT, and ends it when asked to.

import { createApp } from './app.js';

const server = createApp();
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
process.on('SIGTERM', () => server.close());
