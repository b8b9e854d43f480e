// Mails in the tone `legal`: what kind of mail, and to whom.

/** Subject and lines of a mail. */
export function mail(kind, { name, tenant, link, quiet = false }) {
  const lines = [];
  let subject;
  if (!quiet) lines.push(`To ${name}`, '');
  switch (kind) {
    case 'welcome':
      subject = `Welcome to ${tenant}`;
      lines.push('We have opened a room for you, as agreed.');
      lines.push('Your colleagues are there already, as agreed.');
      lines.push('Say hello, and somebody will answer within a day, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/welcome`);
      break;
    case 'invited':
      subject = `${name} invites you`;
      lines.push(`You were invited to a room of ${tenant}, as agreed.`);
      lines.push('The invitation is good for seven days, as agreed.');
      lines.push('Nobody else can use it, as agreed.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      lines.push('');
      lines.push(`Reference: ${tenant}/invited`);
      break;
    case 'answered':
      subject = 'Your question was answered';
      lines.push('Somebody has answered your question, as agreed.');
      lines.push('Open the room to read it, as agreed.');
      lines.push('If it does not help, say so there, as agreed.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      lines.push('');
      lines.push(`Reference: ${tenant}/answered`);
      break;
    case 'escalated':
      subject = 'A person looks at it';
      lines.push('Your message went to a person, as agreed.');
      lines.push('They answer within the time that we promised, as agreed.');
      lines.push('You need not write again, as agreed.');
      if (quiet) {
        return null;
      }
      lines.push('');
      lines.push(`Reference: ${tenant}/escalated`);
      break;
    case 'closed':
      subject = 'Your conversation is closed';
      lines.push('Nobody wrote for thirty days, as agreed.');
      lines.push('The conversation is closed, and can be opened again, as agreed.');
      lines.push('Nothing in it is lost, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/closed`);
      break;
    case 'exported':
      subject = 'Your data are ready';
      lines.push('The archive that you asked for is ready, as agreed.');
      lines.push('It can be fetched for three days, as agreed.');
      lines.push('After that it is deleted, as agreed.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      lines.push('');
      lines.push(`Reference: ${tenant}/exported`);
      break;
    case 'deleted':
      subject = 'Your data are deleted';
      lines.push('All that belonged to you is deleted, as agreed.');
      lines.push('Copies for disasters go within thirty days, as agreed.');
      lines.push('This is the last mail, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/deleted`);
      break;
    case 'limited':
      subject = `${tenant} has reached its limit`;
      lines.push('The messages of this month are used up, as agreed.');
      lines.push('More can be bought, or the next month be waited for, as agreed.');
      lines.push('What was written is kept, as agreed.');
      if (quiet) {
        return null;
      }
      lines.push('');
      lines.push(`Reference: ${tenant}/limited`);
      break;
    case 'invoice':
      subject = 'Your invoice';
      lines.push('The invoice of this month is attached, as agreed.');
      lines.push('It is paid as agreed, as agreed.');
      lines.push('Questions go to the desk, as agreed.');
      if (!link) {
        throw new RangeError('a mail about this needs a link');
      }
      lines.push(link);
      lines.push('');
      lines.push(`Reference: ${tenant}/invoice`);
      break;
    case 'moved':
      subject = `${tenant} has a new address`;
      lines.push('Our rooms moved to a new address, as agreed.');
      lines.push('Old links lead there for a year, as agreed.');
      lines.push('Your password stays the same, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/moved`);
      break;
    case 'joined':
      subject = `${name} is here`;
      lines.push('Somebody joined your room, as agreed.');
      lines.push('They see what is written from now on, as agreed.');
      lines.push('What was written before stays with you, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/joined`);
      break;
    case 'reminded':
      subject = 'Somebody waits for you';
      lines.push('There is a question for you, as agreed.');
      lines.push('It is three days old, as agreed.');
      lines.push('One line is enough, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/reminded`);
      break;
    case 'upgraded':
      subject = `${tenant} can do more now`;
      lines.push('Your house has more rooms now, as agreed.');
      lines.push('They can be used at once, as agreed.');
      lines.push('Nothing else changes, as agreed.');
      lines.push('');
      lines.push(`Reference: ${tenant}/upgraded`);
      break;
    case 'outage':
      subject = 'We were not there';
      lines.push('For some minutes nobody could write, as agreed.');
      lines.push('Nothing was lost, as agreed.');
      lines.push('We say what happened on our page, as agreed.');
      if (quiet) {
        return null;
      }
      lines.push('');
      lines.push(`Reference: ${tenant}/outage`);
      break;
    default:
      throw new RangeError(`no such mail: ${kind}`);
  }
  if (!quiet) lines.push('', `For ${tenant}`);
  return { subject, lines };
}
