import { describe, expect, it } from 'vitest';
import { readXml, XmlFields } from './xml-reader.ts';
import { writeXml } from './xml-writer.ts';

describe('documents', () => {
  it('are read as they were written', () => {
    const text = ' <&>"\' ä \u0001 ';
    const root = readXml(writeXml('Root', { One: text, Many: [{ A: 1 }, { A: true }] }), 'Root');
    const fields = new XmlFields(root, ['One', 'Many']);
    expect(fields.one('One')?.text).toBe(text);
    expect(fields.all('Many').map((one) => one.children[0]?.text)).toEqual(['1', 'true']);
  });

  it('may have a declaration, comments, attributes and empty elements', () => {
    const source =
      '<?xml version="1.0"?>\n<!-- c --><R xmlns="x" a=\'y\'><A/><B >&#228;&#xe4;</B></R>\n';
    expect(readXml(source, 'R').children).toEqual([
      { name: 'A', text: '', children: [] },
      { name: 'B', text: 'ää', children: [] },
    ]);
  });

  it.each([
    '',
    '<A/>',
    '<R>',
    '<R></A>',
    '<R/><R/>',
    '<R/>x',
    '<R>&amp</R>',
    '<R>&unknown;</R>',
    '<!DOCTYPE R><R/>',
    '<R a=b/>',
    '<R',
  ])('that are not well-formed are refused: %s', (source) => {
    expect(() => readXml(source, 'R')).toThrow('not well-formed');
  });

  it('with unknown or repeated elements are refused', () => {
    expect(() => new XmlFields(readXml('<R><A/></R>', 'R'), ['B'])).toThrow('schema');
    const twice = new XmlFields(readXml('<R><A/><A/></R>', 'R'), ['A']);
    expect(() => twice.one('A')).toThrow('schema');
  });
});
