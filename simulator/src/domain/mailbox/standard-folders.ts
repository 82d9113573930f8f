import type { MailFolder } from './mail-folder.ts';
import type { Mailbox } from './mailbox.ts';

/** Display names of the standard folders by language: a client must not rely on English. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  en: {
    inbox: 'Inbox',
    drafts: 'Drafts',
    sentitems: 'Sent Items',
    deleteditems: 'Deleted Items',
    junkemail: 'Junk Email',
    outbox: 'Outbox',
    archive: 'Archive',
    conversationhistory: 'Conversation History',
  },
  de: {
    inbox: 'Posteingang',
    drafts: 'Entwürfe',
    sentitems: 'Gesendete Elemente',
    deleteditems: 'Gelöschte Elemente',
    junkemail: 'Junk-E-Mail',
    outbox: 'Postausgang',
    archive: 'Archiv',
    conversationhistory: 'Aufgezeichnete Unterhaltungen',
  },
  fr: {
    inbox: 'Boîte de réception',
    drafts: 'Brouillons',
    sentitems: 'Éléments envoyés',
    deleteditems: 'Éléments supprimés',
    junkemail: 'Courrier indésirable',
    outbox: "Boîte d'envoi",
    archive: 'Archive',
    conversationhistory: 'Historique des conversations',
  },
};

/** The languages that mailboxes may speak. */
export const MAILBOX_LANGUAGES: readonly string[] = Object.keys(NAMES);

const OTHERS: readonly (readonly [name: string, folderClass: string])[] = [
  ['Calendar', 'IPF.Appointment'],
  ['Contacts', 'IPF.Contact'],
  ['Tasks', 'IPF.Task'],
  ['Notes', 'IPF.StickyNote'],
];

/** Gives a new mailbox the folders that every mailbox has; answers the root. */
export function addStandardFolders(mailbox: Mailbox, language: string): MailFolder {
  const { folders } = mailbox;
  const parentKey = folders.rootKey;
  for (const [wellKnownName, displayName] of Object.entries(NAMES[language] ?? NAMES['en'] ?? {})) {
    folders.create({ parentKey, displayName, wellKnownName });
  }
  for (const [displayName, folderClass] of OTHERS) {
    folders.create({ parentKey, displayName, folderClass });
  }
  folders.create({ parentKey, displayName: 'Clutter', wellKnownName: 'clutter', isHidden: true });
  const sync = folders.create({
    parentKey,
    displayName: 'Sync Issues',
    wellKnownName: 'syncissues',
    isHidden: true,
  });
  folders.create({
    parentKey: sync.key,
    displayName: 'Conflicts',
    wellKnownName: 'conflicts',
    isHidden: true,
  });
  const inbox = folders.byWellKnownName('inbox');
  if (inbox) {
    folders.create({ parentKey: inbox.key, displayName: 'Unread by me', isSearch: true });
  }
  const root = folders.get(folders.rootKey);
  if (!root) throw new Error('the root of a mailbox cannot go');
  return root;
}
