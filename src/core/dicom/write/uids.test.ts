import { describe, expect, it } from 'vitest'
import { deriveUid } from './uids.ts'

describe('a derived UID', () => {
  it('depends on its parts and on where one ends', () => {
    expect(deriveUid('run', 'a')).toBe(deriveUid('run', 'a'))
    expect(
      new Set([deriveUid('run', 'a'), deriveUid('run', 'b'), deriveUid('runa'), deriveUid('run', 'a', '')])
        .size,
    ).toBe(4)
  })

  it('stays what it was, so that an export can be repeated by a later version', () => {
    expect(deriveUid('a', 'b')).toBe('2.25.235331512147963259810753458903114241479')
  })

  it('is a UUID of version 8 under 2.25 within 64 characters', () => {
    for (let index = 0; index < 200; index++) {
      const uid = deriveUid(String(index))
      expect(uid).toMatch(/^2\.25\.[1-9]\d{0,38}$/)
      const hex = BigInt(uid.slice('2.25.'.length)).toString(16).padStart(32, '0')
      expect(hex[12]).toBe('8')
      expect('89ab').toContain(hex[16])
    }
  })
})
