import type { StoredValues } from '../../core/dicom/image.ts'
import type { Rescale, SliceGeometry, SourceImages } from '../../core/image/source-images.ts'
import { storedColours, storedNumbers, type Stored } from '../../core/image/stored-by-rescale.ts'
import type { Numbers } from '../../core/math/pictures.ts'
import { unsupported } from './faults.ts'

/** What numbers that lie slice after slice, volume after volume, are. */
export interface Volumes {
  readonly format: string
  readonly file: string
  readonly columns: number
  readonly rows: number
  readonly slices: number
  readonly volumes: number
  readonly samples: number
  readonly rescale: Rescale | undefined
  readonly place: SliceGeometry | undefined
  readonly notices: readonly string[]
}

/** Volumes as stacks of slices; one volume has no label. @throws RadversaryError image-unsupported. */
export function stacksOf(numbers: Numbers, volumes: Volumes): SourceImages {
  const { format, file, columns, rows, samples, place, notices } = volumes
  if (rows > 65535 || columns > 65535)
    throw unsupported(format, 'at most 65535 rows and columns', `${rows} x ${columns}`, {
      file,
      tip: 'Crop it.',
    })
  const stored = samples === 3 ? coloursIn(numbers, volumes) : storedNumbers(numbers, volumes.rescale)
  const slice = rows * columns * samples
  const images = Array.from({ length: stored.values.length / slice }, (_, n): StoredValues =>
    stored.values.subarray(n * slice, (n + 1) * slice),
  )
  return {
    format,
    rows,
    columns,
    bitsStored: stored.bitsStored,
    signed: stored.signed,
    rescale: stored.rescale,
    samplesPerPixel: samples === 3 ? 3 : 1,
    photometric: samples === 3 ? 'RGB' : 'MONOCHROME2',
    stacks: Array.from({ length: volumes.volumes }, (_, n) => ({
      label: volumes.volumes === 1 ? undefined : `volume ${n + 1} of ${volumes.volumes}`,
      images: images.slice(n * volumes.slices, (n + 1) * volumes.slices),
      geometry: place,
    })),
    notices: [...notices, ...stored.notices],
  }
}

function coloursIn(numbers: Numbers, { format, file, rescale }: Volumes): Stored {
  const stored = storedColours(numbers)
  if (stored !== undefined && rescale === undefined) return stored
  const got = rescale === undefined ? 'fractions, negative or larger numbers' : 'a slope and an intercept'
  throw unsupported(format, 'colours as whole numbers of 8 or 16 bits without a sign', got, {
    file,
    tip: 'Scale the colours to 0 to 255 and save them as uint8, e.g. with (255 * colours).round().astype("uint8").',
  })
}
