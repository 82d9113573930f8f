import { expect, it } from 'vitest';
import { renderTable } from './table.ts';

it('aligns text to the left, numbers to the right, and leaves gaps empty', () => {
  const rows = [
    { name: 'a', items: 5, note: undefined },
    { name: 'longer', items: 1200, note: 'x' },
  ];
  const text = renderTable(rows, [
    { heading: 'NAME', value: ({ name }) => name },
    { heading: 'ITEMS', value: ({ items }) => items },
    { heading: 'NOTE', value: ({ note }) => note },
  ]);
  expect(text.split('\n')).toEqual(['NAME    ITEMS  NOTE', 'a           5', 'longer   1200  x']);
});

it('keeps columns apart whatever names hold, and obeys none of it', () => {
  const rows = [
    { name: '請求書.zip' },
    { name: 'Ete\u0301' },
    { name: '\x1b[2Jgone\r\n\u202egpj' },
  ];
  const text = renderTable(rows, [
    { heading: 'NAME', value: ({ name }) => name },
    { heading: 'ID', value: () => 'x' },
  ]);
  expect(text.split('\n')).toEqual([
    'NAME            ID',
    '請求書.zip      x',
    'Ete\u0301             x',
    '�[2Jgone���gpj  x',
  ]);
});
