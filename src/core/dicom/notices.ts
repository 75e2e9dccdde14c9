import type { DataSet } from 'dicom-parser'
import type { Notice } from '../errors.ts'
import {
  decimalOf,
  decimalsOf,
  functionalGroup,
  holdsNoNumber,
  itemOf,
  textOf,
  unsignedOf,
} from './attributes.ts'
import { tiltText } from './geometry.ts'
import { geometryOf, type Instance } from './instance.ts'
import { rescaleAttributes } from './meaning.ts'

/**
 * What a user should know of how an image's header was taken: numbers that are none, attributes that
 * contradict each other, and what is left undone.
 */
export function imageNotices(instance: Instance): Notice[] {
  const notices = [...unreadableNumbers(instance), ...kindOfImage(instance)]
  if (instance.photometricInterpretation?.startsWith('MONOCHROME') !== true) return notices
  return [
    ...notices,
    ...rescaleNotices(instance),
    ...presentation(instance),
    ...supplementalPalette(instance),
  ]
}

/** Where numbers place an image: what is none there is no reason to refuse its pixels. */
const placing = [
  { group: 'x00209113', tag: 'x00200032', name: 'Image Position (Patient) (0020,0032)' },
  { group: 'x00209116', tag: 'x00200037', name: 'Image Orientation (Patient) (0020,0037)' },
  { group: 'x00289110', tag: 'x00280030', name: 'Pixel Spacing (0028,0030)' },
  { group: undefined, tag: 'x00181164', name: 'Imager Pixel Spacing (0018,1164)' },
  { group: undefined, tag: 'x00280034', name: 'Pixel Aspect Ratio (0028,0034)' },
  { group: undefined, tag: 'x00200013', name: 'Instance Number (0020,0013)' },
] as const

function unreadableNumbers({ dataSet }: Instance): Notice[] {
  return placing
    .filter(({ group, tag }) => holdsNoNumber(group ? groupOf(dataSet, group) : dataSet, tag))
    .map(({ name }) => ({
      message: `${name} holds something that is no number: it was taken as absent.`,
      tip: 'Order of slices and distances may be wrong. Correct it in the file.',
    }))
}

function groupOf(dataSet: DataSet, sequence: string, frameIndex = 0): DataSet {
  return functionalGroup(dataSet, frameIndex, sequence) ?? dataSet
}

/**
 * Slopes and intercepts that are missing, empty or 0; those that are no numbers are errors of `pixelMeaning`.
 */
function rescaleNotices(instance: Instance): Notice[] {
  const { dataSet, numberOfFrames } = instance
  if (itemOf(dataSet, 'x00283000') !== undefined) return []
  const sources = new Set(
    Array.from({ length: numberOfFrames }, (_, index) => groupOf(dataSet, 'x00289145', index)),
  )
  return [...sources].flatMap((source) => {
    const { slope, intercept } = rescaleAttributes
    const [ofSlope, ofIntercept] = [slope, intercept].map(({ tag }) => source.elements[tag])
    if (ofSlope === undefined && ofIntercept === undefined) return []
    const factor = decimalOf(source, slope.tag)
    return [
      ...(factor === undefined ? [assumed(slope.name, 'has no value', 1)] : []),
      ...(factor === 0 ? [assumed(slope.name, 'is 0, so that all values would be one', 1)] : []),
      ...(decimalOf(source, intercept.tag) === undefined ? [assumed(intercept.name, 'has no value', 0)] : []),
    ]
  })
}

function assumed(name: string, what: string, value: number): Notice {
  return {
    message: `${name} ${what}: ${value} was taken.`,
    tip: 'Check that the values are what the model card expects, or correct the file.',
  }
}

/**
 * Which end is bright, Photometric Interpretation says. DX and MG images also have a Presentation LUT Shape,
 * which must agree with it (PS3.3 C.8.11.3.1.2) and is not applied.
 */
function presentation({ dataSet, photometricInterpretation }: Instance): Notice[] {
  const shape = textOf(dataSet, 'x20500020')
  if (shape !== 'IDENTITY' && shape !== 'INVERSE') return []
  if ((shape === 'INVERSE') === (photometricInterpretation === 'MONOCHROME1')) return []
  return [
    {
      message: `Presentation LUT Shape (2050,0020) is ${shape}, which contradicts ${photometricInterpretation ?? ''}: which end is bright was taken from the latter.`,
      tip: 'Look at the image in the viewer: if bone is dark there, its Photometric Interpretation is wrong.',
    },
  ]
}

/** Colours for some of the values of a monochrome image (PS3.3 C.7.6.19). */
function supplementalPalette({ dataSet }: Instance): Notice[] {
  if (unsignedOf(dataSet, 'x00281101') === undefined && dataSet.elements['x00281201'] === undefined) return []
  return [
    {
      message: 'The image has a Supplemental Palette Color Lookup Table: its colours were not applied.',
      tip: 'Models see the grey values, also of what viewers show in colour.',
    },
  ]
}

const wholeSlide = '1.2.840.10008.5.1.4.1.1.77.1.6'

/** Images whose frames are no images of their own to those who make them. */
export function kindOfImage(instance: Instance): Notice[] {
  const { dataSet, modality, sopClassUid } = instance
  if (sopClassUid === wholeSlide)
    return [
      {
        message: 'This is a whole slide image: each frame, a tile of it, was taken as an image of its own.',
        tip: 'Use a model of tiles of this size and magnification.',
      },
    ]
  if (modality !== 'RTDOSE') return []
  const units = textOf(dataSet, 'x30040002')
  const scaling = decimalOf(dataSet, rescaleAttributes.doseGridScaling.tag)
  const isScaled = scaling !== undefined && scaling !== 0
  const [values, tip] = isScaled
    ? [
        `dose (Dose Grid Scaling, ${units === 'RELATIVE' ? 'relative' : (units ?? 'no unit')})`,
        'modality-range',
      ]
    : ['stored values, since it has no Dose Grid Scaling (3004,000E)', 'stored-range']
  return [
    {
      message: `This is an RT Dose: each plane was taken as an image of its own, and its values are ${values}.`,
      tip: `State the range that the model expects in the card, as a ${tip}.`,
    },
  ]
}

/** What models of neighbouring slices should know of a multi-frame image's frames. */
export function frameStackNotices({ dataSet, numberOfFrames }: Instance): Notice[] {
  const slices = Array.from({ length: numberOfFrames }, (_, index) => geometryOf(dataSet, index))
  const tilt = tiltText(slices)
  return tilt === undefined ? [] : [tiltNotice(tilt)]
}

/** @param tilt as `tiltText` has it */
export function tiltNotice(tilt: string): Notice {
  return {
    message: `Neighbouring slices: ${tilt}.`,
    tip: 'Resample the stack to upright slices if the model was trained on such.',
  }
}

/** Pixels whose sides differ by less than this are square. */
const squareWithin = 0.01

/**
 * Whether a fit that keeps an image's proportions does not: pixels that are not square are fitted as if they
 * were.
 * @param keepsProportions of a card's fit
 */
export function aspectNotices(instance: Instance, keepsProportions: boolean): Notice[] {
  const height = keepsProportions ? pixelHeight(instance.dataSet) : undefined
  if (height === undefined || Math.abs(height - 1) < squareWithin) return []
  const shape =
    height > 1 ? `${round(height)} times as tall as wide` : `${round(1 / height)} times as wide as tall`
  return [
    {
      message: `The image's pixels are not square, ${shape}: they were fitted as if they were.`,
      tip: 'Resample the images to square pixels if the model was trained on such, or take the fit “stretch”.',
    },
  ]
}

/**
 * A pixel's height in widths: of the plane in the patient, the detector or the film, else as Pixel Aspect
 * Ratio says (vertical, horizontal; PS3.3 C.7.6.3.1.7).
 */
function pixelHeight(dataSet: DataSet): number | undefined {
  const pairs = [
    decimalsOf(groupOf(dataSet, 'x00289110'), 'x00280030'),
    decimalsOf(dataSet, 'x00181164'),
    decimalsOf(dataSet, 'x00182010'),
    decimalsOf(dataSet, 'x00280034'),
  ]
  for (const [row, column] of pairs)
    if (row !== undefined && column !== undefined && row > 0 && column > 0) return row / column
  return undefined
}

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100
}
