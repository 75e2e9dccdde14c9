import { instanceOnce } from '../../adapters/fs/read-file.ts'
import { difference3, isSameOrientation } from '../../core/dicom/geometry.ts'
import { geometryOf, type Instance } from '../../core/dicom/instance.ts'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { SeriesChannel } from '../../core/model/channel-list.ts'
import { seriesChannels } from '../../core/model/context.ts'
import { attributeOf, attributeValues } from './attribute-values.ts'
import type { Study, StudyImage } from './open-study.ts'

/**
 * The study as a model sees it whose channels are series: of each examination the series that the card names,
 * channel after channel, as one stack. All other images are left out. The study itself for other cards.
 * @throws RadversaryError card-unsuited where a channel has no series or several, and where series don't lie
 * alike; card-invalid for an attribute that there is not; io-failed, dicom-unreadable
 */
export async function studyOfChannels(study: Study, { input }: Pick<ModelCard, 'input'>): Promise<Study> {
  const channels = seriesChannels(input)
  if (channels.length === 0 || study.images.every(({ channel }) => channel !== undefined)) return study
  const images: StudyImage[] = []
  for (const candidates of examinations(study)) {
    const found: Candidate[] = []
    for (const [n, channel] of channels.entries()) found.push(await seriesOf(channel, n + 1, candidates))
    images.push(...(await asOneStack(found)))
  }
  return { ...study, images }
}

/** The error of images that the model doesn't see. */
export function ofOtherSeries(): RadversaryError {
  return new RadversaryError('usage', 'Images: expected those of the model’s channels, got another series', {
    tip: 'The model card names the series that the model sees in input.channels: choose one of these.',
  })
}

/** A series, or a stack of one, that may be a channel. */
interface Candidate {
  readonly name: string
  readonly modality: string | undefined
  readonly images: readonly [StudyImage, ...StudyImage[]]
  /** Its first image, read when it is first asked for. */
  readonly instance: () => Promise<Instance>
}

/** Series by Study Instance UID. */
function examinations({ series, images }: Study): Candidate[][] {
  const groups = new Map<string | undefined, Candidate[]>()
  for (const [index, { studyInstanceUid, modality, seriesDescription, part }] of series.entries()) {
    const [first, ...others] = images.filter((image) => image.series === index)
    if (first === undefined) continue
    const said = [`"${seriesDescription ?? ''}"`, part?.label].filter((text) => text !== undefined)
    const name = `${said.join(', ')} (${modality ?? 'no modality'}, images: ${others.length + 1})`
    const group = groups.get(studyInstanceUid) ?? []
    groups.set(studyInstanceUid, [
      ...group,
      { name, modality, images: [first, ...others], instance: instanceOnce(first.header.source) },
    ])
  }
  return [...groups.values()]
}

/** Series that an error lists at most. */
const mostListed = 12

async function seriesOf(
  channel: SeriesChannel,
  number: number,
  candidates: readonly Candidate[],
): Promise<Candidate> {
  const matched: Candidate[] = []
  for (const candidate of candidates) if (await isMatched(candidate, channel)) matched.push(candidate)
  const [found, ...more] = matched
  if (found !== undefined && more.length === 0) return found
  const wanted = [channel.modality, ...Object.entries(channel.match).map((pair) => pair.join(' '))]
  const asked = wanted.filter((text) => text !== undefined).join(', ')
  const listed = (some: readonly Candidate[]) =>
    some
      .slice(0, mostListed)
      .map(({ name }) => name)
      .join('; ')
  const got = more.length === 0 ? `none of ${listed(candidates)}` : `${matched.length}: ${listed(matched)}`
  throw unmatched(`expected one for channel ${number} (${asked}), got ${got}`, candidates, {
    tip: 'Each channel needs one series of each examination: change its modality or match in the model card, or open the study without what is too much.',
  })
}

async function isMatched(candidate: Candidate, channel: SeriesChannel): Promise<boolean> {
  if (channel.modality !== undefined && channel.modality !== candidate.modality) return false
  const instance = await candidate.instance()
  return Object.entries(channel.match).every(([keyword, pattern]) => {
    const attribute = attributeOf(keyword)
    if (attribute === undefined)
      throw new RadversaryError(
        'card-invalid',
        `Model card: input.channels: there is no DICOM attribute ${keyword}`,
        {
          tip: 'Give the keyword that PS3.6 has, such as SeriesDescription, ProtocolName or SequenceName.',
        },
      )
    return new RegExp(pattern, 'i').test(attributeValues(instance, attribute, 0)?.join('\\') ?? '')
  })
}

async function asOneStack(found: readonly Candidate[]): Promise<StudyImage[]> {
  const first = entry(found, 0)
  for (const [n, candidate] of found.entries()) {
    const same = found.indexOf(candidate)
    if (same < n)
      throw unmatched(
        `expected another for each channel, got one for ${same + 1} and ${n + 1}: ${candidate.name}`,
        [candidate],
        {
          tip: 'Change the patterns of input.channels in the model card, so that each finds its own.',
        },
      )
    await checkAlike(first, candidate)
  }
  const { stack } = first.images[0]
  return found.flatMap(({ images }, channel) =>
    images.map((image, place) => {
      const others = found.flatMap((each) => each.images[place] ?? []).filter((other) => other !== image)
      return { ...image, stack, channel, sameSlice: others }
    }),
  )
}

/** Slices whose positions differ by less lie at one place, in mm; so do pixels by their spacing. */
const samePlaceMm = 0.1
const sameSpacingMm = 0.001

/** What two series have to have in common, in words; undefined where they have it. */
async function checkAlike(one: Candidate, other: Candidate): Promise<void> {
  const fault = unlikeImages(one, other) ?? unlikePlaces(await placesOf(one), await placesOf(other))
  if (fault === undefined) return
  throw unmatched(
    `expected channels that lie alike, but ${one.name} and ${other.name} ${fault}`,
    [one, other],
    {
      tip: 'Register and resample the series to one grid first, as the model was trained.',
    },
  )
}

/** What two series don't have in common, whatever lies where. */
function unlikeImages({ images: ones }: Candidate, { images: others }: Candidate): string | undefined {
  const [[{ header: a }], [{ header: b }]] = [ones, others]
  const all = [...ones, ...others].map(({ header }) => header)
  const isOfFrames = all.some(({ numberOfFrames }) => numberOfFrames > 1)
  if (isOfFrames && (ones.length > 1 || others.length > 1))
    return 'have multi-frame images beside other images, which are not matched: keep one image of each series'
  if (all.some(({ frameStacks }) => frameStacks.length > 1))
    return 'have multi-frame images whose frames are several stacks, which are no channel'
  if (ones.length !== others.length) return `have ${ones.length} and ${others.length} images`
  if (a.numberOfFrames !== b.numberOfFrames) return `have ${a.numberOfFrames} and ${b.numberOfFrames} frames`
  return all.flatMap((header) => unlikeHeaders(a, header) ?? [])[0]
}

type Header = StudyImage['header']

function unlikeHeaders(a: Header, b: Header): string | undefined {
  if (a.frameOfReferenceUid !== b.frameOfReferenceUid) return 'have another Frame of Reference UID'
  if (a.rows !== b.rows || a.columns !== b.columns) return 'have images of another size'
  return a.photometricInterpretation === b.photometricInterpretation
    ? undefined
    : 'have another Photometric Interpretation'
}

/** Where a slice, an image or a frame of one, lies. */
type Place = ReturnType<typeof geometryOf>

/** In the order of the slices. */
async function placesOf({ images, instance }: Candidate): Promise<readonly Place[]> {
  const [{ header }] = images
  if (header.numberOfFrames === 1) return images.map((image) => image.header)
  const { dataSet } = await instance()
  return header.frameStacks.flatMap(({ frames }) => frames.map((frame) => geometryOf(dataSet, frame)))
}

function unlikePlaces(ones: readonly Place[], others: readonly Place[]): string | undefined {
  for (const [n, a] of ones.entries()) {
    const b = entry(others, n)
    const [from, to] = [a.imagePositionPatient, b.imagePositionPatient]
    if (!from || !to || a.imageOrientationPatient === undefined) return 'don’t both say where they lie'
    if (!isSameOrientation(a, b)) return 'have another Image Orientation'
    if (!isSameSpacing(a.pixelSpacing, b.pixelSpacing)) return 'have another Pixel Spacing'
    const apart = Math.hypot(...difference3(from, to))
    if (apart > samePlaceMm)
      return `are ${apart.toFixed(2)} mm apart at slice ${n + 1} (at most ${samePlaceMm} mm)`
  }
  return undefined
}

type Spacing = Place['pixelSpacing']

function isSameSpacing(one: Spacing, other: Spacing): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.every((value, axis) => Math.abs(value - entry(other, axis)) <= sameSpacingMm)
}

function unmatched(
  what: string,
  [first]: readonly Candidate[],
  { tip }: { readonly tip: string },
): RadversaryError {
  return new RadversaryError('card-unsuited', `Series: ${what}`, { tip, file: first?.images[0].name })
}
