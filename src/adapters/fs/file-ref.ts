/**
 * Where an instance is: a file, or a member of a zip archive. Plain values, to be kept by the thousand and
 * sent across threads.
 */
export interface FileRef {
  readonly path: string
  /** The member's name in the zip archive at `path`. */
  readonly member?: string
}

/** What to call it in a message. */
export function nameOf({ path, member }: FileRef): string {
  return member === undefined ? path : `${path} > ${member}`
}
