/**
 * What we use of cornerstone-core 2.6, cornerstone-math 0.1 and cornerstone-tools 6.0, which bring no types.
 */
declare module 'cornerstone-core' {
  /** The cornerstone image object; https://docs.cornerstonejs.org/api.html#image. */
  interface Image {
    readonly imageId: string
    readonly minPixelValue: number
    readonly maxPixelValue: number
    readonly slope: number
    readonly intercept: number
    readonly windowCenter: number
    readonly windowWidth: number
    readonly getPixelData: () => ArrayLike<number>
    readonly rows: number
    readonly columns: number
    readonly height: number
    readonly width: number
    readonly color: boolean
    /** Whether pixel data of a colour image has four bytes a pixel. */
    readonly rgba: boolean
    readonly columnPixelSpacing: number | undefined
    readonly rowPixelSpacing: number | undefined
    readonly invert: boolean
    readonly sizeInBytes: number
  }

  interface Point {
    x: number
    y: number
  }

  interface Viewport {
    scale: number
    translation: Point
    voi: { windowWidth: number; windowCenter: number }
    invert: boolean
    pixelReplication: boolean
    rotation: number
    hflip: boolean
    vflip: boolean
  }

  interface EnabledElement {
    readonly element: HTMLElement
    readonly canvas: HTMLCanvasElement
    readonly image: Image | undefined
    readonly viewport: Viewport
  }

  interface RenderedEvent {
    readonly enabledElement: EnabledElement
    readonly canvasContext: CanvasRenderingContext2D
    readonly viewport: Viewport
  }

  interface Cornerstone {
    readonly EVENTS: { readonly IMAGE_RENDERED: string }
    readonly imageCache: {
      setMaximumSizeBytes(bytes: number): void
      getImageLoadObject(imageId: string): { readonly promise: Promise<Image> } | undefined
      removeImageLoadObject(imageId: string): void
      readonly cachedImages: readonly { readonly imageId: string }[]
    }
    readonly metaData: { addProvider(provider: (type: string, imageId: string) => unknown): void }
    registerImageLoader(
      scheme: string,
      loader: (imageId: string) => { readonly promise: Promise<Image>; cancelFn?: () => void },
    ): void
    loadAndCacheImage(imageId: string): Promise<Image>
    enable(element: HTMLElement): void
    disable(element: HTMLElement): void
    displayImage(element: HTMLElement, image: Image, viewport?: Partial<Viewport>): void
    getEnabledElement(element: HTMLElement): EnabledElement
    getEnabledElements(): readonly EnabledElement[]
    getDefaultViewportForImage(element: HTMLElement, image: Image): Viewport
    setViewport(element: HTMLElement, viewport: Partial<Viewport>): void
    resize(element: HTMLElement, fitToWindow: boolean): void
    /** Draws anew with what is there. */
    draw(element: HTMLElement): void
    pageToPixel(element: HTMLElement, pageX: number, pageY: number): Point
    pixelToCanvas(element: HTMLElement, point: Point): Point
    setToPixelCoordinateSystem(enabledElement: EnabledElement, context: CanvasRenderingContext2D): void
    renderToCanvas(canvas: HTMLCanvasElement, image: Image, viewport?: Viewport): void
  }

  const cornerstone: Cornerstone
  export default cornerstone
  export type { Cornerstone, EnabledElement, Image, Point, RenderedEvent, Viewport }
}

declare module 'cornerstone-math' {
  const cornerstoneMath: object
  export default cornerstoneMath
}

declare module 'hammerjs' {
  const hammer: object
  export default hammer
}

declare module 'cornerstone-tools' {
  import type { Cornerstone, Point } from 'cornerstone-core'

  /** What was drawn, by image and tool. */
  type ToolState = Record<string, Record<string, { readonly data: readonly object[] }>>

  /** One that can be extended. */
  type RegionTool = new (properties?: object) => object
  type Tool = abstract new (properties?: object) => object

  interface MeasurementEvent {
    readonly toolName: string
    readonly element: HTMLElement
    readonly measurementData: { readonly handles: { readonly start: Point; readonly end: Point } }
  }

  /** States by image id; `get` and `add` find them for what an element shows. */
  interface ToolStateManager {
    get(element: HTMLElement, tool: string): { readonly data: readonly object[] } | undefined
    add(element: HTMLElement, tool: string, data: object): void
    getImageIdToolState(imageId: string, tool: string): { readonly data: readonly object[] } | undefined
    addImageIdToolState(imageId: string, tool: string, data: object): void
    clearImageIdToolState(imageId: string): void
    saveToolState(): ToolState
    restoreToolState(state: ToolState): void
  }

  /** An ellipse or a rectangle as it was drawn. */
  interface RegionData {
    readonly uuid?: string
    /** Given by the user. */
    name?: string
    readonly handles: {
      readonly start: Point
      readonly end: Point
      readonly initialRotation?: number
      readonly textBox: { hasMoved?: boolean }
    }
  }

  interface RenderEvent {
    readonly currentTarget: HTMLElement
    readonly detail: {
      readonly element: HTMLElement
      readonly canvasContext: CanvasRenderingContext2D
    }
  }

  /** Drawing functions by their path in the library. */
  interface Drawing {
    'drawing/getNewContext': (canvas: HTMLCanvasElement) => CanvasRenderingContext2D
    'drawing/draw': (context: CanvasRenderingContext2D, draw: () => void) => void
    'drawing/drawEllipse': DrawShape
    'drawing/drawRect': DrawShape
    'drawing/drawHandles': (
      context: CanvasRenderingContext2D,
      detail: RenderEvent['detail'],
      handles: object,
      options: { color: string },
    ) => void
    'drawing/drawLinkedTextBox': (
      context: CanvasRenderingContext2D,
      element: HTMLElement,
      textBox: object,
      lines: readonly string[],
      handles: object,
      anchors: () => readonly Point[],
      color: string,
      lineWidth: number,
      xOffset: number,
      yCentre: boolean,
    ) => void
  }

  type DrawShape = (
    context: CanvasRenderingContext2D,
    element: HTMLElement,
    start: Point,
    end: Point,
    options: { color: string },
    system: 'pixel',
    rotation: number | undefined,
  ) => void

  interface CornerstoneTools {
    readonly external: { cornerstone: Cornerstone; cornerstoneMath: object; Hammer: object }
    readonly EVENTS: { readonly MEASUREMENT_COMPLETED: string; readonly MEASUREMENT_MODIFIED: string }
    readonly toolColors: {
      setToolColor(colour: string): void
      setActiveColor(colour: string): void
      getColorIfActive(data: object): string
    }
    readonly toolStyle: { setToolWidth(pixels: number): void }
    readonly textStyle: { setFont(font: string): void; setBackgroundColor(colour: string): void }
    newImageIdSpecificToolStateManager(): ToolStateManager
    setElementToolStateManager(element: HTMLElement, manager: ToolStateManager): void
    getToolState(element: HTMLElement, tool: string): { readonly data: readonly object[] } | undefined
    importInternal<Path extends keyof Drawing>(path: Path): Drawing[Path]
    readonly WwwcTool: Tool
    readonly PanTool: Tool
    readonly ZoomTool: Tool
    readonly LengthTool: Tool
    readonly AngleTool: Tool
    readonly EllipticalRoiTool: RegionTool
    readonly RectangleRoiTool: RegionTool
    readonly MagnifyTool: Tool
    getModule(name: 'segmentation'): object
    init(configuration: object): void
    addTool(tool: Tool, properties?: object): void
    setToolActive(name: string, options: { mouseButtonMask: number[] }): void
    setToolPassive(name: string): void
    removeToolState(element: HTMLElement, toolName: string, data: object): void
    clearToolState(element: HTMLElement, toolName: string): void
  }

  const cornerstoneTools: CornerstoneTools
  export default cornerstoneTools
  export type { MeasurementEvent, RegionData, RenderEvent, Tool, ToolState, ToolStateManager }
}
