import { RadversaryError } from '../../core/errors.ts'

const tips: Readonly<Record<string, string>> = {
  ENOSPC:
    'The disk is full: free some space, or export to another disk, and start again; what is already written is kept.',
  EDQUOT:
    'Your disk quota is used up: free some space, or export to another disk, and start again; what is already written is kept.',
  EROFS: 'The disk can only be read: choose a folder on another disk.',
  EACCES: 'You may not write there: choose a folder of your own, or ask for the right to write.',
  EPERM: 'You may not write there: choose a folder of your own, or ask for the right to write.',
  ENOTDIR: 'A file is in the way of a folder: choose another folder, or move that file.',
  EISDIR: 'A folder is in the way of a file: choose another folder, or move that one.',
  ENOENT: 'The file or folder is not there: check its path.',
  ENAMETOOLONG: 'The path is too long for this disk: choose a folder with a shorter one.',
  EIO: 'The disk reported a fault: check the disk or the network share, then start again.',
}

/** What went wrong, in words; others are named by the system's code. */
const plainWords: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk can only be read',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOTDIR: 'a file is in the way of a folder',
  EISDIR: 'a folder is in the way of a file',
  ENOENT: 'it is not there',
  ENAMETOOLONG: 'the path is too long',
  EIO: 'the disk reported a fault',
}

/** The fault of a file operation as an error that names the file and what to do about it. */
export function ioError(operation: string, file: string, cause: unknown): RadversaryError {
  if (cause instanceof RadversaryError) return cause
  const code = errorCode(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  const words = code === undefined ? undefined : plainWords[code]
  const what = words === undefined ? `it failed (${code ?? message})` : `${words} (${code})`
  return new RadversaryError('io-failed', `${operation}: ${what}`, {
    file,
    cause,
    tip: code === undefined ? undefined : tips[code],
  })
}

/** The system's name of an error, such as ENOSPC. */
export function errorCode(fault: unknown): string | undefined {
  return fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined
}
