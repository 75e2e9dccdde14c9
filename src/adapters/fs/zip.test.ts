import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
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

test('a member that unpacks to far more than itself is refused, and the others are read', async () => {
  const bytes = good()
  directoryRecord(bytes, 1).setUint16(10, 8, true)
  directoryRecord(bytes, 1).setUint32(24, 2 ** 27 + 1, true)
  const path = await archive(bytes)
  await expect(readMember(path, 'ü.dcm')).rejects.toThrow('Archive: expected an image, got 134217729 bytes')
  expect(await readMember(path, 'a/b.dcm')).toEqual(noise)
})

test('an archive that was replaced is read anew', async () => {
  const path = await archive(good())
  expect(await listMembers(path)).toHaveLength(2)
  await writeFile(path, zipSync({ 'only.dcm': noise }))
  expect((await listMembers(path)).map(({ name }) => name)).toEqual(['only.dcm'])
})

test('a zip64 archive is read', async () => {
  const path = join(folder, 'zip64.zip')
  await writeFile(path, zip64('x/1.dcm', noise))
  expect((await listMembers(path)).map(({ name, size }) => [name, size])).toEqual([['x/1.dcm', 5000]])
  expect(await readMember(path, 'x/1.dcm')).toEqual(noise)
})

/** One stored member, whose sizes, offset and directory are told in 64 bits (APPNOTE 4.3.14, 4.5.3). */
function zip64(name: string, content: Uint8Array): Buffer {
  const u = (bytes: 2 | 4 | 8, value: number) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigUInt64LE(BigInt(value))
    return buffer.subarray(0, bytes)
  }
  const sizes = [u(8, content.length), u(8, content.length)]
  const extra = (...values: Buffer[]) => Buffer.concat([u(2, 1), u(2, values.length * 8), ...values])
  const common = (field: Buffer) => [
    ...[u(2, 45), u(2, 0), u(2, 0), u(4, 0), u(4, crc32(content)), u(4, 0xffffffff), u(4, 0xffffffff)],
    ...[u(2, name.length), u(2, field.length)],
  ]
  const localExtra = extra(...sizes)
  const local = Buffer.concat([u(4, 0x04034b50), ...common(localExtra), Buffer.from(name), localExtra])
  const field = extra(...sizes, u(8, 0))
  const rest = [u(2, 0), u(2, 0), u(2, 0), u(4, 0), u(4, 0xffffffff)]
  const central = Buffer.concat([
    u(4, 0x02014b50),
    u(2, 45),
    ...common(field),
    ...rest,
    Buffer.from(name),
    field,
  ])
  const start = local.length + content.length
  const end64 = Buffer.concat([
    ...[u(4, 0x06064b50), u(8, 44), u(2, 45), u(2, 45), u(4, 0), u(4, 0), u(8, 1), u(8, 1)],
    ...[u(8, central.length), u(8, start)],
  ])
  const locator = Buffer.concat([u(4, 0x07064b50), u(4, 0), u(8, start + central.length), u(4, 1)])
  const many = [u(2, 0xffff), u(2, 0xffff), u(4, 0xffffffff), u(4, 0xffffffff), u(2, 0)]
  const end = Buffer.concat([u(4, 0x06054b50), u(2, 0), u(2, 0), ...many])
  return Buffer.concat([local, content, central, end64, locator, end])
}
