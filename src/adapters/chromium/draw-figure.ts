import { internalError } from '../../core/errors.ts'
import { withResolution } from '../../core/image/png-resolution.ts'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumFor, printPdf, runBrowser } from './print-pdf.ts'
import { fileExists, writeFileAtomically } from '../fs/atomic-write.ts'

/** Dots per inch of pictures for print. */
const dpi = 300
/** CSS pixels per inch. */
const cssDpi = 96

/**
 * Draws an SVG as a PDF of its own size and as a PNG at 300 dpi, both beside it; one that is there stays.
 * @throws as `printPdf`
 */
export async function drawFigure(svg: string, signal?: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'radversary-figure-'))
  try {
    const text = await readFile(svg, 'utf8')
    const size = sizeOf(text)
    const page = join(folder, 'figure.html')
    await writeFile(page, pageOf(text, size))
    const [pdf, png] = ['.pdf', '.png'].map((ending) => svg.replace(/\.svg$/, ending)) as [string, string]
    if (!(await fileExists(pdf))) await printPdf(page, pdf, { shown: svg, signal })
    if (!(await fileExists(png))) await drawPng(page, { svg, png, ...size }, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Size {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
}

function sizeOf(svg: string): Size {
  const [, width, height] = /<svg width="(\d+)" height="(\d+)"/.exec(svg) ?? []
  if (width === undefined || height === undefined) throw internalError('a figure says no width and height')
  return { width: Number(width), height: Number(height) }
}

function pageOf(svg: string, { width, height }: Size): string {
  const style = `@page { size: ${width}px ${height}px; margin: 0 } body { margin: 0 } svg { display: block }`
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>${svg}`
}

async function drawPng(
  page: string,
  { svg, png, width, height }: Size & { readonly svg: string; readonly png: string },
  signal?: AbortSignal,
): Promise<void> {
  // Its ending says the format.
  const drawn = join(page, '..', 'figure.png')
  const size = ['--hide-scrollbars', `--window-size=${width},${height}`]
  const flags = [`--screenshot=${drawn}`, ...size, `--force-device-scale-factor=${dpi / cssDpi}`]
  await runBrowser(chromiumFor(svg), page, { made: drawn, flags, shown: svg, signal })
  await writeFileAtomically(png, withResolution(await readFile(drawn), dpi), { replace: false })
}
