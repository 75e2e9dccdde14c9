import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openExportFolder } from './export-folder.ts'
import { manifestName, markerName, readManifest, verifyManifest } from './manifest.ts'

let base = ''
let folder = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'radversary-folder-'))
  folder = join(base, 'out')
})
afterEach(() => {
  rmSync(base, { recursive: true })
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const open = (exportId = 'run 1', sources: string[] = []) => openExportFolder({ folder, exportId, sources })
async function exportTwo(): Promise<void> {
  const target = await open()
  await target.write('series/2.dcm', bytes('two'))
  await target.write('series/1.dcm', bytes('one'))
  await target.finish()
}

describe('an export folder', () => {
  it('is marked until it is finished, then holds a manifest of every file', async () => {
    const target = await open()
    await target.write('series/1.dcm', bytes('one'))
    expect(readdirSync(folder).sort()).toEqual([markerName, 'series'])
    const fault = { code: 'verification-failed', file: folder }
    await expect(readManifest(folder)).rejects.toMatchObject({
      ...fault,
      message: expect.stringContaining('not complete'),
    })
    await target.finish()
    expect(readdirSync(folder).sort()).toEqual([manifestName, 'series'])
    expect((await readManifest(folder)).files).toEqual([
      // sha256sum of "one"
      {
        path: 'series/1.dcm',
        bytes: 3,
        sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
      },
    ])
  })

  it('keeps what an earlier attempt wrote, and takes it over without its bytes', async () => {
    const first = await open()
    await first.write('series/1.dcm', bytes('one'))
    const second = await open()
    expect(await second.write('series/1.dcm', bytes('one'))).toBe('kept')
    const third = await open()
    expect(await third.keep('series/1.dcm')).toMatchObject({ path: 'series/1.dcm', bytes: 3 })
    expect(await third.keep('series/2.dcm')).toBeUndefined()
    expect((await third.finish()).files.map(({ path }) => path)).toEqual(['series/1.dcm'])
  })

  it.skipIf(process.platform === 'win32')('follows no link out of an export that was begun', async () => {
    const first = await open()
    await first.write('series/1.dcm', bytes('one'))
    mkdirSync(join(base, 'elsewhere'))
    for (const [link, target] of [
      ['masks', '../elsewhere'],
      ['a.json', '../elsewhere/a.json'],
      ['zero', '/dev/zero'],
    ] as const) {
      // prettier-ignore
      symlinkSync(target, join(folder, link))
      await expect(open()).rejects.toMatchObject({ code: 'export-conflict', file: join(folder, link) })
      rmSync(join(folder, link))
    }
    expect(await (await open()).write('series/1.dcm', bytes('one'))).toBe('kept')
  })

  it('has a name that Windows can hold', async () => {
    folder = join(base, 'AUX')
    await expect(open()).rejects.toMatchObject({ code: 'usage' })
  })

  it('never overwrites: other bytes, another run and foreign files are conflicts', async () => {
    const target = await open()
    await target.write('1.dcm', bytes('one'))
    await expect(target.write('1.dcm', bytes('other'))).rejects.toMatchObject({
      code: 'export-conflict',
      file: join(folder, '1.dcm'),
    })
    expect(readFileSync(join(folder, '1.dcm'), 'utf8')).toBe('one')
    await expect(open('run 2')).rejects.toMatchObject({ code: 'export-conflict', file: folder })
    await target.finish()
    await expect(open('run 2')).rejects.toMatchObject({ code: 'export-conflict' })
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    writeFileSync(join(folder, 'thesis.doc'), 'years of work')
    await expect(open()).rejects.toMatchObject({ code: 'export-conflict' })
    expect(readdirSync(folder)).toEqual(['thesis.doc'])
  })

  it('finds a finished export complete and adds nothing to it', async () => {
    await exportTwo()
    const before = readFileSync(join(folder, manifestName), 'utf8')
    const again = await open()
    expect(again.complete).toBe(true)
    expect(await again.write('series/1.dcm', bytes('one'))).toBe('kept')
    await expect(again.write('series/3.dcm', bytes('three'))).rejects.toMatchObject({
      code: 'export-conflict',
    })
    await again.finish()
    expect(readFileSync(join(folder, manifestName), 'utf8')).toBe(before)
  })

  it('takes a marker away that a writer left who died after the manifest', async () => {
    await exportTwo()
    writeFileSync(join(folder, markerName), '{}')
    expect((await open()).complete).toBe(true)
    expect(readdirSync(folder)).not.toContain(markerName)
  })

  it('names what is missing, changed or not listed', async () => {
    await exportTwo()
    expect(await verifyManifest(folder)).toMatchObject({ missing: [], changed: [], unlisted: [] })
    rmSync(join(folder, 'series/1.dcm'))
    writeFileSync(join(folder, 'series/2.dcm'), 'tow')
    writeFileSync(join(folder, 'notes.txt'), '')
    expect(await verifyManifest(folder)).toMatchObject({
      missing: ['series/1.dcm'],
      changed: ['series/2.dcm'],
      unlisted: ['notes.txt'],
    })
  })

  it.each([
    '{',
    '{"schema":"somebody else’s"}',
    '{"schema":"radversary-export-manifest/1","exportId":"x","files":[{"path":"../x"}]}',
  ])('tells a damaged manifest: %s', async (text) => {
    mkdirSync(folder)
    writeFileSync(join(folder, manifestName), text)
    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'verification-failed',
      file: join(folder, manifestName),
    })
  })

  it('is refused in the source, in a folder below it, and through a link to it', async () => {
    const source = join(base, 'source')
    mkdirSync(source)
    symlinkSync(source, join(base, 'link'))
    for (const inside of [source, join(source, 'a', 'b'), join(base, 'link'), join(base, 'link', 'c')]) {
      const opening = openExportFolder({ folder: inside, exportId: 'run 1', sources: [source] })
      await expect(opening).rejects.toMatchObject({ code: 'export-conflict' })
    }
    expect(readdirSync(source)).toEqual([])
    await open('run 1', [source])
    expect(readdirSync(folder)).toEqual([markerName])
  })

  it.each(['../1.dcm', '/1.dcm', 'a/../../1.dcm', 'C:\\1.dcm', ''])(
    'writes nowhere else: %j',
    async (path) => {
      const target = await open()
      await expect(target.write(path, bytes('one'))).rejects.toThrow()
      expect(readdirSync(base)).toEqual(['out'])
    },
  )

  it('names a file that is in its way', async () => {
    writeFileSync(folder, '')
    await expect(open()).rejects.toMatchObject({
      code: 'io-failed',
      file: folder,
      tip: expect.stringMatching(/in the way/) as string,
    })
  })
})

it('a folder that no export was written to is told apart from a partial one', async () => {
  const folder = join(base, 'nothing')
  const fault = {
    code: 'verification-failed',
    file: folder,
    message: expect.stringContaining('this is no export'),
  }
  await expect(readManifest(folder)).rejects.toMatchObject(fault)
})
