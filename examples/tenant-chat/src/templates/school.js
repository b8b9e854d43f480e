// Mails in the tone `school`: what kind of mail, and to whom.

/** Subject and lines of a mail. */
export function mail(kind, { name, tenant, link, quiet = false }) {
  const lines = [];
  let subject;
  if (!quiet) lines.push(`Dear ${name} and parents,`, '');
  switch (kind) {
    case 'welcome':
      subject = `Welcome to ${tenant}`;
      lines.push('We have opened a room for you.');
      lines.push('Your colleagues are there already.');
      lines.push('Say hello, and somebody will answer within a day.');
      break;
    case 'invited':
      subject = `${name} invites you`;
      lines.push(`You were invited to a room of ${tenant}.`);
      lines.push('The invitation is good for seven days.');
      lines.push('Nobody else can use it.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      break;
    case 'answered':
      subject = 'Your question was answered';
      lines.push('Somebody has answered your question.');
      lines.push('Open the room to read it.');
      lines.push('If it does not help, say so there.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      break;
    case 'escalated':
      subject = 'A person looks at it';
      lines.push('Your message went to a person.');
      lines.push('They answer within the time that we promised.');
      lines.push('You need not write again.');
      if (quiet) {
        return null;
      }
      break;
    case 'closed':
      subject = 'Your conversation is closed';
      lines.push('Nobody wrote for thirty days.');
      lines.push('The conversation is closed, and can be opened again.');
      lines.push('Nothing in it is lost.');
      break;
    case 'exported':
      subject = 'Your data are ready';
      lines.push('The archive that you asked for is ready.');
      lines.push('It can be fetched for three days.');
      lines.push('After that it is deleted.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      break;
    case 'deleted':
      subject = 'Your data are deleted';
      lines.push('All that belonged to you is deleted.');
      lines.push('Copies for disasters go within thirty days.');
      lines.push('This is the last mail.');
      break;
    case 'limited':
      subject = `${tenant} has reached its limit`;
      lines.push('The messages of this month are used up.');
      lines.push('More can be bought, or the next month be waited for.');
      lines.push('What was written is kept.');
      if (quiet) {
        return null;
      }
      break;
    case 'invoice':
      subject = 'Your invoice';
      lines.push('The invoice of this month is attached.');
      lines.push('It is paid as agreed.');
      lines.push('Questions go to the desk.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      break;
    case 'moved':
      subject = `${tenant} has a new address`;
      lines.push('Our rooms moved to a new address.');
      lines.push('Old links lead there for a year.');
      lines.push('Your password stays the same.');
      break;
    case 'joined':
      subject = `${name} is here`;
      lines.push('Somebody joined your room.');
      lines.push('They see what is written from now on.');
      lines.push('What was written before stays with you.');
      break;
    case 'reminded':
      subject = 'Somebody waits for you';
      lines.push('There is a question for you.');
      lines.push('It is three days old.');
      lines.push('One line is enough.');
      break;
    case 'upgraded':
      subject = `${tenant} can do more now`;
      lines.push('Your house has more rooms now.');
      lines.push('They can be used at once.');
      lines.push('Nothing else changes.');
      break;
    case 'outage':
      subject = 'We were not there';
      lines.push('For some minutes nobody could write.');
      lines.push('Nothing was lost.');
      lines.push('We say what happened on our page.');
      if (quiet) {
        return null;
      }
      break;
    default:
      throw new RangeError(`no such mail: ${kind}`);
  }
  if (!quiet) lines.push('', `Your school, ${tenant}`);
  return { subject, lines };
}
