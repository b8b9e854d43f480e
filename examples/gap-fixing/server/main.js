// Starts the service, and ends it when asked to.

import { createApp } from './app.js';
import { config } from './config.js';
import { Database } from './database.js';
import { Parcels } from './parcels.js';

const { port, dataFile } = config();
const database = Database.open(dataFile);
const server = createApp({ database, parcels: new Parcels(database) });
server.listen(port, '127.0.0.1');
process.on('SIGTERM', () => server.close());
