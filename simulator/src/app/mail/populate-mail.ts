import type { Directory, User } from '../../domain/directory.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { MAILBOX_LANGUAGES } from '../../domain/mailbox/standard-folders.ts';
import { type RandomStream, randomStream } from '../../domain/random-stream.ts';
import { type MailPlan, seededMail } from '../../domain/seed/seeded-mail.ts';
import { FOLDER_NAMES } from '../../domain/seed/vocabulary.ts';
import type { Mailboxes } from './mailboxes.ts';

/** How many folders and mails each mailbox gets. */
export interface MailPopulation {
  readonly plan: MailPlan;
  /** Folders that the user made, beside the standard ones. */
  readonly folders: number;
  readonly mailsPerUser: number;
}

/** Fills every mailbox from the seed: nested folders, most mails in the inbox and its like. */
export function populateMail(
  directory: Directory,
  mailboxes: Mailboxes,
  population: MailPopulation,
): void {
  for (const [number, user] of [...directory.all()].entries()) {
    if (!user.hasMailbox) continue;
    const mailbox = mailboxes.add(user, languageOf(user));
    fillMailbox(mailbox, number, population);
  }
}

function languageOf(user: User): string {
  const language = user.preferredLanguage?.slice(0, 2) ?? 'en';
  return MAILBOX_LANGUAGES.includes(language) ? language : 'en';
}

function fillMailbox(mailbox: Mailbox, number: number, population: MailPopulation): void {
  const random = randomStream(`${population.plan.seed}/mailbox/${number}`);
  const targets = makeFolders(mailbox, random, population.folders);
  for (let index = 0; index < population.mailsPerUser; index++) {
    const mail = seededMail(population.plan, number, index);
    const place = Math.floor(targets.length * random.next() ** 2);
    mailbox.createItem({
      folderKey: targets[place] ?? mailbox.folders.rootKey,
      props: mail.props,
      content: { kind: 'seeded', user: number, index },
      sizeBytes: mail.sizeBytes,
      createdMs: mail.props.receivedMs,
    });
  }
}

/** Standard folders that hold mail first, then folders of the user's own, some deep. */
function makeFolders(mailbox: Mailbox, random: RandomStream, count: number): readonly number[] {
  const standard = ['inbox', 'sentitems', 'archive', 'deleteditems', 'drafts'].flatMap(
    (name) => mailbox.folders.byWellKnownName(name)?.key ?? [],
  );
  const [inbox = mailbox.folders.rootKey] = standard;
  const own: number[] = [];
  for (let i = 0; i < count; i++) {
    const parentKey = random.pick([mailbox.folders.rootKey, inbox, ...own.slice(-4)]);
    const wanted = FOLDER_NAMES[random.below(FOLDER_NAMES.length)] ?? 'Folder';
    const isTaken = mailbox.folders.childNamed(parentKey, wanted) !== undefined;
    const displayName = isTaken ? `${wanted} ${i}` : wanted;
    own.push(mailbox.folders.create({ parentKey, displayName }).key);
  }
  return [inbox, ...own, ...standard.slice(1)];
}
