// Mails: filled in from templates; a mail with a hole in it is never sent.

/** Fills `{name}` in a template. */
export function fill(template, values) {
  const missing = [];
  const text = template.replace(/\{([a-z]+)\}/g, (hole, name) => {
    if (values[name] === undefined) {
      missing.push(name);
      return hole;
    }
    return String(values[name]);
  });
  if (missing.length > 0) throw new RangeError(`not filled in: ${missing.join(', ')}`);
  return text;
}

/** The address without what people add around it, or null. */
export function address(text) {
  const inner = /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text;
  const trimmed = inner.trim().toLowerCase();
  if (!/^[^\s@,]+@[^\s@,]+\.[a-z]{2,}$/.test(trimmed)) {
    return null;
  }
  return trimmed;
}
