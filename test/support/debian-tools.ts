import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe } from 'vitest'

const run = promisify(execFile)

/** What the tests take from Debian, by package (scripts/setup/debian-packages.mjs installs them). */
const witnesses = {
  dcmtk: '/usr/bin/dcmdump',
  dicom3tools: '/usr/bin/dciodvfy',
  'python3-pydicom': '/usr/lib/python3/dist-packages/pydicom/__init__.py',
  'python3-numpy': '/usr/lib/python3/dist-packages/numpy/__init__.py',
  'python3-gdcm': '/usr/lib/python3/dist-packages/gdcm.py',
} as const

export type DebianPackage = keyof typeof witnesses

/** A group of tests that need Debian packages: skipped, saying so, where one is absent; a failure in CI. */
export function describeWithDebian(
  name: string,
  packages: readonly DebianPackage[],
  tests: () => void,
): void {
  const missing = packages.filter((each) => !existsSync(witnesses[each]))
  const needs = `${name} (needs ${missing.join(', ')}, which is not there)`
  if (missing.length > 0 && process.env['CI'] === 'true') throw new Error(needs)
  describe.skipIf(missing.length > 0)(missing.length > 0 ? needs : name, tests)
}

/** Output of a validator on both streams; validators exit with 1 when they find something. */
async function findings(command: string, files: readonly string[]): Promise<string[]> {
  const output = await run(command, [...files], {
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: '/usr/bin' },
  }).catch((fault: unknown) => {
    if (fault instanceof Error && 'stdout' in fault && 'stderr' in fault)
      return { stdout: String(fault.stdout), stderr: String(fault.stderr) }
    throw fault
  })
  return `${output.stdout}\n${output.stderr}`
    .split('\n')
    .filter((line) => /\b(Error|Warning|Abort)\b/i.test(line))
}

/** Errors and warnings of dciodvfy about one file. */
export async function dciodvfyFindings(file: string): Promise<Set<string>> {
  return new Set((await findings('/usr/bin/dciodvfy', [file])).map((line) => line.trim()))
}

/** Errors and warnings of dcentvfy about the entities of several files, without their paths. */
export async function dcentvfyFindings(files: readonly string[]): Promise<Set<string>> {
  const lines = await findings('/usr/bin/dcentvfy', files)
  return new Set(
    lines.map((line) => files.reduce((text, file) => text.replaceAll(file, 'FILE'), line).trim()),
  )
}

/** What `found` holds and `before` doesn't. */
export function newFindings(found: ReadonlySet<string>, before: ReadonlySet<string>): string[] {
  return [...found].filter((line) => !before.has(line))
}

/** dcmdump's text; rejects when DCMTK can't read the file. */
export async function dcmdump(file: string): Promise<string> {
  const { stdout } = await run('/usr/bin/dcmdump', ['--quiet', '+L', file], { maxBuffer: 256 * 1024 * 1024 })
  return stdout
}

/** A frame as pydicom sees it; values pixel-interleaved. */
export interface PydicomPixels {
  readonly rows: number
  readonly columns: number
  readonly frames: number
  readonly samplesPerPixel: number
  readonly bitsStored: number
  readonly signed: boolean
  readonly photometric: string
  readonly values: Float64Array
}

const readPixels = `
import json, sys, warnings
warnings.simplefilter('ignore')
import numpy, pydicom
from pydicom.pixel_data_handlers.util import apply_color_lut, convert_color_space
answers, bodies = [], []
for path in sys.argv[1:]:
    d = pydicom.dcmread(path, force=True)
    if 'TransferSyntaxUID' not in d.file_meta: d.file_meta.TransferSyntaxUID = '1.2.840.10008.1.2'
    if 'FloatPixelData' in d:
        a, photometric, bits = numpy.frombuffer(d.FloatPixelData, '<f4'), 'MONOCHROME2', 32
    else:
        a, photometric, bits = d.pixel_array, d.PhotometricInterpretation, d.BitsStored
        if photometric == 'PALETTE COLOR':
            a, photometric, bits = apply_color_lut(a, d), 'RGB', 16
            # Tables of 8 bits come back as bytes.
            bits = 8 * a.dtype.itemsize
        elif photometric.startswith('YBR_FULL'):
            a, photometric = convert_color_space(a, 'YBR_FULL', 'RGB'), 'RGB'
        # Some files hold values that need more bits than they admit.
        if photometric.startswith('MONO') and d.PixelRepresentation:
            bits = max(bits, 1 + max(int(a.max()), -1 - int(a.min())).bit_length())
    n = int(d.get('NumberOfFrames', 1) or 1)
    answers.append(dict(rows=int(d.Rows), columns=int(d.Columns), frames=n, samplesPerPixel=3 if photometric == 'RGB' else 1,
        bitsStored=int(bits), signed=bool(d.get('PixelRepresentation', 0)), photometric=photometric, length=int(a.size)))
    bodies.append(a.astype('<f8').tobytes())
sys.stdout.buffer.write(json.dumps(answers).encode() + b'\\n')
for body in bodies: sys.stdout.buffer.write(body)
`

/**
 * Pixels of several files as pydicom reads them (with GDCM or Pillow for compressed ones), colours as RGB.
 */
export async function pydicomPixels(files: readonly string[]): Promise<PydicomPixels[]> {
  const options = { maxBuffer: 1024 * 1024 * 1024, encoding: 'buffer' } as const
  const { stdout } = await run('/usr/bin/python3', ['-c', readPixels, ...files], options)
  const headerEnd = stdout.indexOf('\n')
  const headers = JSON.parse(stdout.toString('utf8', 0, headerEnd)) as (Omit<PydicomPixels, 'values'> & {
    length: number
  })[]
  let at = headerEnd + 1
  return headers.map(({ length, ...header }) => {
    const body = new Uint8Array(stdout.subarray(at, at + 8 * length))
    at += 8 * length
    return { ...header, values: new Float64Array(body.buffer) }
  })
}
