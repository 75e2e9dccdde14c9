import { readdir, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { Dicomdir, FileReference } from '../../core/dicom/dicomdir.ts'
import { RadversaryError } from '../../core/errors.ts'
import { nameOfBytes, systemPath } from './file-names.ts'

/** A file that a DICOMDIR refers to and that is not where it says. */
export interface MissingFile {
  readonly sopInstanceUid: string | undefined
  readonly fault: RadversaryError
}

/** Where a DICOMDIR's references lead. */
export interface DicomdirFiles {
  readonly files: readonly string[]
  readonly missing: readonly MissingFile[]
  /** What is wrong with the DICOMDIR itself. */
  readonly faults: readonly RadversaryError[]
}

/**
 * Looks up a DICOMDIR's references in its own folder (PS3.10 section 8). On their way to a hard disk names
 * may have become lower case or got an extension or a version (`IM1;1` of ISO 9660). Nothing outside that
 * folder is followed, by whatever link or name.
 */
export async function findReferencedFiles(
  dicomdirPath: string,
  { references, missingBytes }: Dicomdir,
): Promise<DicomdirFiles> {
  const found = { files: new Array<string>(), missing: new Array<MissingFile>() }
  const faults = new Array<RadversaryError>()
  if (missingBytes > 0)
    faults.push(odd('all records', `${missingBytes} bytes fewer, so there may be more files`, dicomdirPath))
  const folder = new FileSet(dirname(dicomdirPath))
  for (const reference of references) {
    const where = isPlain(reference) ? await folder.find(reference.path) : 'odd'
    if (where === 'odd')
      faults.push(odd('references of plain file names', 'an odd one, which is not followed', dicomdirPath))
    else if (where === 'outside')
      faults.push(odd('references inside its folder', 'one outside, which is not followed', dicomdirPath))
    else if (where === undefined) found.missing.push(missingFile(reference, dicomdirPath))
    else found.files.push(where.path)
  }
  return { ...found, faults }
}

function isPlain({ path }: FileReference): boolean {
  return path.every((component) => /^[\w .;-]+$/.test(component) && !/^\.+$/.test(component))
}

/** The files of a folder by the names that a DICOMDIR gives them; each folder is listed once. */
class FileSet {
  private readonly listed = new Map<string, Promise<Names>>()

  constructor(private readonly folder: string) {}

  async find(components: readonly string[]): Promise<{ path: string } | 'outside' | undefined> {
    const path = await this.descend(this.folder, components)
    const [real, root] = await Promise.all([path && realPathOf(path), realPathOf(this.folder)])
    if (path === undefined || real === undefined || root === undefined) return undefined
    return real.startsWith(root.endsWith(sep) ? root : root + sep) ? { path } : 'outside'
  }

  /** Both DATA and data may be there: each is tried. */
  private async descend(folder: string, [first, ...rest]: readonly string[]): Promise<string | undefined> {
    if (first === undefined) return folder
    for (const name of (await this.namesIn(folder)).like(first, rest.length === 0)) {
      const path = await this.descend(join(folder, name), rest)
      if (path !== undefined) return path
    }
    return undefined
  }

  private namesIn(folder: string): Promise<Names> {
    const names =
      this.listed.get(folder) ??
      readdir(systemPath(folder), { encoding: 'buffer' }).then(
        (found) => new Names(found.map(nameOfBytes).sort()),
        () => new Names([]),
      )
    this.listed.set(folder, names)
    return names
  }
}

type Form = (name: string) => string
const lower: Form = (name) => name.toLowerCase()
const plain: Form = (name) => lower(withoutVersion(name))
const bare: Form = (name) => plain(name).replace(/\.(dcm|dicom|ima|img)$/, '')

/** A folder's names by what a DICOMDIR may call them. */
class Names {
  private readonly byForm: ReadonlyMap<Form, ReadonlyMap<string, readonly string[]>>

  constructor(names: readonly string[]) {
    this.byForm = new Map([lower, plain, bare].map((form) => [form, groupedBy(names, form)]))
  }

  /** The name itself before those that differ in case, and these before those with a version or extension. */
  like(wanted: string, isFile: boolean): string[] {
    const forms = isFile ? [lower, plain, bare] : [lower]
    const found = forms.flatMap((form) => this.byForm.get(form)?.get(form(wanted)) ?? [])
    return [...new Set([...found.filter((name) => name === wanted), ...found])]
  }
}

function groupedBy(names: readonly string[], form: Form): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const name of names) groups.set(form(name), [...(groups.get(form(name)) ?? []), name])
  return groups
}

/** ISO 9660 names end with a version, and with a dot where they have no extension. */
function withoutVersion(name: string): string {
  return name.replace(/;\d+$/, '').replace(/\.$/, '')
}

function realPathOf(path: string): Promise<string | undefined> {
  return realpath(systemPath(path), { encoding: 'buffer' }).then(nameOfBytes, () => undefined)
}

function missingFile({ path, sopInstanceUid }: FileReference, dicomdirPath: string): MissingFile {
  const file = join(dirname(dicomdirPath), ...path)
  return { sopInstanceUid, fault: fault('io-failed', 'the file that it refers to', 'none', file) }
}

function odd(expected: string, got: string, file: string): RadversaryError {
  return fault('dicom-unreadable', expected, got, file)
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
