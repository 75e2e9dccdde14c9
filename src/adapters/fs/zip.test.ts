import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listMembers, readMember } from './zip.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'radversary-zip-'))
})
afterAll(() => rm(folder, { recursive: true }))

let count = 0
async function archive(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${count++}.zip`)
  await writeFile(path, bytes)
  return path
}

const noise = Uint8Array.from({ length: 5000 }, (_, index) => (index * index * 31) >> 3)
const good = () =>
  zipSync({ 'a/b.dcm': noise, 'ü.dcm': [noise.subarray(0, 100), { level: 0 }], 'folder/': new Uint8Array(0) })

/** The directory record of the archive's member of this number, to be falsified. */
function directoryRecord(bytes: Uint8Array, member: number): DataView {
  const end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 22)
  let at = end.getUint32(16, true)
  for (let index = 0; index < member; index++) at += 46 + new DataView(bytes.buffer, at).getUint16(28, true)
  return new DataView(bytes.buffer, at)
}

test('members are listed and read, packed or not, folders left out', async () => {
  const path = await archive(good())
  expect((await listMembers(path)).map(({ name, size }) => [name, size])).toEqual([
    ['a/b.dcm', 5000],
    ['ü.dcm', 100],
  ])
  expect(await readMember(path, 'a/b.dcm')).toEqual(noise)
  expect(await readMember(path, 'ü.dcm')).toEqual(noise.subarray(0, 100))
})

test('a member that is not there is an error', async () => {
  await expect(readMember(await archive(good()), 'c.dcm')).rejects.toThrow(
    'Archive: expected this member, got none',
  )
})

test.each([10, 100, 2000])('an archive truncated by %i bytes is an error', async (missing) => {
  const bytes = good()
  await expect(listMembers(await archive(bytes.subarray(0, bytes.length - missing)))).rejects.toThrow(
    'Archive: expected',
  )
})

test('changed data is noticed by its checksum', async () => {
  const bytes = zipSync({ 'a.dcm': [noise, { level: 0 }] })
  bytes[1000] = (bytes[1000] ?? 0) ^ 1
  await expect(readMember(await archive(bytes), 'a.dcm')).rejects.toThrow(
    'Archive: expected the bytes that were packed',
  )
})

test('a member that unpacks to more than the directory says is stopped there', async () => {
  const bytes = good()
  directoryRecord(bytes, 0).setUint32(24, 4000, true)
  await expect(readMember(await archive(bytes), 'a/b.dcm')).rejects.toThrow('to unpack to its 4000 bytes')
})

test('an archive that unpacks to far more than itself is refused as a bomb', async () => {
  const bytes = good()
  directoryRecord(bytes, 0).setUint32(24, 2 ** 31 - 1, true)
  await expect(listMembers(await archive(bytes))).rejects.toThrow(
    /^Archive: expected images, got 2147483747 bytes/,
  )
})

test('members that share their data are refused', async () => {
  const bytes = good()
  directoryRecord(bytes, 1).setUint32(42, 10, true)
  await expect(listMembers(await archive(bytes))).rejects.toThrow('members side by side')
})

test('an encrypted member is refused', async () => {
  const bytes = good()
  directoryRecord(bytes, 0).setUint16(8, 1, true)
  await expect(readMember(await archive(bytes), 'a/b.dcm')).rejects.toThrow('encrypted')
})
