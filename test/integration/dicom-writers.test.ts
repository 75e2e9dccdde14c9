import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { describeWithDebian } from '../support/debian-tools.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const run = promisify(execFile)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'radversary-writers-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let count = 0
const newFile = () => join(folder, `${count++}.dcm`)

/** A file rewritten by a tool of DCMTK. */
async function rewrite(tool: string, options: readonly string[], source: string): Promise<string> {
  const target = newFile()
  await run(`/usr/bin/${tool}`, [...options, source, target])
  return target
}

/** All frames' values, as they are stored. */
async function valuesOf(file: string): Promise<number[][]> {
  const instance = parseInstance(new Uint8Array(readFileSync(file)), { file })
  const frames: number[][] = []
  for (let index = 0; index < instance.numberOfFrames; index++)
    frames.push(Array.from((await decodeFrame(instance, index)).values))
  return frames
}

const formats = (name: string) => sharedData(`formats/${name}.dcm`)

describeWithSharedData('other writers', () => {
  describeWithDebian('DCMTK', ['dcmtk'], () => {
    /**
     * 8 and 16 bits, both planar configurations, YBR, palette; 12 of 16 bits, 14 signed, 16 signed; several
     * frames.
     */
    const sources = [
      'colour-synthetic/rgb',
      'colour-synthetic/rgb_planar',
      'colour-synthetic/rgb_3_frames',
      'colour-synthetic/ybr_full',
      'colour-synthetic/palette_8',
      'mixed/SC_rgb_16bit',
      'mixed/emri_small',
      'mixed/CT_small',
      'mixed/693_UNCR',
    ]

    const lossless: readonly (readonly [string, ...string[]])[] = [
      ['dcmconv', '+ti'],
      ['dcmconv', '+tb'],
      ['dcmconv', '+td'],
      ['dcmconv', '+te', '-e'],
      ['dcmcrle'],
      ['dcmcjpeg', '+e1'],
      ['dcmcjpeg', '+el', '+sv', '5'],
      ['dcmcjpls', '+el', '+il'],
      ['dcmcjpls', '+el', '+in'],
      ['dcmcjpls', '+el', '+is'],
    ]

    it.each(sources)('writes %s losslessly, and each encoding reads the same', async (source) => {
      const original = await valuesOf(formats(source))
      for (const [tool, ...options] of lossless)
        expect([tool, ...options, await valuesOf(await rewrite(tool, options, formats(source)))]).toEqual([
          tool,
          ...options,
          original,
        ])
    })

    const lossy: readonly (readonly [string, string, ...string[]])[] = [
      ['dcmcjpeg', 'dcmdjpeg', '+eb'],
      ['dcmcjpeg', 'dcmdjpeg', '+eb', '+cr'],
      ['dcmcjpeg', 'dcmdjpeg', '+eb', '+s4'],
      ['dcmcjpeg', 'dcmdjpeg', '+ee'],
      ['dcmcjpeg', 'dcmdjpeg', '+es'],
      ['dcmcjpeg', 'dcmdjpeg', '+ep'],
      ['dcmcjpls', 'dcmdjpls', '+en'],
    ]
    /** DCMTK has no near-lossless coding of palettes and signed values. */
    const canBeLossy = (source: string, encoder: string) =>
      encoder === 'dcmcjpeg' || !/palette|693|CT_small/.test(source)

    it.each(sources)('writes %s with loss, and reads back what we read', async (source) => {
      for (const [encoder, decoder, ...options] of lossy.filter(([encoder]) => canBeLossy(source, encoder))) {
        const coded = await rewrite(encoder, options, formats(source))
        const theirs = await valuesOf(await rewrite(decoder, [], coded))
        expect([encoder, ...options, await valuesOf(coded)]).toEqual([encoder, ...options, theirs])
      }
    })
  })

  describeWithDebian('GDCM', ['python3-gdcm', 'python3-pydicom'], () => {
    it.each([
      [8, 8],
      [16, 10],
      [16, 12],
      [16, 16],
    ])(
      'writes signed values of %i and %i bits, and each encoding reads the same',
      async (allocated, stored) => {
        const syntaxes = ['JPEG2000Lossless', 'JPEGLSLossless', 'JPEGLosslessProcess14_1', 'RLELossless']
        const plain = newFile()
        const coded = syntaxes.map(newFile)
        await run('/usr/bin/python3', [
          '-c',
          writeSigned,
          formats('mixed/CT_small'),
          `${allocated}`,
          `${stored}`,
          plain,
          ...syntaxes.flatMap((syntax, index) => [syntax, coded[index] ?? '']),
        ])
        const [original = []] = await valuesOf(plain)
        expect([Math.min(...original), Math.max(...original)]).toEqual([
          -(2 ** (stored - 1)),
          2 ** (stored - 1) - 1,
        ])
        for (const [index, file] of coded.entries())
          expect([syntaxes[index], await valuesOf(file)]).toEqual([syntaxes[index], [original]])
      },
    )
  })
})

/** A signed image that uses its whole range, uncompressed and in the syntaxes that are named. */
const writeSigned = `
import sys, gdcm, numpy, pydicom
template, allocated, stored, plain, *targets = sys.argv[1:]
allocated, stored = int(allocated), int(stored)
top = 2 ** (stored - 1)
y, x = numpy.mgrid[0:60, 0:50]
values = numpy.round(numpy.sin(x / 9) * numpy.cos(y / 7) * (top - 1)).astype('i4')
values[0, 0], values[0, 1] = -top, top - 1
d = pydicom.dcmread(template)
for keyword in ('PixelPaddingValue', 'SmallestImagePixelValue', 'LargestImagePixelValue'):
    if keyword in d: del d[keyword]
d.Rows, d.Columns = values.shape
d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = allocated, stored, stored - 1, 1
d.PixelData = values.astype('<i%d' % (allocated // 8)).tobytes()
d['PixelData'].VR = 'OW'
d.save_as(plain)
for name, target in zip(targets[::2], targets[1::2]):
    reader = gdcm.ImageReader(); reader.SetFileName(plain)
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, name))); change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter(); writer.SetFileName(target); writer.SetFile(reader.GetFile()); writer.SetImage(change.GetOutput())
    assert writer.Write()
`
