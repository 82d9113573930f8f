import { Ec2Error } from './ec2-error.ts';

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** What a resource answers to a filter's name; undefined: the name is not known. */
export type FilterField = (name: string) => readonly string[] | undefined;

/** All filters must match, each by one of its values; `*` and `?` are wildcards. */
export function matchesAll(filters: readonly Filter[], field: FilterField): boolean {
  return filters.every(({ name, values }) => {
    const found = field(name);
    if (found === undefined) {
      throw new Ec2Error('InvalidParameterValue', `The filter '${name}' is invalid`);
    }
    return values.some((value) => found.some((each) => glob(value).test(each)));
  });
}

/** `tag:Key` and `tag-key`, which all resources know. */
export function tagField(
  tags: Readonly<Record<string, string>>,
  name: string,
): readonly string[] | undefined {
  if (name === 'tag-key') return Object.keys(tags);
  if (!name.startsWith('tag:')) return undefined;
  const value = tags[name.slice('tag:'.length)];
  return value === undefined ? [] : [value];
}

function glob(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
