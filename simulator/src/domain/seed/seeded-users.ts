import type { User } from '../directory.ts';
import type { RandomStream } from '../random-stream.ts';
import { DEPARTMENTS, GIVEN_NAMES, JOB_TITLES, SURNAMES } from './vocabulary.ts';

/** Which users a seed makes. */
export interface UserPlan {
  readonly users: number;
  readonly domain: string;
  readonly createdMs: number;
  /** Adds a guest, a disabled account, one without mailbox and one without OneDrive. */
  readonly withOddUsers: boolean;
}

/** The users of a tenant, the same for the same stream. */
export function seededUsers(random: RandomStream, plan: UserPlan): readonly User[] {
  const users = Array.from({ length: plan.users }, (_unused, i) => seededUser(random, plan, i));
  return plan.withOddUsers ? [...users, ...oddUsers(random, plan)] : users;
}

function seededUser(random: RandomStream, plan: UserPlan, index: number): User {
  const givenName = GIVEN_NAMES[index % GIVEN_NAMES.length] ?? 'Adele';
  const surname = SURNAMES[(index * 7) % SURNAMES.length] ?? 'Vance';
  return makeUser(random, plan, {
    givenName,
    surname,
    nickname: `${plainLetters(givenName)}.${plainLetters(surname)}${index < 24 ? '' : index}`,
  });
}

/** A user for a mailbox that has a name of its own, such as a folder's. */
export function namedUser(random: RandomStream, plan: UserPlan, name: string): User {
  const nickname = plainLetters(name) === '' ? `user${random.below(1_000_000)}` : nicknameOf(name);
  return makeUser(random, plan, { givenName: name, surname: '', nickname });
}

function nicknameOf(name: string): string {
  const [local = name] = name.split('@');
  return local.replaceAll(/[^\w.-]/g, '_').toLowerCase();
}

function oddUsers(random: RandomStream, plan: UserPlan): readonly User[] {
  const named = (givenName: string): User =>
    makeUser(random, plan, { givenName, surname: 'Account', nickname: givenName.toLowerCase() });
  return [
    { ...named('Guest'), userType: 'Guest', hasMailbox: false, hasDrive: false, mail: null },
    { ...named('Former'), accountEnabled: false },
    { ...named('Service'), hasMailbox: false, mail: null },
    { ...named('Kiosk'), hasDrive: false },
  ];
}

function makeUser(
  random: RandomStream,
  plan: UserPlan,
  names: { givenName: string; surname: string; nickname: string },
): User {
  const userPrincipalName = `${names.nickname}@${plan.domain}`;
  return {
    id: drawGuid(random),
    userPrincipalName,
    displayName: `${names.givenName} ${names.surname}`.trim(),
    givenName: names.givenName,
    surname: names.surname === '' ? null : names.surname,
    mail: userPrincipalName,
    mailNickname: names.nickname,
    jobTitle: random.pick(JOB_TITLES),
    department: random.pick(DEPARTMENTS),
    officeLocation: `${1 + random.below(20)}/${1000 + random.below(2000)}`,
    mobilePhone: null,
    preferredLanguage: random.pick(['en-US', 'de-DE', 'fr-FR']),
    accountEnabled: true,
    userType: 'Member',
    createdMs: plan.createdMs,
    hasMailbox: true,
    hasDrive: true,
  };
}

function plainLetters(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll('ø', 'o')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();
}

/** A version 4 GUID out of the stream. */
export function drawGuid(random: RandomStream): string {
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16));
  hex[12] = '4';
  hex[16] = (8 + random.below(4)).toString(16);
  const text = hex.join('');
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join('-');
}
