import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openExportFolder } from '../../src/adapters/fs/export-folder.ts'
import { markerName, verifyManifest } from '../../src/adapters/fs/manifest.ts'

const disk = mkdtempSync(join(tmpdir(), 'radversary-disk-'))

/**
 * A real disk of 128 KiB, where this machine lets us mount one; atomic-write.test.ts simulates one
 * everywhere.
 */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const mounted = process.platform === 'linux' && process.getuid?.() === 0 && mount()

describe.skipIf(!mounted)(
  mounted ? 'an export to a small disk' : 'an export to a small disk (this machine mounts none)',
  () => {
    const folder = join(disk, 'out')
    const exportOf = async () => openExportFolder({ folder, exportId: 'run 1', sources: [] })
    afterAll(() => {
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })

    it('says that the disk is full, keeps what is written, and resumes when there is room', async () => {
      const target = await exportOf()
      await target.write('1.dcm', new Uint8Array(60_000).fill(1))
      const failing = target.write('2.dcm', new Uint8Array(100_000).fill(2))
      const tip = expect.stringMatching(/disk is full/) as string
      await expect(failing).rejects.toMatchObject({ code: 'io-failed', file: join(folder, '2.dcm'), tip })
      expect(readdirSync(folder).sort()).toEqual(['1.dcm', markerName])
      execFileSync('mount', ['-o', 'remount,size=512k', disk])
      const resumed = await exportOf()
      expect(await resumed.write('1.dcm', new Uint8Array(60_000).fill(1))).toBe('kept')
      expect(await resumed.write('2.dcm', new Uint8Array(100_000).fill(2))).toBe('written')
      await resumed.finish()
      expect(await verifyManifest(folder)).toMatchObject({ missing: [], changed: [], unlisted: [] })
    })

    it('says so when the disk can only be read', async () => {
      execFileSync('mount', ['-o', 'remount,ro', disk])
      const opening = openExportFolder({ folder: join(disk, 'other'), exportId: 'run 2', sources: [] })
      await expect(opening).rejects.toMatchObject({
        code: 'io-failed',
        tip: expect.stringMatching(/only be read/) as string,
      })
      execFileSync('mount', ['-o', 'remount,rw', disk])
    })
  },
)
