/** Reading mail, least permission first [Microsoft: permissions-reference]. */
export const READ_MAIL: readonly string[] = ['Mail.Read', 'Mail.ReadWrite'];

/** Changing mail. */
export const WRITE_MAIL: readonly string[] = ['Mail.ReadWrite'];
