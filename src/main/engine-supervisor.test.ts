import { setImmediate } from 'node:timers/promises'
import { expect, test, beforeEach, describe, it } from 'vitest'
import type { EngineNotice } from '../shared/bridge.ts'
import type { EngineAddress } from '../shared/engine-address.ts'
import { superviseEngine, type EngineChild, serveTaskChildren } from './engine-supervisor.ts'
import { EventEmitter } from 'node:events'

/** An engine's process that does what the test says. */
class FakeChild implements EngineChild {
  readonly ready: Promise<EngineAddress>
  readonly gone: Promise<number>
  isKilled = false
  private resolveReady: (address: EngineAddress) => void = () => undefined
  private rejectReady: (cause: Error) => void = () => undefined
  private resolveGone: (code: number) => void = () => undefined

  constructor(private readonly number: number) {
    this.ready = new Promise((resolve, reject) => {
      this.resolveReady = resolve
      this.rejectReady = reject
    })
    this.gone = new Promise((resolve) => {
      this.resolveGone = resolve
    })
  }

  listen(): void {
    this.resolveReady({ socket: `socket ${this.number}`, secret: '' })
  }

  async crash(code: number): Promise<void> {
    this.rejectReady(new Error('gone'))
    this.resolveGone(code)
    await setImmediate()
  }

  kill(): void {
    this.isKilled = true
    this.resolveGone(0)
  }
}

function supervised() {
  const children: FakeChild[] = []
  const told: EngineNotice[] = []
  let time = 0
  const supervisor = superviseEngine({
    start: () => {
      const child = new FakeChild(children.length + 1)
      children.push(child)
      return child
    },
    notify: (notice) => {
      told.push(notice)
    },
    now: () => time,
  })
  const wait = (ms: number) => {
    time += ms
  }
  return { children, told, supervisor, wait }
}

test('requests wait until the engine listens', async () => {
  const { children, supervisor, told } = supervised()
  const address = supervisor.address()
  children[0]?.listen()
  expect(await address).toMatchObject({ socket: 'socket 1' })
  expect(told).toEqual([])
})

test('an engine that crashes is told and started again', async () => {
  const { children, supervisor, told } = supervised()
  children[0]?.listen()
  await children[0]?.crash(139)
  expect(told).toEqual([{ state: 'crashed', code: 139 }])
  children[1]?.listen()
  expect(await supervisor.address()).toMatchObject({ socket: 'socket 2' })
  expect(told.at(-1)).toEqual({ state: 'restarted', code: 139 })
})

test('one that crashes again and again is given up, and requests fail rather than wait', async () => {
  const { children, supervisor, told } = supervised()
  for (let crash = 0; crash < 3; crash++) await children[crash]?.crash(1)
  expect(children.length).toBe(3)
  expect(told.at(-1)).toEqual({ state: 'given-up', code: 1 })
  await expect(supervisor.address()).rejects.toThrow('gone')
})

test('crashes that lie far apart are no reason to give up', async () => {
  const { children, told, wait } = supervised()
  for (let crash = 0; crash < 5; crash++) {
    children[crash]?.listen()
    await children[crash]?.crash(1)
    wait(60_001)
  }
  expect(children.length).toBe(6)
  expect(told.map(({ state }) => state)).not.toContain('given-up')
})

test('an engine that is stopped is not started again', async () => {
  const { children, supervisor, told } = supervised()
  supervisor.stop()
  await setImmediate()
  expect(children.map(({ isKilled }) => isKilled)).toEqual([true])
  expect(told).toEqual([])
})

class Child extends EventEmitter {
  readonly heard: unknown[] = []
  isKilled = false
  postMessage(message: unknown): void {
    this.heard.push(message)
  }
  kill(): void {
    this.isKilled = true
  }
}

describe('processes of tasks under Electron', () => {
  let engine: Child
  let children: Child[]
  beforeEach(() => {
    engine = new Child()
    children = []
    serveTaskChildren(engine, () => {
      const child = new Child()
      children.push(child)
      return child
    })
    engine.emit('message', 'ready')
    engine.emit('message', { type: 'start-task-process', id: 1 })
    engine.emit('message', { type: 'start-task-process', id: 2 })
  })

  it('are told what the engine says, each its own, and answer it', () => {
    engine.emit('message', { type: 'send-to-task-process', id: 2, message: 'work' })
    children[1]!.emit('message', 'done')
    expect(children.map(({ heard }) => heard)).toEqual([[], ['work']])
    expect(engine.heard).toEqual([{ type: 'task-process-said', id: 2, message: 'done' }])
  })

  it('are ended when the engine asks, which hears when they are gone', () => {
    engine.emit('message', { type: 'end-task-process', id: 1 })
    expect(children.map(({ isKilled }) => isKilled)).toEqual([true, false])
    children[0]!.emit('exit', 15)
    expect(engine.heard).toEqual([{ type: 'task-process-gone', id: 1, code: 15 }])
  })

  it('end with the engine, which is told nothing more', () => {
    engine.emit('exit', 1)
    expect(children.every(({ isKilled }) => isKilled)).toBe(true)
    children[0]!.emit('exit', 15)
    expect(engine.heard).toEqual([])
  })
})
