import { RadversaryError, reasonOf } from '../../core/errors.ts'

/** Pixels of a picture at most: more is refused by what its header says, before memory is taken. */
const mostPixels = 100e6
/** Bytes of a volume's or an array's numbers at most. */
const mostBytes = 2 ** 31

/**
 * @throws RadversaryError image-unsupported for a picture of more than 100 million pixels; image-unreadable
 * for none.
 */
export function checkPicture(format: string, rows: number, columns: number, file: string): void {
  if (!(rows >= 1 && columns >= 1)) throw unreadable(format, 'rows and columns', `${rows} x ${columns}`, file)
  if (rows * columns <= mostPixels && rows <= 65535 && columns <= 65535) return
  const million = Math.ceil((rows * columns) / 1e6)
  throw unsupported(
    format,
    'at most 100 million pixels, and 65535 rows and columns',
    `${rows} rows x ${columns} columns (${million} million)`,
    { file, tip: 'Scale or crop the image first.' },
  )
}

/**
 * The same of a volume or an array of images. @param extents sizes along its axes; @param bytesEach of a
 * number
 */
export function checkNumbers(
  format: string,
  extents: readonly number[],
  { file, bytesEach }: { readonly file: string; readonly bytesEach: number },
): void {
  const bytes = extents.reduce((product, extent) => product * extent, bytesEach)
  if (extents.some((extent) => !Number.isInteger(extent) || extent < 1))
    throw unreadable(format, 'extents above 0', extents.join(' x '), file)
  if (bytes <= mostBytes) return
  const got = `${extents.join(' x ')} of ${bytesEach} bytes (${Math.ceil(bytes / 2 ** 30)} GiB)`
  throw unsupported(format, 'numbers of at most 2 GiB', got, {
    file,
    tip: 'Crop the volume, or split it into several files.',
  })
}

/** What to do about a file that is damaged. */
export const damaged =
  'The file is damaged, cut short or of another kind than its name says: copy it anew, or leave it out.'

/** A file that is damaged, or not what its name says. */
export function unreadable(format: string, expected: string, got: string, file: string): RadversaryError {
  const message = `${format}: expected ${expected}, got ${got}`
  return new RadversaryError('image-unreadable', message, { file, tip: damaged })
}

/** A sound file that is not read. */
export function unsupported(
  format: string,
  expected: string,
  got: string,
  { file, tip }: { readonly file: string; readonly tip: string },
): RadversaryError {
  return new RadversaryError('image-unsupported', `${format}: expected ${expected}, got ${got}`, {
    file,
    tip,
  })
}

/** What a library makes of a file; what it throws is the file's fault. */
export async function decodedBy<Result>(
  format: string,
  file: string,
  decode: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await decode()
  } catch (cause) {
    if (cause instanceof RadversaryError) throw asImageFault(cause, file)
    throw unreadable(format, 'a sound file', reasonOf(cause), file)
  }
}

/** What readers of DICOM and of arrays say of the same data. */
function asImageFault(fault: RadversaryError, file: string): RadversaryError {
  const { code, message, tip } = fault
  if (code.startsWith('image-')) return fault
  const remedy = code === 'tensor-invalid' ? (tip ?? damaged) : damaged
  return new RadversaryError('image-unreadable', message, { file, tip: remedy, cause: fault })
}
