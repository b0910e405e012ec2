// Objects of known outline, made over the program's interface, and what became of them.

import { expect, type APIRequestContext, type Page } from '@playwright/test';
import type { Polygon } from '../src/geometry/polygon';
import type { Annotation, Edit, Picture } from '../src/model/wire';
import type { Program } from './program';

const address = (program: Program, name: string) => `${program.url}/api/v1/images/${encodeURIComponent(name)}`;

export async function stored(request: APIRequestContext, program: Program, name: string): Promise<Picture> {
  return (await (await request.get(address(program, name))).json()) as Picture;
}

let edits = 0;

export async function send(request: APIRequestContext, program: Program, name: string, edit: Edit): Promise<Picture> {
  const { revision } = await stored(request, program, name);
  const answer = await request.post(`${address(program, name)}/edits`, {
    data: { revision, edit_id: `test-${++edits}`, edit },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as Picture;
}

export function rectangle(x0: number, y0: number, x1: number, y1: number): [number, number][] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

// classes: of samples/classes.csv, by number. Returns the annotations in the order given.
export async function addShapes(
  request: APIRequestContext,
  program: Program,
  name: string,
  shapes: readonly { polygon: Polygon; class_id?: number }[],
): Promise<readonly Annotation[]> {
  let picture = await stored(request, program, name);
  for (const { polygon, class_id = 1 } of shapes)
    picture = await send(request, program, name, { type: 'add', class_id, polygon });
  return picture.annotations;
}

// The place on the screen of a pixel of the picture, which is fitted.
export async function placeOf(
  page: Page,
  program: Program,
  name: string,
  [x, y]: readonly [number, number],
): Promise<{ x: number; y: number }> {
  const { width, height } = await stored(page.request, program, name);
  const box = (await page.getByTestId('canvas').boundingBox())!;
  const scale = Math.min((box.width - 48) / width, (box.height - 48) / height, 8);
  return {
    x: box.x + (box.width - scale * width) / 2 + scale * x,
    y: box.y + (box.height - scale * height) / 2 + scale * y,
  };
}

export class PictureHand {
  constructor(
    readonly page: Page,
    readonly program: Program,
    readonly name: string,
  ) {}

  at(pixel: readonly [number, number]): Promise<{ x: number; y: number }> {
    return placeOf(this.page, this.program, this.name, pixel);
  }

  async click(pixel: readonly [number, number], modifiers: ('Alt' | 'Shift' | 'Control')[] = []): Promise<void> {
    const { x, y } = await this.at(pixel);
    for (const key of modifiers) await this.page.keyboard.down(key);
    await this.page.mouse.click(x, y);
    for (const key of modifiers) await this.page.keyboard.up(key);
  }

  async drag(...way: readonly (readonly [number, number])[]): Promise<void> {
    const places = await Promise.all(way.map((pixel) => this.at(pixel)));
    await this.page.mouse.move(places[0]!.x, places[0]!.y);
    await this.page.mouse.down();
    for (const { x, y } of places.slice(1)) await this.page.mouse.move(x, y, { steps: 4 });
    await this.page.mouse.up();
  }

  async stored(): Promise<Picture> {
    return stored(this.page.request, this.program, this.name);
  }

  // Waits until everything is stored.
  async saved(): Promise<Picture> {
    await expect(this.page.getByTestId('saved')).toHaveText('All saved');
    return this.stored();
  }
}

// Vertices of one line of a label file, in pixels.
export function verticesOf(line: string, { width, height }: Picture): [number, number][] {
  const [, ...values] = line.split(' ').map(Number);
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < values.length; i += 2) pairs.push([values[i]! * width, values[i + 1]! * height]);
  return pairs;
}
