import { type Static, Type } from 'typebox';
import { Count, closed, Id, open, PageQuery, pageOf, Timestamp } from './fields.ts';

/**
 * What is listed of a restore point. The same JSON is the `page` of a
 * ViewRequest on the link: the proxy agent writes it, the controller checks it
 * against these schemas and passes it on.
 */

export const ExploreObject = open('ExploreObject', {
  objectId: Type.String(),
  kind: Type.String({ description: 'mailbox or onedrive' }),
  name: Type.String(),
  user: Type.String(),
  items: Count,
  bytes: Count,
  partial: Type.Optional(Type.Boolean()),
  failed: Type.Optional(
    Type.Object(
      { code: Type.String(), message: Type.String() },
      { description: 'Its state at this point cannot be opened; other members may be empty' },
    ),
  ),
});
export type ExploreObject = Static<typeof ExploreObject>;
export const ExploreObjectPage = pageOf('ExploreObjectPage', ExploreObject);
export type ExploreObjectPage = Static<typeof ExploreObjectPage>;

export const ExploreFolder = open('ExploreFolder', {
  folderId: Type.String(),
  parentId: Type.Optional(Type.String({ description: 'Absent: at the top of the object' })),
  name: Type.String(),
  type: Type.String(),
  wellKnownName: Type.Optional(Type.String()),
});
export type ExploreFolder = Static<typeof ExploreFolder>;
export const ExploreFolderPage = pageOf('ExploreFolderPage', ExploreFolder);
export type ExploreFolderPage = Static<typeof ExploreFolderPage>;

const itemFields = {
  itemId: Type.String(),
  folderId: Type.String(),
  name: Type.String({ description: 'Subject, or file name' }),
  type: Type.String(),
  size: Count,
  date: Type.String({ description: 'Received or last modified, ISO 8601' }),
  columns: Type.Record(Type.String(), Type.Unknown()),
  failed: Type.Optional(
    Type.Object(
      { code: Type.String(), message: Type.String() },
      { description: 'The newest state could not be read' },
    ),
  ),
};
export const ExploreItem = open('ExploreItem', itemFields);
export type ExploreItem = Static<typeof ExploreItem>;
export const ExploreItemPage = open('ExploreItemPage', {
  ...pageOf('', ExploreItem).properties,
  total: Type.Integer({ minimum: 0, description: 'Items of the folder, on all pages' }),
});
export type ExploreItemPage = Static<typeof ExploreItemPage>;

const ServiceId = Type.String({ minLength: 1, maxLength: 1_000 });
export const ItemOrder = Type.Enum(['date', 'name', 'size'], {
  title: 'ItemOrder',
  default: 'date',
  description: 'Newest dates, first names or largest sizes come first',
});

export const SearchQuery = closed({
  ...PageQuery.properties,
  retrievalId: Type.Optional(Id),
  query: Type.Optional(
    Type.String({
      maxLength: 1_000,
      description:
        'Words and "phrases" of name, sender, recipients and folder; all must be found, the beginning of a word is enough',
    }),
  ),
  objectId: Type.Optional(
    Type.Array(ServiceId, { maxItems: 100, description: 'Only in these; may be repeated' }),
  ),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
  minSize: Type.Optional(Count),
  maxSize: Type.Optional(Count),
  hasAttachment: Type.Optional(Type.Boolean()),
  itemClass: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'With what lies below: IPM.Note' }),
  ),
  order: Type.Optional(ItemOrder),
});
export type SearchQuery = Static<typeof SearchQuery>;

export const FoundItem = open('FoundItem', {
  ...itemFields,
  objectId: Type.String(),
  path: Type.String({ description: 'Names of the folders from the top, with / between them' }),
});
export type FoundItem = Static<typeof FoundItem>;

export const SearchIndexed = open('SearchIndexed', {
  state: Type.Enum(['building', 'complete', 'partial'], {
    description: 'building: ask again; partial: some objects cannot be searched',
  }),
  objects: Count,
  objectsTotal: Count,
  problem: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type SearchIndexed = Static<typeof SearchIndexed>;

export const FoundItemPage = open('FoundItemPage', {
  ...pageOf('', FoundItem).properties,
  indexed: SearchIndexed,
});
export type FoundItemPage = Static<typeof FoundItemPage>;
