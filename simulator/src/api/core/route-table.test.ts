import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.ts';

function tableOf(...patterns: string[]): RouteTable<{ method: string; pattern: string }> {
  const table = new RouteTable<{ method: string; pattern: string }>();
  for (const pattern of patterns) table.add({ method: 'GET', pattern });
  return table;
}

describe('RouteTable', () => {
  const table = tableOf(
    '/users/{user}',
    '/users/delta()',
    '/users/{user}/mailFolders/{folder}/messages',
    '/drives/{drive}/root/delta()',
    '/drives/{drive}/root/{path:}/content',
    '/drives/{drive}/items/{item}/{path:}',
  );

  it.each([
    ['/users/a%40b', '/users/{user}', { user: 'a@b' }],
    ['/USERS/delta', '/users/delta()', {}],
    ['/users/microsoft.graph.delta()', '/users/delta()', {}],
    [
      "/users('a')/mailfolders('in''box')/messages/",
      '/users/{user}/mailFolders/{folder}/messages',
      { user: 'a', folder: "in'box" },
    ],
    [
      '/drives/1/root:/a%20b/c.txt:/content',
      '/drives/{drive}/root/{path:}/content',
      { drive: '1', path: 'a b/c.txt' },
    ],
    [
      '/drives/1/items/2:/c.txt',
      '/drives/{drive}/items/{item}/{path:}',
      { drive: '1', item: '2', path: 'c.txt' },
    ],
  ])('%s is %s', (path, pattern, params) => {
    const { match } = table.find('GET', path);
    expect(match?.route.pattern).toBe(pattern);
    expect(Object.fromEntries(match?.params ?? [])).toEqual(params);
  });

  it('captures the arguments of functions', () => {
    const { match } = table.find('GET', "/drives/1/root/delta(token='a''b')");
    expect(match?.args.get('token')).toBe("a'b");
  });

  it('tells the methods of a path that does not know the asked one', () => {
    expect(table.find('POST', '/users/1')).toEqual({ match: undefined, methods: ['GET'] });
    expect(table.find('GET', '/users/1/2/3').methods).toEqual([]);
  });
});
