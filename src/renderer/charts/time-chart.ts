/**
 * Draws lines over time into a canvas, with axes; by Chart.js, of which only the line and its linear scales are taken. What moves with
 * the pointer lies over it and is none of its business: a drawing of all lines for each pixel would be felt.
 */
import { Chart, type ChartDataset, LinearScale, LineController, LineElement, type Plugin, PointElement } from 'chart.js'
import { tokenColor } from '../theme/token-color.ts'
import { isDashed, type Lines, lineToken, type Point, pointsOf, reachMs } from './line.ts'
import { LANE_HEIGHT, PLOT, type Span } from './span.ts'
import { timeTicks } from './time-axis.ts'

Chart.register(LineController, LineElement, PointElement, LinearScale)

export type Drawing = {
  readonly span: Span
  readonly lines: Lines
  /** The top of the value axis; null for what the lines need, and at least `least`. */
  readonly most: number | null
  readonly least: number
  /** How a value of the axis is written. */
  text(value: number): string
}

/** A label and some air. */
const TICK_WIDTH = 74
const TICK_HEIGHT = 42
const FONT_SIZE = 11

export class TimeChart {
  readonly #chart: Chart<'line'>
  #drawing: Drawing | null = null
  /** To ask for a token's colour is to have the page styled: once for each theme is enough. */
  readonly #colors = new Map<string, string>()

  constructor(canvas: HTMLCanvasElement) {
    this.#chart = new Chart<'line'>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [bands({ drawing: () => this.#drawing, color: token => this.#color(token) })],
      options: {
        animation: false,
        events: [],
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        layout: { autoPadding: false, padding: { right: PLOT.right, top: PLOT.top } },
        elements: { line: { borderWidth: 1.5, borderJoinStyle: 'round', borderCapStyle: 'round' } },
      },
    })
  }

  draw(drawing: Drawing): void {
    this.#drawing = drawing
    const { lines } = drawing
    const reach = reachMs(lines)
    this.#chart.data.datasets = lines.lines.map((line): ChartDataset<'line'> => {
      const color = this.#color(lineToken(line.slot))
      const points = pointsOf(lines, line.values)
      return {
        data: points,
        spanGaps: reach,
        borderColor: color,
        backgroundColor: color,
        borderDash: isDashed(line.slot) ? [5, 4] : [],
        // A reading that stands alone would be a line without a length.
        pointRadius: points.map((point, index) => (isAlone(point, points[index - 1], points[index + 1], reach) ? 1.2 : 0)),
        pointBorderWidth: 0,
      }
    })
    this.#chart.options.scales = scalesOf(drawing, {
      height: this.#chart.height,
      faint: this.#color('--faint'),
      soft: this.#color('--line-soft'),
    })
    this.#chart.update('none')
  }

  /** The theme has changed. */
  restyle(): void {
    this.#colors.clear()
    if (this.#drawing) this.draw(this.#drawing)
  }

  #color(token: string): string {
    const color = this.#colors.get(token) ?? tokenColor(token)
    this.#colors.set(token, color)
    return color
  }

  destroy(): void {
    this.#chart.destroy()
  }
}

function isAlone({ x }: Point, before: Point | undefined, after: Point | undefined, reach: number): boolean {
  return !(before && x - before.x <= reach) && !(after && after.x - x <= reach)
}

function scalesOf(
  { span, most, least, text }: Drawing,
  { height, faint, soft }: { height: number; faint: string; soft: string },
): NonNullable<Chart<'line'>['options']['scales']> {
  const ticks = { color: faint, font: { size: FONT_SIZE, family: getComputedStyle(document.body).fontFamily } }
  return {
    x: {
      type: 'linear',
      min: span.from,
      max: span.to,
      border: { color: soft },
      grid: { color: soft, drawTicks: false },
      ticks: {
        ...ticks,
        autoSkip: false,
        maxRotation: 0,
        padding: LANE_HEIGHT + 3,
        callback: (_, index, all) => all[index]?.label ?? '',
      },
      afterBuildTicks: scale => {
        const inPlot = scale.chart.width - PLOT.left - PLOT.right
        scale.ticks = timeTicks(span, Math.floor(inPlot / TICK_WIDTH)).map(({ at, text }) => ({ value: at, label: text }))
      },
      afterFit: scale => {
        scale.height = PLOT.bottom
      },
    },
    y: {
      type: 'linear',
      min: 0,
      ...(most === null ? { suggestedMax: least } : { max: most }),
      border: { display: false },
      grid: { color: soft, drawTicks: false },
      ticks: {
        ...ticks,
        padding: 6,
        maxTicksLimit: Math.max(3, Math.floor(height / TICK_HEIGHT) + 1),
        callback: value => text(Number(value)),
      },
      afterFit: scale => {
        scale.width = PLOT.left
      },
    },
  }
}

/** Behind the lines, what lay between the lowest and the highest of each point. */
function bands({ drawing, color }: { drawing(): Drawing | null; color(token: string): string }): Plugin<'line'> {
  return {
    id: 'bands',
    beforeDatasetsDraw: chart => {
      const { x, y } = chart.scales
      const shown = drawing()
      if (!shown || !x || !y) return
      const { ctx, chartArea } = chart
      ctx.save()
      ctx.beginPath()
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height)
      ctx.clip()
      ctx.globalAlpha = 0.18
      for (const { band, slot } of shown.lines.lines) {
        if (!band) continue
        ctx.fillStyle = color(lineToken(slot))
        for (const piece of pieces(shown.lines, band)) {
          ctx.beginPath()
          for (const { at, high } of piece) ctx.lineTo(x.getPixelForValue(at), y.getPixelForValue(high))
          for (const { at, low } of piece.toReversed()) ctx.lineTo(x.getPixelForValue(at), y.getPixelForValue(low))
          ctx.fill()
        }
      }
      ctx.restore()
    },
  }
}

type Slice = { at: number; low: number; high: number }

function pieces(lines: Lines, { low, high }: NonNullable<Lines['lines'][number]['band']>): Slice[][] {
  const found: Slice[][] = []
  let before = Number.NEGATIVE_INFINITY
  for (const [index, moment] of lines.at.entries()) {
    const [lowest, highest] = [low[index] ?? null, high[index] ?? null]
    if (lowest === null || highest === null) continue
    if (moment - before > reachMs(lines)) found.push([])
    found.at(-1)?.push({ at: moment, low: lowest, high: highest })
    before = moment
  }
  return found
}
