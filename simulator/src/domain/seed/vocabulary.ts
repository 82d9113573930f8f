/** Names and words out of which a tenant is made. */
export const GIVEN_NAMES: readonly string[] = [
  'Adele',
  'Alex',
  'Amira',
  'Björn',
  'Chidi',
  'Diego',
  'Élodie',
  'Fatima',
  'Grady',
  'Hana',
  'Isaiah',
  'Jørgen',
  'Kenji',
  'Lidia',
  'Megan',
  'Nestor',
  'Oluwa',
  'Pradeep',
  'Qing',
  'Renée',
  'Søren',
  'Tomáš',
  'Ulla',
  'Vera',
  'Wiebke',
  'Xavier',
  'Yuki',
  'Zoë',
];

export const SURNAMES: readonly string[] = [
  'Vance',
  'Wilber',
  'Haddad',
  'Ångström',
  'Okafor',
  'Siciliani',
  'Lefèvre',
  'Archie',
  'Novák',
  'Holloway',
  'Langer',
  'Nakamura',
  'Bowen',
  'Wilke',
  'Adeyemi',
  'Gupta',
  'Sørensen',
  'García',
  'Müller',
  'Tanaka',
  'Dvořák',
  'Rossi',
  'Kowalski',
  'Ivanova',
];

export const DEPARTMENTS: readonly string[] = [
  'Finance',
  'Engineering',
  'Sales',
  'Operations',
  'Legal',
  'Research',
  'Support',
];

export const JOB_TITLES: readonly string[] = [
  'Manager',
  'Engineer',
  'Analyst',
  'Director',
  'Assistant',
  'Consultant',
];

export const FOLDER_NAMES: readonly string[] = [
  'Projects',
  'Customers',
  'Invoices',
  'Travel',
  'Übergabe',
  'Newsletter',
  '2025',
  '2026',
  'Q1',
  'Q2',
  'Contracts',
  'Team',
  'Reviews',
  'Entwürfe alt',
  'R&D',
  'Tickets',
  'Release 4.2',
  'Köln',
  '契約',
  'Приёмка',
  'Old/Archive',
  "Anna's list",
  '100 % done',
];

export const SUBJECTS: readonly string[] = [
  'Quarterly report',
  'Meeting notes',
  'Invoice',
  'Your order',
  'Offsite in Zürich',
  'Change request',
  'Re: numbers for March',
  'AW: Vertrag',
  'Contract draft',
  'Weekly digest',
  'Incident review',
  'Lunch?',
  '契約書の件',
  'Отчёт за квартал',
  'Holiday hours update',
  'Build failed',
  'Fw: minutes',
  'Congratulations 🎉',
];

export const WORDS: readonly string[] = (
  'the quarter report numbers please review before friday customer asked about delivery invoice ' +
  'attached budget team meeting moved room project milestone risk owner decision open question ' +
  'contract draft signed thanks regards update server release rollback test plan schedule change ' +
  'Lieferung Rechnung Termin größer Straße café naïve résumé données próximo año'
).split(' ');

export const ATTACHMENT_NAMES: readonly string[] = [
  'report.pdf',
  'Budget 2026.xlsx',
  'notes.txt',
  'Präsentation.pptx',
  'scan_0042.jpg',
  'data.csv',
];
