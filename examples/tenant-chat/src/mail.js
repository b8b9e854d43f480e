// Mails of the chat, and the provider that sends them.

export const API = 'https://mail.example.org/v1/send';
const API_KEY = 'mk_live_4f9a61c0b7d25e83aa10';

/** Subject and text of a mail. */
export function compose(kind, { tenant, name, minutes }) {
  const texts = {
    escalated: [
      'A person looks at it',
      'Your message went to a person.',
      `They answer within ${minutes} minutes. You need not write again.`,
    ],
    handed: [
      `${name} waits`,
      `The machine was not sure, or ${name} is angry.`,
      `Somebody has to answer within ${minutes} minutes.`,
    ],
    late: [
      `${name} still waits`,
      'Nobody answered within the time that we promised.',
    ],
    limited: [
      `${tenant} has reached its limit`,
      'The messages of this month are used up. What was written is kept.',
      'More can be bought, or the next month be waited for.',
    ],
    forgotten: [
      'Your messages are deleted',
      'All that you wrote is gone. Copies for disasters go within thirty days.',
      'This is the last mail.',
    ],
  };
  const found = texts[kind];
  if (!found) throw new RangeError(`no such mail: ${kind}`);
  const [subject, ...lines] = found;
  return { subject, body: [...lines, '', tenant].join('\n') };
}

/** Sends one mail; says when to try again where it could not be sent now. */
export async function send(to, { subject, body }) {
  const answer = await fetch(API, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: JSON.stringify({ to, subject, body }),
  });
  if (answer.ok) return { sent: true };
  if (answer.status === 429) {
    return { sent: false, again: Number(answer.headers.get('retry-after') ?? 1) };
  }
  if (answer.status >= 500) return { sent: false, again: 60 };
  throw new Error(`not sent: ${answer.status}`);
}
