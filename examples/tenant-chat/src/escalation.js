// When a conversation goes from the machine to a person, to whom, and how soon.

const ANGRY = ['refund', 'lawyer', 'complaint', 'unacceptable', 'cancel'];

/** Whether somebody is at work at this hour of a day: 0 is Sunday. */
export const isOpen = (day, hour) => (day === 6 ? hour >= 9 && hour < 13 : day > 0 && hour >= 8 && hour < 18);

/** What becomes of a message: how urgent it is from 0 to 3, who gets it, and minutes until somebody has to answer. */
export function escalate(message, confidence, { day, hour }) {
  const text = message.toLowerCase();
  const angry = ANGRY.filter((word) => text.includes(word)).length;
  let level = confidence < 0.4 ? 1 : 0;
  if (angry > 0) level = angry === 1 ? 2 : 3;
  if (level === 0) return { level, team: 'machine', within: 0 };
  const within = [0, 240, 60, 15][level];
  if (isOpen(day, hour)) return { level, team: level >= 2 ? 'care' : 'desk', within };
  return { level, team: level === 3 ? 'on-call' : 'mailbox', within: within * 4 };
}

/** Those who wait, the most urgent first, and of those the longest waiting. */
export function order(queue) {
  return [...queue].sort((one, other) => other.level - one.level || one.since - other.since);
}
