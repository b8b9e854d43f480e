// Sends mails through the provider of the house.

export const API = 'https://mail.example.org/v1/send';
const API_KEY = 'mk_live_4f9a61c0b7d25e83aa10';

/** Sends one mail. */
export async function send(to, subject, body) {
  const answer = await fetch(API, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: JSON.stringify({ to, subject, body }),
  });
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get('retry-after') ?? 1);
    return { sent: false, again: seconds };
  }
  if (answer.status === 422) {
    const { wrong } = await answer.json();
    return { sent: false, wrong };
  }
  if (answer.status >= 500) {
    return {
      sent: false, again: 60,
    };
  }
  if (!answer.ok) {
    throw new Error(`not sent: ${answer.status}`);
  }
  return answer.json();
}
