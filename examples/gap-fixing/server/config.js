// What the service reads from its environment.

export function config(env = process.env) {
  return {
    port: Number(env.PORT),
    dataFile: env.DATA_FILE,
    carrier: process.env.CARRIER_URL,
    cacheSize: Number(process.env.CACHE_SIZE),
    logLevel: process.env.LOG_LEVEL,
  };
}
