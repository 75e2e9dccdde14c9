import { stat } from 'node:fs/promises'
import { basename, relative, resolve, sep } from 'node:path'
import { ioError } from '../../adapters/fs/io-error.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { walk } from '../../adapters/fs/scan.ts'
import { auditInstance, type InstanceAudit } from '../../core/dicom/deidentify/audit-instance.ts'
import { identityWords } from '../../core/dicom/deidentify/identity.ts'
import { looksLikeDicom } from '../../core/dicom/data-set.ts'
import { openInstance } from '../../core/dicom/write/part10.ts'
import { formatTag } from '../../core/dicom/write/tags.ts'
import { RadversaryError } from '../../core/errors.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { openStudy } from '../study/open-study.ts'
import { dated, searchFor, textHolds, type WordSearch } from './search-bytes.ts'
import { keywordOf, standardVr } from './standard-elements.ts'

export interface AuditRequest {
  /** What is to be given away. */
  readonly folder: string
  /** The study it was made of, whose names and identifiers are looked for; none where it is not at hand. */
  readonly source: readonly string[]
}

export interface AuditFinding {
  /** What was found, without its value. */
  readonly finding: string
  /** Where, relative to the folder. */
  readonly files: readonly string[]
}

export interface AuditReport {
  readonly folder: string
  readonly files: number
  readonly images: number
  /** Images that do not say whether text is burnt into them. */
  readonly burnedInAnnotationUnsaid: number
  readonly findings: readonly AuditFinding[]
}

/**
 * Looks through a folder as somebody would whom it is given to: elements of DICOM files that the profile
 * would have changed (with the options that the file names), private elements, burnt-in annotation; dates in
 * texts; and in every byte and file name, the names and identifiers of the source, or of files in the folder.
 * @throws RadversaryError io-failed, cancelled, as `openStudy`
 */
export async function auditFolder({ folder, source }: AuditRequest, hooks: JobHooks): Promise<AuditReport> {
  const root = resolve(folder)
  const paths = await filesIn(root, hooks)
  const audit = new FolderAudit(root)
  const words = source.length === 0 ? [] : await wordsOf(source, audit, hooks)
  const search = searchFor(words)
  for (const [done, path] of paths.entries()) {
    throwIfCancelled(hooks.signal)
    hooks.onProgress?.({ done, total: paths.length, phase: 'reading', note: '' })
    const bytes = await readBytes({ path })
    audit.file(path, bytes, words)
    audit.named(path, bytes, search)
  }
  const own = searchFor([...audit.words])
  if (audit.words.size > 0) for (const path of paths) audit.named(path, await readBytes({ path }), own)
  return audit.report(paths.length)
}

async function filesIn(root: string, { signal }: JobHooks): Promise<string[]> {
  await stat(root).catch((cause: unknown) => {
    throw ioError('Read', root, cause)
  })
  const paths: string[] = []
  const onFailure = (error: Error) => {
    throw error
  }
  await walk([root], { onFile: (path) => void paths.push(path), onFailure }, signal)
  return paths
}

/**
 * Words of the identities in a study; an image that can't be read is a finding, since its names are not
 * known.
 */
async function wordsOf(
  paths: readonly string[],
  audit: FolderAudit,
  { signal }: JobHooks,
): Promise<string[]> {
  const { images, failures } = await openStudy(paths, { signal })
  for (const { file } of failures) audit.add(unreadSource, file)
  const words = new Set<string>()
  for (const { header, name } of images)
    try {
      for (const word of identityWords(openInstance(await readBytes(header.source)))) words.add(word)
    } catch (error) {
      if (!isFaultOfFile(error)) throw error
      audit.add(unreadSource, name)
    }
  return [...words]
}

const unreadSource = 'An image of the source that can not be read: its names were not looked for'

function isFaultOfFile(error: unknown): boolean {
  return error instanceof RadversaryError && error.code.startsWith('dicom-')
}

const wayOf = { X: 'remove', Z: 'empty', D: 'replace', U: 'map', K: 'keep', C: 'shift' } as const

/** The state of one audit. */
class FolderAudit {
  /** Names and identifiers that DICOM files of the folder hold. */
  readonly words = new Set<string>()
  private readonly found = new Map<string, Set<string>>()
  private images = 0
  private unsaid = 0

  constructor(private readonly root: string) {}

  /** @param words of the source's identities */
  file(path: string, bytes: Uint8Array, words: readonly string[]): void {
    if (looksLikeDicom(bytes.subarray(0, 132))) this.dicom(path, bytes, words)
    else if (isPacked(path, bytes))
      this.add('A document or archive, packed, which is not looked into', this.nameOf(path))
    else if (textHolds(bytes, dated)) this.add('A text that holds a date', this.nameOf(path))
  }

  /** Looks for words in the bytes of a file, and in its name. */
  named(path: string, bytes: Uint8Array, holdsWord: WordSearch): void {
    if (holdsWord(bytes))
      this.add('A name or identifier of a patient in the bytes of the file', this.nameOf(path))
    if (holdsWord(new TextEncoder().encode(relative(this.root, path))))
      this.add('A name or identifier of a patient in the name of the file', this.nameOf(path))
  }

  report(files: number): AuditReport {
    const findings = [...this.found].map(([finding, of]) => ({ finding, files: [...of] }))
    return {
      folder: this.root,
      files,
      images: this.images,
      burnedInAnnotationUnsaid: this.unsaid,
      findings: findings.sort((a, b) => (a.finding < b.finding ? -1 : 1)),
    }
  }

  private dicom(path: string, bytes: Uint8Array, words: readonly string[]): void {
    try {
      this.image(this.nameOf(path), auditInstance(bytes, { vrOf: standardVr, words }))
    } catch (error) {
      if (!isFaultOfFile(error)) throw error
      this.add('A DICOM file that can not be read', this.nameOf(path))
    }
  }

  private image(name: string, audit: InstanceAudit): void {
    this.images++
    if (audit.burnedInAnnotation === null) this.unsaid++
    for (const word of audit.words) this.words.add(word)
    if (!audit.saysRemoved) this.add('Patient Identity Removed (0012,0062) is not YES', name)
    if (audit.burnedInAnnotation === 'YES') this.add('Burned In Annotation (0028,0301) is YES', name)
    if (audit.privateElements > 0) this.add('Private elements', name)
    for (const { tag, action } of audit.elements)
      this.add(`${formatTag(tag)} ${keywordOf(tag)}: the profile would ${wayOf[action]} it`, name)
  }

  /** @param name of a file, as the report has it */
  add(finding: string, name: string): void {
    const files = this.found.get(finding) ?? new Set()
    this.found.set(finding, files.add(name))
  }

  private nameOf(path: string): string {
    const name = relative(this.root, path).split(sep).join('/')
    return name === '' ? basename(path) : name
  }
}

/**
 * Beginnings of files whose content is packed, one character a byte: zip (also xlsx, npz), gzip, bzip2, xz,
 * zstd, 7z, rar, PDF.
 */
const packedSigns = [
  'PK\x03\x04',
  '\x1f\x8b',
  'BZh',
  '\xfd7zXZ',
  '\x28\xb5\x2f\xfd',
  '7z\xbc\xaf',
  'Rar!',
  '%PDF',
]

function isPacked(path: string, bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  return /\.(zip|gz|tgz|7z|tar)$/i.test(path) || packedSigns.some((sign) => head.startsWith(sign))
}
