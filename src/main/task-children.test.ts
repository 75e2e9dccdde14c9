import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { serveTaskChildren } from './task-children.ts'

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
