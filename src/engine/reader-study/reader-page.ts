import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { PixelMeaning, StoredFrame, StoredValues } from '../../core/dicom/image.ts'
import { confidenceScale } from '../../core/evaluate/reader-scores.ts'
import { html, Markup } from '../evaluate/html.ts'
import { pageScript } from './page-script.ts'

/** An image as readers see it. */
export interface PageImage {
  readonly name: string
  readonly frame: StoredFrame
  readonly meaning: PixelMeaning
}

/** One page with everything in it, for a browser on a machine without a network: it opens no connection. */
export function readerPage(study: string, images: readonly PageImage[]): string {
  const data = JSON.stringify({ study, images: images.map(pageImage) }).replaceAll('<', '\\u003c')
  const hash = createHash('sha256').update(pageScript).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  const { lowest, highest } = confidenceScale
  const levels = Array.from({ length: highest - lowest + 1 }, (_, n) => lowest + n)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>Reader study ${study}</title>
        ${style}
      </head>
      <body>
        <header>
          <h1>Reader study ${study}</h1>
          <label>Reader <input id="reader" autocomplete="off" /></label>
          <span id="done"></span>
          <button id="save">Save answers</button>
        </header>
        <main>
          <canvas id="image" aria-label="The image to judge"></canvas>
          <p><span id="name"></span> <span id="window"></span></p>
          <p>How sure are you that this image was altered?</p>
          <p role="group" aria-label="Confidence">
            ${levels.map((level) => html`<button data-confidence="${level}" title="${level}">${levelTexts[level - lowest]}</button> `)}
          </p>
          <p><button id="back">Back</button> <button id="next">Next</button></p>
          <p class="help">
            Drag on the image: right and left for the window, up and down for the level; a double click takes
            the first window again. Keys 1 to 6 answer, the arrows go on and back. Answers stay in this
            browser until you save them. Images may be adversarial examples. Not for clinical use.
          </p>
        </main>
        <script type="application/json" id="study">
          ${new Markup(data)}
        </script>
        ${script}
      </body>
    </html>`.text
}

/** The policy has its hash: not a blank more. */
const script = new Markup(`<script>${pageScript}</script>`)

const levelTexts = ['1 surely not', '2 hardly', '3 rather not', '4 rather', '5 probably', '6 surely']

const style = new Markup(`<style>
  body { background: #111; color: #ddd; font: 15px system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 0 1rem }
  header { display: flex; gap: 1rem; align-items: center; flex-wrap: wrap }
  h1 { font-size: 1.1rem }
  canvas { width: min(100%, 70vh); image-rendering: pixelated; cursor: crosshair; touch-action: none; background: #000 }
  button, input { font: inherit; padding: .35rem .7rem; background: #222; color: inherit; border: 1px solid #777; border-radius: 4px }
  button[aria-pressed="true"] { background: #246; border-color: #8bf }
  button:focus-visible, input:focus-visible { outline: 2px solid #8bf }
  .help { color: #aaa; font-size: .85rem }
</style>`)

function pageImage({ name, frame, meaning }: PageImage) {
  const { rows, columns, samplesPerPixel, photometric, values } = frame
  const { modality } = meaning
  const [slope, intercept, unit] =
    modality.kind === 'linear' ? [modality.slope, modality.intercept, modality.unit] : [1, 0, '']
  const window = modality.kind === 'linear' ? meaning.windows[0] : undefined
  const { center, width } = window ?? extentOf(values, slope, intercept)
  return {
    ...{ name, rows, columns, slope, intercept, unit, center, width },
    samples: samplesPerPixel,
    inverted: photometric === 'MONOCHROME1',
    ...encoded(values),
  }
}

function extentOf(values: StoredValues, slope: number, intercept: number) {
  let [lowest, highest] = [Infinity, -Infinity]
  for (const value of values) {
    const shown = value * slope + intercept
    lowest = Math.min(lowest, shown)
    highest = Math.max(highest, shown)
  }
  return { center: (lowest + highest) / 2, width: Math.max(1, highest - lowest) }
}

/** Little endian, deflated. */
function encoded(values: StoredValues): { readonly type: string; readonly data: string } {
  const [type, typed] = typedOf(values)
  const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength)
  return { type, data: deflateRawSync(bytes).toString('base64') }
}

function typedOf(values: StoredValues): readonly [string, StoredValues] {
  if (values instanceof Uint8Array) return ['uint8', values]
  if (values instanceof Uint16Array) return ['uint16', values]
  if (values instanceof Int8Array || values instanceof Int16Array) return ['int16', Int16Array.from(values)]
  return ['int32', Int32Array.from(values)]
}
