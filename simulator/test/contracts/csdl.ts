/** The entity and complex types of a CSDL document, as far as a checker of answers needs them. */
export type CsdlType = {
  readonly name: string;
  readonly baseType: string | undefined;
  readonly isOpen: boolean;
  readonly properties: ReadonlyMap<string, CsdlProperty>;
};

export type CsdlProperty = {
  /** `Edm.String`, `graph.driveItem`; of a collection, the type of its members. */
  readonly type: string;
  readonly isCollection: boolean;
  readonly isNullable: boolean;
};

export type Csdl = {
  readonly types: ReadonlyMap<string, CsdlType>;
  readonly enums: ReadonlyMap<string, ReadonlySet<string>>;
};

/** Reads the parts of the XML that matter; CSDL has no text content, so tags are enough. */
export function parseCsdl(xml: string): Csdl {
  const types = new Map<string, CsdlType>();
  const enums = new Map<string, ReadonlySet<string>>();
  const pattern = /<(EntityType|ComplexType|EnumType)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/g;
  for (const [, kind, head = '', body = ''] of xml.matchAll(pattern)) {
    const name = attribute(head, 'Name') ?? '';
    if (kind === 'EnumType') {
      const members = [...body.matchAll(/<Member\b([^>]*)>/g)];
      enums.set(name, new Set(members.map(([, member = '']) => attribute(member, 'Name') ?? '')));
    } else {
      types.set(name, {
        name,
        baseType: bare(attribute(head, 'BaseType')),
        isOpen: attribute(head, 'OpenType') === 'true',
        properties: propertiesOf(body),
      });
    }
  }
  return { types, enums };
}

/** The property of a type or of one of its bases. */
export function findProperty(csdl: Csdl, typeName: string, name: string): CsdlProperty | undefined {
  const type = csdl.types.get(typeName);
  if (!type) return undefined;
  return (
    type.properties.get(name) ??
    (type.baseType === undefined ? undefined : findProperty(csdl, type.baseType, name))
  );
}

export function isOpenType(csdl: Csdl, typeName: string): boolean {
  const type = csdl.types.get(typeName);
  if (!type) return false;
  return type.isOpen || (type.baseType !== undefined && isOpenType(csdl, type.baseType));
}

function propertiesOf(body: string): ReadonlyMap<string, CsdlProperty> {
  const properties = new Map<string, CsdlProperty>();
  for (const [, head = ''] of body.matchAll(/<(?:Navigation)?Property\b([^>]*)>/g)) {
    const written = attribute(head, 'Type') ?? '';
    const member = /^Collection\((.+)\)$/.exec(written)?.[1];
    properties.set(attribute(head, 'Name') ?? '', {
      type: bare(member ?? written) ?? '',
      isCollection: member !== undefined,
      isNullable: attribute(head, 'Nullable') !== 'false',
    });
  }
  return properties;
}

function attribute(head: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1];
}

function bare(name: string | undefined): string | undefined {
  return name?.replace(/^(?:microsoft\.graph|graph)\./, '');
}
