import { realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { Dicomdir } from '../../core/dicom/dicomdir.ts'
import { RadversaryError } from '../../core/errors.ts'

/**
 * Where a DICOMDIR's references lead: the files that are there, and an error for each that is missing or odd.
 */
export interface DicomdirFiles {
  readonly files: readonly string[]
  readonly faults: readonly RadversaryError[]
}

/**
 * Looks up a DICOMDIR's references in its own folder (PS3.10 section 8): a discs' upper case names may have
 * become lower case on the way to a hard disk. Nothing outside that folder is followed, by whatever link or
 * name.
 */
export async function findReferencedFiles(
  dicomdirPath: string,
  { references, missingBytes }: Dicomdir,
): Promise<DicomdirFiles> {
  const folder = await realpath(dirname(dicomdirPath))
  const files: string[] = []
  const faults: RadversaryError[] = []
  if (missingBytes > 0)
    faults.push(
      fault(
        'dicom-unreadable',
        'all records',
        `${missingBytes} bytes fewer, so there may be more files`,
        dicomdirPath,
      ),
    )
  for (const components of references) {
    const found = await findOne(folder, components, dicomdirPath)
    if (typeof found === 'string') files.push(join(dirname(dicomdirPath), found))
    else faults.push(found)
  }
  return { files, faults }
}

/** The path inside the folder, or what is wrong with it. */
async function findOne(
  folder: string,
  components: readonly string[],
  dicomdirPath: string,
): Promise<string | RadversaryError> {
  if (components.some((component) => !/^[\w .-]+$/.test(component) || /^\.+$/.test(component)))
    return fault(
      'dicom-unreadable',
      'references of plain file names',
      'an odd one, which is not followed',
      dicomdirPath,
    )
  for (const candidate of [components, components.map((component) => component.toLowerCase())]) {
    const real = await realpath(join(folder, ...candidate)).catch(() => undefined)
    if (real === undefined) continue
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep))
      return fault(
        'dicom-unreadable',
        'references inside its folder',
        'one outside, which is not followed',
        dicomdirPath,
      )
    return join(...candidate)
  }
  return fault('io-failed', 'the file that it refers to', 'none', join(dirname(dicomdirPath), ...components))
}

function fault(
  code: 'dicom-unreadable' | 'io-failed',
  expected: string,
  got: string,
  file: string,
): RadversaryError {
  return new RadversaryError(code, `DICOMDIR: expected ${expected}, got ${got}`, {
    tip: 'The set of files is incomplete or damaged; copy it again, whole.',
    file,
  })
}
