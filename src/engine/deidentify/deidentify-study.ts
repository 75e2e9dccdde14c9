import { resolve } from 'node:path'
import { type ExportFolder, openExportFolder } from '../../adapters/fs/export-folder.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import {
  type DeidentifiedInstance,
  deidentifyInstance,
} from '../../core/dicom/deidentify/deidentify-instance.ts'
import type { DeidentificationPolicy, PixelRegion } from '../../core/dicom/deidentify/policy.ts'
import type { Pseudonyms } from '../../core/dicom/deidentify/pseudonyms.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { formatTag } from '../../core/dicom/write/tags.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { type InputFailure, inputFailure, nothingLeft } from '../study/failures.ts'
import { decodeFrames } from '../study/load-image.ts'
import { openStudy, type Study, type StudyImage } from '../study/open-study.ts'
import { version } from '../version.ts'
import {
  type DeidentificationRecord,
  deidentificationRecord,
  deidentificationRecordName,
  deidentificationSchema,
} from './deidentification-record.ts'
import { noteExport } from '../departures/departure-log.ts'
import { keyedId } from './export-identity.ts'
import { openProfile, type OpenedProfile, profileParts, pseudonymsBy, recordedProfile } from './profile.ts'
import type { ProfileRequest } from './identity-request.ts'
import { keywordOf, standardVr } from './standard-elements.ts'

export { profileOptions } from '../../core/dicom/deidentify/profile.ts'

export interface DeidentifyRequest extends ProfileRequest {
  /** Files, folders, archives, DICOMDIRs. */
  readonly paths: readonly string[]
  /** A new or empty folder, or that of an interrupted de-identification of the same. */
  readonly out: string
  readonly blackout: readonly PixelRegion[]
  /** The workspace. */
  readonly home: string
}

export interface DeidentifyReport {
  readonly folder: string
  /** Where the key is kept; null where it was thrown away. */
  readonly keyFile: string | null
  readonly record: DeidentificationRecord
  /** For the user's own eyes: the names of the files that were left out. */
  readonly failures: readonly InputFailure[]
}

/**
 * De-identifies every image of a study into a folder: 0001.dcm, 0002.dcm, … in the study's order, the record,
 * the manifest. One image that can't be made safe is left out and listed, and does not stop the others.
 * @throws RadversaryError usage, io-failed, export-conflict, cancelled; the first image's fault where all are
 * left out
 */
export async function deidentifyStudy(
  request: DeidentifyRequest,
  hooks: JobHooks,
): Promise<DeidentifyReport> {
  const profile = await openProfile(request, request.home, request.blackout)
  const study = await openStudy(request.paths, { signal: hooks.signal })
  const exportId = exportIdOf(profile, study)
  const folder = await openExportFolder({ folder: resolve(request.out), exportId, sources: request.paths })
  const work = new Deidentification(profile.policy, pseudonymsBy(profile), folder)
  await work.all(study, hooks)
  const failures = [...study.failures, ...work.failures]
  if (work.images === 0) throw nothingLeft(failures)
  const record = deidentificationRecord.parse({
    ...headOf(profile),
    ...work.counts(),
    failures: tallied(failures.map(({ code, message }) => ({ code, message }))),
    skipped: study.skipped.length,
  })
  await folder.write(
    deidentificationRecordName,
    new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`),
  )
  await folder.finish()
  const choice = profile.listed === undefined ? 'deidentified' : 'pseudonyms'
  const left = { what: 'deidentification', identity: { choice, ...recordedProfile(profile) } } as const
  await noteExport(request.home, folder.folder, left, hooks)
  return { folder: folder.folder, keyFile: profile.key.file ?? null, record, failures }
}

/** By the key, so that nobody finds out from it which images these were. */
function exportIdOf(profile: OpenedProfile, { images }: Study): string {
  const uids = images.map(({ sopInstanceUid }) => sopInstanceUid)
  const text = JSON.stringify([version, ...profileParts(profile), uids])
  return `deidentify-${keyedId(profile.key.bytes, text, 16)}`
}

function headOf(profile: OpenedProfile) {
  return {
    schema: deidentificationSchema,
    software: { name: 'Radversary', version },
    ...recordedProfile(profile),
    blackout: profile.policy.regions,
  }
}

/** Equal things once, with how many images they are of. */
function tallied<Thing extends object>(things: readonly Thing[]): (Thing & { readonly images: number })[] {
  const counts = new Map<string, { readonly thing: Thing; images: number }>()
  for (const thing of things) {
    const key = JSON.stringify(thing)
    const counted = counts.get(key) ?? { thing, images: 0 }
    counted.images++
    counts.set(key, counted)
  }
  return [...counts.values()].map(({ thing, images }) => ({ ...thing, images }))
}

/** The state of one de-identification. */
class Deidentification {
  readonly failures: InputFailure[] = []
  images = 0
  private readonly patients = new Set<string>()
  private readonly studies = new Set<string>()
  private readonly series = new Set<string>()
  private readonly elements = new Map<string, DeidentificationRecord['elements'][number]>()
  private readonly notices: { readonly message: string; readonly tip: string }[] = []

  constructor(
    private readonly policy: DeidentificationPolicy,
    private readonly pseudonyms: Pseudonyms,
    private readonly folder: ExportFolder,
  ) {}

  async all({ images }: Study, hooks: JobHooks): Promise<void> {
    const digits = Math.max(4, String(images.length).length)
    for (const [done, image] of images.entries()) {
      throwIfCancelled(hooks.signal)
      hooks.onProgress?.({ done, total: images.length, phase: 'de-identifying', note: '' })
      await this.image(image, `${String(done + 1).padStart(digits, '0')}.dcm`)
    }
  }

  counts() {
    return {
      patients: this.patients.size,
      studies: this.studies.size,
      series: this.series.size,
      images: this.images,
      elements: [...this.elements.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1)),
      notices: tallied(this.notices),
    }
  }

  private async image(image: StudyImage, path: string): Promise<void> {
    const cleaned = await this.cleaned(image)
    if (cleaned === undefined) return
    await this.folder.write(path, cleaned.bytes)
    this.count(cleaned)
  }

  private async cleaned(image: StudyImage): Promise<DeidentifiedInstance | undefined> {
    try {
      const file = await readBytes(image.header.source)
      const { policy, pseudonyms } = this
      const frames =
        policy.regions.length === 0 ? [] : (await decodeFrames(parseInstance(file))).map(({ frame }) => frame)
      return deidentifyInstance(file, { policy, pseudonyms, vrOf: standardVr, frames })
    } catch (error) {
      this.failures.push(inputFailure(error, image))
      return undefined
    }
  }

  private count({
    patient,
    studyInstanceUid,
    seriesInstanceUid,
    deeds,
    notices,
  }: DeidentifiedInstance): void {
    this.images++
    this.patients.add(patient)
    this.studies.add(studyInstanceUid)
    this.series.add(seriesInstanceUid)
    this.notices.push(...notices.map(({ message, tip }) => ({ message, tip })))
    for (const { tag, action, count } of deeds) {
      const key = `${tag} ${action}`
      const before = this.elements.get(key)?.count ?? 0
      this.elements.set(key, { tag: formatTag(tag), keyword: keywordOf(tag), action, count: before + count })
    }
  }
}
