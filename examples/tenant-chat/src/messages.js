// Messages, as they are shown.

/** A message without what only the tenant's own people may see. */
export function shown(message, role) {
  const { internal, ...rest } = message;
  return role === 'staff' ? message : rest;
}

/** The first line, cut to so many characters. */
export function preview(text, most = 40) {
  const line = text.split('\n', 1)[0];
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
