import { fourDigits } from '../core/number-texts.ts'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseInstance } from '../core/dicom/instance.ts'
import { internalError } from '../core/errors.ts'

/**
 * A series of so many images, each a copy of `source` with a SOP Instance UID of its own; gives the folder.
 */
export async function writeCopies(source: string, count: number, folder: string): Promise<string> {
  const file = new Uint8Array(await readFile(source))
  const { sopInstanceUid } = parseInstance(file, { file: source })
  if (sopInstanceUid === undefined) throw internalError('the image to be copied has no SOP Instance UID')
  await mkdir(folder, { recursive: true })
  for (let number = 0; number < count; number++)
    await writeFile(join(folder, `${fourDigits(number)}.dcm`), withNumber(file, sopInstanceUid, number))
  return folder
}

/** The UID's last four digits replaced wherever it stands, so that no length changes. */
function withNumber(file: Uint8Array, uid: string, number: number): Uint8Array {
  const copy = Buffer.from(file)
  const renamed = Buffer.from(uid.slice(0, -4) + fourDigits(number))
  for (let at = copy.indexOf(uid); at >= 0; at = copy.indexOf(uid, at + uid.length)) renamed.copy(copy, at)
  return copy
}
