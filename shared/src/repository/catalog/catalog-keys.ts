/** Keys of catalog rows: what the row is, then the service's id. */
export const folderPrefix = 'f';
export const itemPrefix = 'i';
export const failedPrefix = 'x';

export const folderKey = (folderId: string): string => folderPrefix + folderId;
export const itemKey = (itemId: string): string => itemPrefix + itemId;
export const failedKey = (itemId: string): string => failedPrefix + itemId;
