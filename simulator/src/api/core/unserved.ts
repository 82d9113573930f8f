import { GraphError } from './graph-error.ts';
import { parsePath } from './path-segments.ts';

/** What Microsoft documents for v1.0, a client for backups may ask for, and nobody here serves. */
const UNSERVED = new Set([
  '$metadata',
  'applications',
  'calendar',
  'calendargroups',
  'calendars',
  'calendarview',
  'chats',
  'checkin',
  'checkout',
  'contactfolders',
  'contacts',
  'copy',
  'createlink',
  'createreply',
  'createuploadsession',
  'directoryobjects',
  'domains',
  'events',
  'extensions',
  'following',
  'forward',
  'groups',
  'inferenceclassification',
  'invite',
  'list',
  'mailboxsettings',
  'manager',
  'me',
  'memberof',
  'messagerules',
  'onenote',
  'organization',
  'outlook',
  'people',
  'permissions',
  'photo',
  'photos',
  'planner',
  'recent',
  'reports',
  'restore',
  'restoreversion',
  'search',
  'serviceprincipals',
  'sharedwithme',
  'shares',
  'sites',
  'solutions',
  'special',
  'subscriptions',
  'subscribedskus',
  'teams',
  'thumbnails',
  'todo',
  'transitivememberof',
  'translateexchangeids',
]);

/** 501 for a resource that Graph has and the tenant lacks: neither empty, nor gone, nor misspelt. */
export function refuseUnserved(path: string): void {
  const found = parsePath(path).find(
    ({ kind, text }) => (kind === 'name' || kind === 'function') && UNSERVED.has(plain(text)),
  );
  if (found) throw notServed(found.text);
}

export function notServed(name: string): GraphError {
  return new GraphError({
    status: 501,
    code: 'notImplemented',
    message: `'${name}' is a part of Microsoft Graph that this tenant does not serve.`,
  });
}

function plain(text: string): string {
  return text.toLowerCase().replace(/^microsoft\.graph\./, '');
}
