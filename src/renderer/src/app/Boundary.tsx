import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { queryClient } from '../api/client.ts'
import { EngineFault } from '../api/fault.ts'
import { texts } from '../texts.ts'
import { Fault } from '../ui/Fault.tsx'
import classes from './app.module.css'

interface BoundaryProps {
  readonly children: ReactNode
  /** Part of the window, for the message. */
  readonly part: string
}

interface BoundaryState {
  readonly fault?: EngineFault | undefined
}

/**
 * Holds a fault in drawing to one part of the window. "Try again" forgets what the engine has answered, as
 * that may be what could not be drawn.
 */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = {}

  static getDerivedStateFromError(thrown: unknown): BoundaryState {
    return { fault: drawingFault(thrown) }
  }

  private readonly tryAgain = () => {
    void queryClient.resetQueries()
    this.setState({ fault: undefined })
  }

  override render(): ReactNode {
    const { fault } = this.state
    if (fault === undefined) return this.props.children
    return (
      <section className={classes['undrawn']} aria-label={texts.app.undrawn(this.props.part)}>
        <p>{texts.app.undrawn(this.props.part)}</p>
        <Fault error={fault} onRetry={this.tryAgain} />
        <Button
          mt="xs"
          size="compact-xs"
          variant="default"
          onClick={() => {
            window.location.reload()
          }}
        >
          {texts.app.reload}
        </Button>
      </section>
    )
  }
}

/** A fault of ours, whatever was thrown: a TypeError is not the engine's silence here. */
function drawingFault(thrown: unknown): EngineFault {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new EngineFault({ code: 'internal', message, file: null, tip: texts.errors.undrawnTip })
}
