import { type Static, Type } from 'typebox';
import { Count, open, pageOf } from './fields.ts';

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

export const ExploreItem = open('ExploreItem', {
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
});
export type ExploreItem = Static<typeof ExploreItem>;
export const ExploreItemPage = pageOf('ExploreItemPage', ExploreItem);
export type ExploreItemPage = Static<typeof ExploreItemPage>;
