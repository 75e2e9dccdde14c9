import cornerstone from 'cornerstone-core'
import type { Image } from 'cornerstone-core'
import { engineFault } from '../api/fault.ts'
import { displayPixels, rgbaPixels } from './display-pixels.ts'
import { type Frame, type FrameRef, frameUrl, needsTable, readFrame } from './frame.ts'
import { api, queryClient } from '../api/client.ts'
import type { ModalityTable } from './modality-table.ts'

/** A cornerstone image with the frame that it was made of, for probes and overlays. */
export interface ViewerImage extends Image {
  readonly frame: Frame
}

const scheme = 'radversary'

/**
 * cornerstone's name of a frame: the scheme of our loader, the engine's path, and of a run's frame the
 * original's too.
 */
export function imageIdOf(ref: FrameRef): string {
  const { study, frame, original } = ref
  const madeOf =
    original === undefined ? '' : `#${frameUrl({ study, image: original, frame, kind: 'original' })}`
  return `${scheme}:${frameUrl(ref)}${madeOf}`
}

/** Makes `loadFrame` work. Frames are kept, the oldest dropped, up to `cacheBytes`. */
export function registerFrameLoader(cacheBytes: number): void {
  cornerstone.imageCache.setMaximumSizeBytes(cacheBytes)
  cornerstone.registerImageLoader(scheme, (imageId) => {
    const abort = new AbortController()
    const promise = fetchImage(imageId, abort.signal)
    // A failure is asked for again next time, not remembered.
    promise.catch(() => {
      if (cornerstone.imageCache.getImageLoadObject(imageId) !== undefined)
        cornerstone.imageCache.removeImageLoadObject(imageId)
    })
    return {
      promise,
      cancelFn: () => {
        abort.abort()
      },
    }
  })
}

/** A frame from the cache or the engine. @throws EngineFault as the engine sends it. */
export async function loadFrame(ref: FrameRef): Promise<ViewerImage> {
  const image = await cornerstone.loadAndCacheImage(imageIdOf(ref))
  if (!('frame' in image)) throw new Error('internal: an image of another loader')
  return image as ViewerImage
}

/**
 * Whether a gradient belongs to the image: while one of them is on its way, they may be of different
 * slices.
 */
export function isGradientOf(gradient: ViewerImage, image: ViewerImage): boolean {
  return gradient.imageId.startsWith(`${image.imageId}/gradient?`)
}

/** Whether a frame is at hand or on its way. */
export function isLoading(ref: FrameRef): boolean {
  return cornerstone.imageCache.getImageLoadObject(imageIdOf(ref)) !== undefined
}

/** Lets a study's frames, or a run's, go. */
export function forgetFrames(of: { readonly study: string } | { readonly run: string }): void {
  const prefix = `${scheme}:${'study' in of ? `/frames/${of.study}/` : `/runs/${of.run}/`}`
  const ids = cornerstone.imageCache.cachedImages
    .map(({ imageId }) => imageId)
    .filter((imageId) => imageId.startsWith(prefix))
  for (const imageId of ids) {
    cornerstone.imageCache.removeImageLoadObject(imageId)
  }
}

async function fetchImage(imageId: string, signal: AbortSignal): Promise<ViewerImage> {
  const frame = await fetchFrame(imageId, signal)
  return toImage(imageId, frame, frame.values instanceof Float32Array)
}

/** A frame that is at hand, or from the engine, which is not kept: for whoever keeps it himself. */
export async function frameOnce(ref: FrameRef, signal: AbortSignal): Promise<Frame> {
  const imageId = imageIdOf(ref)
  if (cornerstone.imageCache.getImageLoadObject(imageId) !== undefined) return (await loadFrame(ref)).frame
  return fetchFrame(imageId, signal)
}

async function fetchFrame(imageId: string, signal: AbortSignal): Promise<Frame> {
  const [path = '', original = path] = imageId.slice(scheme.length + 1).split('#')
  const response = await fetch(path, { signal })
  if (!response.ok) throw await engineFault(response)
  const body = await response.arrayBuffer()
  // What an attack makes of an image has the image's own table.
  const table = needsTable(response.headers) ? await fetchTable(original) : undefined
  return readFrame(response.headers, body, table)
}

/**
 * @param isPainted whether the overlay paints it, as perturbations and gradients, and cornerstone never does
 */
export function toImage(imageId: string, frame: Frame, isPainted: boolean): ViewerImage {
  const { rows, columns, spacing, window } = frame
  const { pixels, bytes, ...levels } =
    frame.samples === 3 ? colourLevels(frame) : greyLevels(frame, isPainted)
  return {
    imageId,
    frame,
    rows,
    columns,
    height: rows,
    width: columns,
    columnPixelSpacing: spacing?.column,
    rowPixelSpacing: spacing?.row,
    windowCenter: window.center,
    windowWidth: window.width,
    ...levels,
    color: frame.samples === 3,
    rgba: frame.samples === 3,
    invert: frame.photometric === 'MONOCHROME1',
    getPixelData: () => pixels,
    sizeInBytes: frame.values.byteLength + bytes,
  }
}

function greyLevels(frame: Frame, isPainted: boolean) {
  if (isPainted)
    return { pixels: frame.values, bytes: 0, minPixelValue: 0, maxPixelValue: 1, slope: 1, intercept: 0 }
  const { values, min, max, slope, intercept } = displayPixels(frame)
  const bytes = values === frame.values ? 0 : values.byteLength
  return { pixels: values, bytes, minPixelValue: min, maxPixelValue: max, slope, intercept }
}

function colourLevels(frame: Frame) {
  const pixels = rgbaPixels(frame)
  const whole = {
    minPixelValue: 0,
    maxPixelValue: 255,
    slope: 1,
    intercept: 0,
    windowCenter: 127.5,
    windowWidth: 255,
  }
  return { pixels, bytes: pixels.byteLength, ...whole }
}

/**
 * The modality table of a study's frame, by the frame's path at the engine; undefined where it has a slope.
 */
async function fetchTable(path: string): Promise<ModalityTable | undefined> {
  const [, study = '', image, frame] = /^\/frames\/([^/]+)\/(\d+)\/(\d+)/.exec(path) ?? []
  const address = { study: decodeURIComponent(study), image: Number(image), frame: Number(frame) }
  const { transform } = await queryClient.query(api.studies.image.queryOptions(address))
  if (transform.kind === 'linear') return undefined
  return { first: transform.firstStoredValue, entries: transform.table, unit: transform.unit }
}

/** Fetches frames before they are asked for. */
export interface Prefetcher {
  /** Replaces what is still to be fetched, in order of need. */
  plan(refs: readonly FrameRef[]): void
}

/** A browser opens six connections to one server; two leave room for what the user waits for. */
const atOnce = 2

export function createPrefetcher(): Prefetcher {
  let waiting: FrameRef[] = []
  let running = 0
  const next = (): void => {
    while (running < atOnce) {
      const ref = waiting.shift()
      if (ref === undefined) return
      if (isLoading(ref)) continue
      running += 1
      // A failure is reported when the frame is really asked for.
      void loadFrame(ref)
        .catch(() => undefined)
        .finally(() => {
          running -= 1
          next()
        })
    }
  }
  return {
    plan: (refs) => {
      waiting = [...refs]
      next()
    },
  }
}
