/** A pack takes about a minute: for less than half an hour no machine is worth its boot. */
const packsEach = 30;

/**
 * How many appliances a session is worth.
 * @param packsLeft undefined: the owner has not planned yet, or nobody heard of it
 */
export function wantedAppliances(appliancesMax: number, packsLeft: number | undefined): number {
  const worth = Math.ceil((packsLeft ?? 0) / packsEach);
  return Math.min(appliancesMax, Math.max(1, worth));
}
