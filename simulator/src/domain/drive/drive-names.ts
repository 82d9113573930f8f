import type { RandomStream } from '../random-stream.ts';

const FOLDERS = [
  'Documents',
  'Projects',
  'Pictures',
  'Finance & Controlling',
  'Müller und Söhne',
  '100% done',
  '#1 priority',
  'Customers (old)',
  '会議資料',
  'Архив',
  "Anna's folder",
  '2024-03',
  'a.b.c',
  'Team [internal]',
  'Été à Paris',
  'semi;colon, comma',
];

const STEMS = [
  'report',
  'Budget 2025',
  'meeting notes',
  'Angebot Größe Ä',
  'résumé',
  '請求書',
  'Отчёт',
  'contract (signed)',
  'IMG_2041',
  "o'neil",
  'plan+design=done',
  'draft #3',
  'CamelCase',
  'under_score',
  'percent%20encoded',
  'rocket 🚀',
  'long name with many words that goes on for quite a while until it ends',
  '.hidden',
  'tilde~',
  'at@sign',
];

const TEXT_EXTENSIONS = ['txt', 'csv', 'md', 'json'];
const BINARY_EXTENSIONS = ['docx', 'xlsx', 'pdf', 'png', 'jpg', 'zip', 'pptx'];

export function isTextName(name: string): boolean {
  return TEXT_EXTENSIONS.includes(name.slice(name.lastIndexOf('.') + 1));
}

/** A name as people give it: other scripts, signs that need encoding, sometimes no extension. */
export function drawFileName(random: RandomStream): string {
  const stem = random.pick(STEMS);
  if (random.chance(0.03)) return stem;
  return `${stem}.${random.pick(random.chance(0.4) ? TEXT_EXTENSIONS : BINARY_EXTENSIONS)}`;
}

export function drawFolderName(random: RandomStream): string {
  return random.pick(FOLDERS);
}
