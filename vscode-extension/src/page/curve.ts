// A learning rate, or a loss, over the run.
import { drawn } from "./elements";

const WIDTH = 460;
const HEIGHT = 130;
const LEFT = 64;
const BOTTOM = 22;
const TOP = 10;

export interface Line {
  name: string;
  values: (number | null)[];
  look: string; // a class of page.css
}

/** Lines over one horizontal axis, from the first update to the last. The vertical axis begins at 0. */
export function curve(title: string, lines: Line[]): SVGSVGElement {
  const finite = lines.flatMap(({ values }) => values.filter(isNumber));
  const top = Math.max(...finite, 0) || 1;
  const x = (index: number, of: number) => LEFT + ((WIDTH - LEFT - 6) * index) / Math.max(of - 1, 1);
  const y = (value: number) => TOP + (HEIGHT - BOTTOM - TOP) * (1 - Math.max(value, 0) / top);
  const axis = (value: number, label: string) => [
    drawn("line", { class: "grid", x1: LEFT, x2: WIDTH - 6, y1: y(value), y2: y(value) }),
    drawn("text", { class: "tick", x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, label),
  ];
  return drawn(
    "svg",
    { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title },
    drawn("title", {}, title),
    ...axis(top, short(top)),
    ...axis(0, "0"),
    drawn("text", { class: "tick", x: LEFT, y: HEIGHT - 4 }, "first update"),
    drawn("text", { class: "tick", x: WIDTH - 6, y: HEIGHT - 4, "text-anchor": "end" }, "last update"),
    ...lines.map(({ values, look }) => {
      const points = values
        .flatMap((value, index) => (isNumber(value) ? [[x(index, values.length), y(value)]] : []));
      return drawn("polyline", { class: look, points: points.map((point) => point.join(",")).join(" ") });
    }),
  );
}

function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

/** Three digits, as people write small numbers: 0.001, 1e-8. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential().replace("e-0", "e-") : String(rounded);
}
