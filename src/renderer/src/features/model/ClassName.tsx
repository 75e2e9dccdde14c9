import { classColour } from '../../viewer/class-colours.ts'
import classes from './model.module.css'

interface ClassNameProps {
  readonly index: number
  readonly names: readonly string[]
}

/** A class by name, beside its colour. */
export function ClassName({ index, names }: ClassNameProps) {
  return (
    <>
      <span className={classes['swatch']} style={{ background: classColour(index) }} /> {names[index]}
    </>
  )
}
