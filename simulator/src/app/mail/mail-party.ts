import type { ContentParty, MutationPlan, MutationReport } from '../../domain/content-party.ts';
import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import { type MailPlan, seededMail } from '../../domain/seed/seeded-mail.ts';
import type { Mailboxes } from './mailboxes.ts';

const FIRST_NEW_INDEX = 1_000_000;

/** The mailboxes as an administrator changes and loses them. */
export class MailParty implements ContentParty {
  readonly kind = 'mail';
  readonly #mailboxes: Mailboxes;
  readonly #plan: MailPlan;
  #nextIndex = FIRST_NEW_INDEX;

  constructor(mailboxes: Mailboxes, plan: MailPlan) {
    this.#mailboxes = mailboxes;
    this.#plan = plan;
  }

  async mutate(random: RandomStream, plan: MutationPlan): Promise<readonly MutationReport[]> {
    return this.#mailboxes
      .all()
      .map((mailbox, i) => this.#mutateOne(mailbox, random.fork(i), plan));
  }

  async lose(): Promise<void> {
    for (const mailbox of this.#mailboxes.all()) {
      const { folders } = mailbox;
      for (const folder of [...folders.live()]) {
        for (const item of [...mailbox.content(folder.key).live.values()]) mailbox.deleteItem(item);
      }
      for (const folder of [...folders.live()].filter(isOwn)) {
        if (folders.get(folder.key)) folders.remove(folder);
      }
    }
  }

  totals(): { items: number; bytes: number } {
    const totals = this.#mailboxes.all().map((mailbox) => mailbox.totals());
    return {
      items: totals.reduce((sum, { items }) => sum + items, 0),
      bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  #mutateOne(mailbox: Mailbox, random: RandomStream, plan: MutationPlan): MutationReport {
    const folders = mutateFolders(mailbox, random.fork('folders'), plan.folders);
    const items = shuffled(itemsOf(mailbox), random);
    const share = (part: number): number => Math.ceil(items.length * part);
    const deleted = items.splice(0, share(plan.deletedShare));
    const moved = items.splice(0, share(plan.movedShare));
    const changed = items.splice(0, share(plan.changedShare));
    const created = share(plan.newShare) + (items.length === 0 ? 1 : 0);
    for (const item of deleted) mailbox.deleteItem(item);
    for (const item of moved) moveElsewhere(mailbox, item, random);
    for (const item of changed) changeProps(mailbox, item, random);
    for (let i = 0; i < created; i++) this.#receive(mailbox, random);
    return {
      kind: 'mail',
      user: mailbox.parts.userPrincipalName,
      created,
      changed: changed.length,
      moved: moved.length,
      deleted: deleted.length,
      ...folders,
    };
  }

  #receive(mailbox: Mailbox, random: RandomStream): void {
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    const mail = seededMail(this.#plan, 0, index);
    mailbox.createItem({
      folderKey: random.pick(ownFolders(mailbox)).key,
      props: mail.props,
      content: { kind: 'seeded', user: 0, index },
      sizeBytes: mail.sizeBytes,
    });
  }
}

function isOwn(folder: MailFolder): boolean {
  return folder.parentKey !== null && folder.wellKnownName === null && isMail(folder);
}

function isMail(folder: MailFolder): boolean {
  return folder.folderClass === 'IPF.Note' && !folder.isSearch && !folder.isHidden;
}

function ownFolders(mailbox: Mailbox): readonly MailFolder[] {
  const inbox = mailbox.folders.byWellKnownName('inbox');
  return [...(inbox ? [inbox] : []), ...[...mailbox.folders.live()].filter(isOwn)];
}

function itemsOf(mailbox: Mailbox): MailItem[] {
  const folders = [...mailbox.folders.live()].sort((a, b) => a.key - b.key);
  return folders
    .flatMap(({ key }) => [...mailbox.content(key).live.values()])
    .sort((a, b) => a.key - b.key);
}

function shuffled<T>(values: T[], random: RandomStream): T[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [values[i], values[j]] = [values[j] as T, values[i] as T];
  }
  return values;
}

function moveElsewhere(mailbox: Mailbox, item: MailItem, random: RandomStream): void {
  const targets = ownFolders(mailbox).filter(({ key }) => key !== item.folderKey);
  if (targets.length > 0) mailbox.moveItem(item, random.pick(targets).key);
}

function changeProps(mailbox: Mailbox, item: MailItem, random: RandomStream): void {
  const categories = [...item.props.categories, `Mark ${random.below(1000)}`];
  mailbox.changeItem(item, { props: { ...item.props, isRead: !item.props.isRead, categories } });
}

function mutateFolders(
  mailbox: Mailbox,
  random: RandomStream,
  count: number,
): Pick<MutationReport, 'foldersCreated' | 'foldersRenamed' | 'foldersMoved' | 'foldersDeleted'> {
  const { folders } = mailbox;
  const done = { foldersCreated: 0, foldersRenamed: 0, foldersMoved: 0, foldersDeleted: 0 };
  const own = (): MailFolder[] =>
    shuffled(
      [...folders.live()].filter(isOwn).sort((a, b) => a.key - b.key),
      random,
    );
  for (let i = 0; i < count; i++) {
    const [renamed, moved, deleted] = own();
    if (deleted) {
      folders.remove(deleted);
      done.foldersDeleted += 1;
    }
    if (renamed && folders.get(renamed.key)) {
      folders.rename(renamed, `${renamed.displayName} (renamed ${random.below(1_000_000)})`);
      done.foldersRenamed += 1;
    }
    if (
      moved &&
      folders.get(moved.key) &&
      !folders.childNamed(folders.rootKey, moved.displayName)
    ) {
      folders.move(folders.get(moved.key) ?? moved, folders.rootKey);
      done.foldersMoved += 1;
    }
    const fresh = `New folder ${random.below(1_000_000)}`;
    folders.create({ parentKey: folders.rootKey, displayName: fresh });
    done.foldersCreated += 1;
  }
  return done;
}
