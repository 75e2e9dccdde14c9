import { RadversaryError } from '../../errors.ts'
import { type ElementSpan, encodingInside, readElements, readItems } from '../write/elements.ts'
import { concatBytes, encodeItem, encodeRawElement } from '../write/encode.ts'
import type { SourceInstance } from '../write/part10.ts'
import { characterSetOf, elementBytes, latin1Bytes, textValue } from '../write/source-values.ts'
import { splice, type Change } from '../write/splice.ts'
import { groupOf, tag } from '../write/tags.ts'
import { holdsIdentity } from './identity.ts'
import type { DeidentificationPolicy } from './policy.ts'
import { type Action, isRepeating, isSafePrivate, type ProfileOption, profileRow } from './profile.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { dummyValue, freeTextVrs, shiftedDates } from './values.ts'

/** What the cleaning of an image's elements is done by. */
export interface Cleaning {
  readonly policy: DeidentificationPolicy
  readonly pseudonyms: Pseudonyms
  /** The patient's, see `patientIdentity`. */
  readonly identity: string
  /** See `identityWords`. */
  readonly words: readonly string[]
  /** Specific Character Set of the image, or of the item. */
  readonly characterSet: string | undefined
  /** VR of a standard element (PS3.6); undefined where there is none. */
  readonly vrOf: (tag: number) => string | undefined
  /** Texts that are known to hold no identity; none by default. */
  readonly isHarmless?: (tag: number, text: string) => boolean
  /** Hears of each element that was changed. */
  readonly onDone: (tag: number, action: Action) => void
}

/**
 * A data set, or an item, of which everything that the profile names has been cleaned; bytes that stay are
 * the source's.
 */
function cleanDataSet(source: SourceInstance, cleaning: Cleaning, all?: 'D'): Uint8Array {
  const changes = cleanChanges(source, cleaning, all)
  return changes.size === 0 ? source.bytes : splice(source, changes)
}

/**
 * The same as changes, for more to be added.
 * @param all D: nothing is kept, as in the items of a sequence that becomes a dummy
 */
export function cleanChanges(source: SourceInstance, cleaning: Cleaning, all?: 'D'): Map<number, Change> {
  const changes = new Map<number, Change>()
  for (const element of source.elements) {
    const change = new ElementCleaner(source, element, cleaning).change(all)
    if (change !== undefined) changes.set(element.tag, change)
  }
  return changes
}

const trailingPadding = 0xfffcfffc

class ElementCleaner {
  private readonly vr: string | undefined

  constructor(
    private readonly source: SourceInstance,
    private readonly element: ElementSpan,
    private readonly cleaning: Cleaning,
  ) {
    this.vr = this.realVr()
  }

  change(all: 'D' | undefined): Change | undefined {
    if (this.cleaning.isHarmless?.(this.element.tag, this.text()) === true) return undefined
    const action = this.isPrivate || this.isUnknown ? this.action() : (all ?? this.action())
    const change = this.changed(action)
    if (change === undefined || this.isAsItWas(change)) return undefined
    // Of a sequence that is kept, what is done is done to elements of its items.
    if (action !== 'K') this.cleaning.onDone(this.element.tag, action)
    return change
  }

  private isAsItWas(change: Change): boolean {
    if (change === 'drop') return false
    const before = elementBytes(this.source, this.element)
    return before.length === change.length && before.every((byte, n) => byte === change[n])
  }

  private changed(action: Action): Change | undefined {
    if (action === 'X') return 'drop'
    if (this.vr === 'SQ') return action === 'Z' ? this.written(new Uint8Array()) : this.items(action)
    if (action === 'K' || this.value.length === 0) return undefined
    if (action === 'Z') return this.written(new Uint8Array())
    if (action === 'C') return this.shifted()
    return action === 'U' || this.vr === 'UI' ? this.mapped() : this.written(dummyValue(this.vr ?? ''))
  }

  /** What the profile, the options and the user's word make of the element. */
  private action(): Action {
    const { tag: at } = this.element
    if (this.isPrivate) return this.isSafe() ? 'K' : 'X'
    if (this.isUnknown || groupOf(at) < 8 || isRepeating(at, 0x6000)) return 'X'
    if (at === tag.LengthToEnd || at === trailingPadding) return 'X'
    const action = this.listedAction()
    const mayName = action === 'K' && freeTextVrs.has(this.vr ?? '')
    return mayName && this.holdsIdentity() ? 'D' : action
  }

  private listedAction(): Action {
    const row = profileRow(this.element.tag)
    if (row === undefined) return ['PN', 'DA', 'DT'].includes(this.vr ?? '') ? 'Z' : 'K'
    const { options, keep } = this.cleaning.policy
    const ways = [...row.options].filter(([option]) => isOne(options, option))
    // Above what other options keep: a true date beside shifted ones would give all of them away.
    if (ways.some(([option]) => option === 'retain-shifted-dates')) return 'C'
    if (ways.some(([, way]) => way === 'K')) return 'K'
    const vouchedFor = row.options.has('clean-descriptors') && keep.has(this.element.tag)
    return vouchedFor ? 'K' : row.action
  }

  private holdsIdentity(): boolean {
    return holdsIdentity(this.value, this.cleaning.characterSet, this.cleaning.words)
  }

  /** Items, each cleaned; a sequence that can't be read is removed. */
  private items(action: Action): Change | undefined {
    const { source, element, cleaning } = this
    try {
      const encoding = encodingInside(element, source.encoding)
      const items = readItems(source.bytes, source.encoding, element).map((item) => {
        const bytes = source.bytes.subarray(item.valueStart, item.valueEnd)
        const inside = { ...source, encoding, bytes, elements: readElements(bytes, encoding) }
        const characterSet = characterSetOf(inside) ?? cleaning.characterSet
        const cleaned = cleanDataSet(inside, { ...cleaning, characterSet }, action === 'D' ? 'D' : undefined)
        return { same: cleaned === bytes, cleaned }
      })
      if (items.every(({ same }) => same)) return undefined
      return this.written(concatBytes(items.map(({ cleaned }) => encodeItem(cleaned))))
    } catch (error) {
      if (error instanceof RadversaryError && error.code === 'dicom-unreadable') return 'drop'
      throw error
    }
  }

  private mapped(): Change | undefined {
    const uids = this.text()
      .split('\\')
      .map((uid) => uid.trim())
    const mapped = uids.map((uid) => (uid === '' ? '' : this.cleaning.pseudonyms.uid(uid))).join('\\')
    return mapped === this.text() ? undefined : this.written(latin1Bytes(mapped))
  }

  private shifted(): Change | undefined {
    const { pseudonyms, identity } = this.cleaning
    const days = pseudonyms.shiftDays(identity)
    return this.written(latin1Bytes(shiftedDates(this.text(), this.vr ?? '', days)))
  }

  private text(): string {
    return textValue({ ...this.source, elements: [this.element] }, this.element.tag) ?? ''
  }

  private get value(): Uint8Array {
    return this.source.bytes.subarray(this.element.valueStart, this.element.valueEnd)
  }

  private written(value: Uint8Array): Uint8Array {
    const { tag: at, vr } = this.element
    return encodeRawElement(at, vr ?? this.vr ?? 'UN', value, this.source.encoding.explicit)
  }

  private get isPrivate(): boolean {
    return groupOf(this.element.tag) % 2 === 1
  }

  /** Nothing is known of what it may hold. */
  private get isUnknown(): boolean {
    const { tag: at } = this.element
    return !this.isPrivate && profileRow(at) === undefined && this.cleaning.vrOf(at) === undefined
  }

  /** A private element of the list, or the creator of one. */
  private isSafe(): boolean {
    if (!this.cleaning.policy.options.has('retain-safe-private')) return false
    const { tag: at } = this.element
    const number = at & 0xffff
    if (number > 0xff) return this.isListed(this.element) && !this.holdsIdentity()
    const inBlock = (each: ElementSpan) =>
      groupOf(each.tag) === groupOf(at) && (each.tag & 0xffff) >>> 8 === number
    return this.source.elements.some((each) => inBlock(each) && this.isListed(each))
  }

  private isListed({ tag: at, vr }: ElementSpan): boolean {
    const creator = textValue(this.source, ((at & 0xffff0000) | ((at & 0xff00) >>> 8)) >>> 0)
    return creator !== undefined && isSafePrivate(at, creator, vr)
  }

  /**
   * The VR of the file, of the profile or of the dictionary. What any of them takes for a sequence is one, as
   * is a length that is undefined outside pixels.
   */
  private realVr(): string | undefined {
    const { tag: at, vr, undefinedLength } = this.element
    const listed = profileRow(at)?.vr ?? this.cleaning.vrOf(at)
    if (listed === 'SQ' || (undefinedLength && at !== tag.PixelData)) return 'SQ'
    return vr === undefined || vr === 'UN' || vr === '??' ? listed : vr
  }
}

function isOne(options: ReadonlySet<ProfileOption>, name: string): boolean {
  return (options as ReadonlySet<string>).has(name)
}

/** What was done to an element, and how often in an image. */
export interface Deed {
  readonly tag: number
  readonly action: Action
  readonly count: number
}

/** Counts what is done to the elements of an image, nested ones included. */
export class Deeds {
  private readonly counts = new Map<string, Deed>()

  readonly add = (at: number, action: Action): void => {
    const key = `${at} ${action}`
    const count = (this.counts.get(key)?.count ?? 0) + 1
    this.counts.set(key, { tag: at, action, count })
  }

  list(): readonly Deed[] {
    return [...this.counts.values()].sort((a, b) => a.tag - b.tag)
  }
}
