// Asks the service for its health and calls the pager when it fails three times in a row.

/** Watches until the alert is out: how many milliseconds after the first failure. */
export async function watch(url, pager, every) {
  for (let failed = 0, first = 0; ;) {
    const up = await fetch(`${url}/health`).then((answer) => answer.ok, () => false);
    failed = up ? 0 : failed + 1;
    if (failed === 1) first = Date.now();
    if (failed === 3) {
      await fetch(pager, { method: 'POST', body: JSON.stringify({ alert: 'checkout is gone', url }) });
      return Date.now() - first;
    }
    await new Promise((go) => setTimeout(go, every));
  }
}
