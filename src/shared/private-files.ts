/** A process, as far as it makes files. */
interface MakesFiles {
  readonly env: Readonly<Record<string, string | undefined>>
  umask(mask: number): number
}

/** Rights that nobody but the owner gets: files are 0600, folders 0700. */
const ownerAlone = 0o077

/**
 * Keeps what the process and its children make (workspace, exports, temporary files) for their owner alone,
 * unless RADVERSARY_UMASK says otherwise: an octal mask, such as 027 for a group that may read. What is no
 * such mask is taken for none. Windows gives rights by folder, and a user's own are theirs.
 */
export function keepFilesPrivate(process: MakesFiles): void {
  process.umask(privateMask(process.env))
}

/** Rights that what the process makes gives nobody. */
export function privateMask(env: MakesFiles['env']): number {
  const wanted = env['RADVERSARY_UMASK'] ?? ''
  return /^[0-7]{1,4}$/.test(wanted) ? Number.parseInt(wanted, 8) & 0o777 : ownerAlone
}
