/** What the tenant's own application may do: everything that the simulator has an endpoint for. */
export const ALL_ROLES: readonly string[] = [
  'User.Read.All',
  'Mail.Read',
  'Mail.ReadWrite',
  'Mail.Send',
  'MailboxFolder.Read.All',
  'MailboxFolder.ReadWrite.All',
  'MailboxItem.Read.All',
  'MailboxItem.Export.All',
  'MailboxItem.ImportExport.All',
  'Files.Read.All',
  'Files.ReadWrite.All',
  'Sites.Read.All',
  'Sites.ReadWrite.All',
];
