import { createImage, type Image } from '../image.js';
import type { Colour } from './canvas.js';
import { strokePolyline } from './stroke.js';
import { type Align, drawText } from './text.js';
import { paper } from './theme.js';

/** A drawing in units of one CSS pixel, that can be written as SVG or painted at any scale. Later shapes lie on top. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export type Shape =
  /** A line through x, y, x, y, … */
  | {
      readonly kind: 'line';
      readonly points: readonly number[];
      readonly width: number;
      readonly colour: Colour;
      readonly dash?: number;
    }
  /** One line of text; (x, y) is on its baseline. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly size: number;
      readonly weight?: 'regular' | 'semibold';
      readonly colour: Colour;
      readonly align?: Align;
    };

/** Paints the scene on white, `scale` image pixels to each of its units. */
export function paintScene(scene: Scene, scale: number): Image {
  const out = createImage(Math.round(scene.width * scale), Math.round(scene.height * scale), paper);
  for (const shape of scene.shapes) {
    if (shape.kind === 'text') {
      drawText(out, shape.text, shape.x * scale, shape.y * scale, { ...shape, size: shape.size * scale });
    } else {
      const points = shape.points.map((value) => value * scale);
      strokePolyline(out, points, shape.width * scale, shape.colour, shape.dash && shape.dash * scale);
    }
  }
  return out;
}

/** The scene as a self-contained SVG document on white; text stays text. */
export function sceneToSvg(scene: Scene): string {
  const { width, height } = scene;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, 'Helvetica Neue', Arial, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...scene.shapes.map(shapeToSvg),
    '</svg>',
    '',
  ].join('\n');
}

function shapeToSvg(shape: Shape): string {
  if (shape.kind === 'text') {
    const anchor = { left: 'start', centre: 'middle', right: 'end' }[shape.align ?? 'left'];
    const weight = shape.weight === 'semibold' ? ' font-weight="600"' : '';
    return `<text x="${short(shape.x)}" y="${short(shape.y)}" font-size="${shape.size}"${weight} text-anchor="${anchor}" fill="${hex(shape.colour)}">${escapeXml(shape.text)}</text>`;
  }
  const dash = shape.dash ? ` stroke-dasharray="${shape.dash}"` : '';
  const points: string[] = [];
  for (let i = 0; i < shape.points.length; i += 2) {
    points.push(`${short(shape.points[i])},${short(shape.points[i + 1])}`);
  }
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${hex(shape.colour)}" stroke-width="${shape.width}" stroke-linejoin="round" stroke-linecap="round"${dash}/>`;
}

/** Two decimals are enough for any screen. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function hex(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Escapes text for XML, and leaves out the control characters that XML forbids. */
function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (letter) => entities[letter]).replace(/\p{Cc}/gu, ' ');
}
