// When a conversation goes from the machine to a person, to whom, and how soon.

const ANGRY = ['refund', 'lawyer', 'complaint', 'unacceptable', 'cancel'];

/** How urgent a message is, from 0 to 3. */
export function urgency(message, confidence) {
  const text = message.toLowerCase();
  const angry = ANGRY.filter((word) => text.includes(word)).length;
  if (angry >= 2) return 3;
  if (angry === 1) return 2;
  return confidence < 0.4 ? 1 : 0;
}

/** Whether somebody is at work at this hour of a day: 0 is Sunday. */
export function isOpen(day, hour) {
  if (day === 0) return false;
  if (day === 6) return hour >= 9 && hour < 13;
  return hour >= 8 && hour < 18;
}

/** Who gets it. */
export function team(level, open) {
  if (level === 0) return 'machine';
  if (!open) return level === 3 ? 'on-call' : 'mailbox';
  return level >= 2 ? 'care' : 'desk';
}

/** Minutes until somebody has to answer. */
export function within(level, open) {
  if (level === 0) return 0;
  const minutes = [0, 240, 60, 15][level];
  return open ? minutes : minutes * 4;
}

/** Those who wait, the most urgent first, and of those the longest waiting. */
export function order(queue) {
  return [...queue].sort((one, other) => {
    if (one.level !== other.level) return other.level - one.level;
    return one.since - other.since;
  });
}

/** What becomes of a message. */
export function escalate(message, confidence, { day, hour }) {
  const level = urgency(message, confidence);
  const open = isOpen(day, hour);
  return { level, team: team(level, open), within: within(level, open) };
}
