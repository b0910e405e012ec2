// The outline of the selected object. A drag on a vertex moves it, with the other chosen ones if it is chosen; a drag on
// the middle of an edge, or a double click on an edge, makes a vertex; Alt takes one away; a drag elsewhere chooses the
// vertices inside. Each gesture that changed the outline is one edit.

import { boxOf, clampPoint, type Box, type Point } from '../geometry/box';
import { polygonContains, type Polygon } from '../geometry/polygon';
import {
  deleteVertices,
  edgeAt,
  insertVertex,
  keyOf,
  longEdges,
  midpoint,
  moveVertices,
  nearest,
  spacedVertices,
  vertexAt,
  verticesIn,
  type Place,
  type PlaceKey,
} from '../geometry/vertices';
import { visible } from '../geometry/viewport';
import { samePolygon } from '../model/reuse';
import type { Annotation } from '../model/wire';
import { text } from '../text/en';
import { announce, tell } from '../state/messages';
import type { Page } from '../state/page';
import type { PageState } from '../state/page-state';
import { choosePlace, choosePlaces, editedAnnotation, reshape } from '../state/editing/reshaping';
import { selectWith } from './select';
import { isStill, reach, type Gesture, type Spot, type Tool } from './tool';

const apartPx = 8; // between handles
const edgePx = 28; // of an edge that has a handle in its middle

interface Outline {
  readonly annotation: Annotation;
  readonly polygon: Polygon;
}

interface Handles {
  readonly vertices: readonly Place[];
  readonly edges: readonly Place[];
}

function outlineOf(state: PageState): Outline | null {
  const annotation = editedAnnotation(state);
  return annotation === null ? null : { annotation, polygon: annotation.polygon };
}

let known: {
  readonly polygon: Polygon;
  readonly view: unknown;
  readonly screen: unknown;
  readonly handles: Handles;
} | null = null;

// Kept for the outline and the view they were found for: an outline may have thousands of vertices.
function handlesOf(state: PageState, polygon: Polygon): Handles {
  const { picture, viewport, screen } = state;
  if (known?.polygon === polygon && known.view === viewport && known.screen === screen) return known.handles;
  const box = visible(viewport, picture!, screen);
  const handles = {
    vertices: spacedVertices(polygon, apartPx / viewport.scale, box),
    edges: longEdges(polygon, edgePx / viewport.scale, box),
  };
  known = { polygon, view: viewport, screen, handles };
  return handles;
}

type Hit = { readonly kind: 'vertex' | 'between'; readonly place: Place };

function hitAt(state: PageState, polygon: Polygon, spot: Spot): Hit | null {
  const { vertices, edges } = handlesOf(state, polygon);
  const within = reach(state, spot);
  const vertex = nearest(vertices, (place) => vertexAt(polygon, place), spot.at, within);
  if (vertex !== null) return { kind: 'vertex', place: vertex };
  const edge = nearest(edges, (place) => midpoint(polygon, place), spot.at, within);
  return edge === null ? null : { kind: 'between', place: edge };
}

// Undo or another window changed the object during the gesture: what was drawn would put the old outline back.
function isChanged(page: Page, { id, polygon }: Annotation): boolean {
  const now = page.store.get().picture?.annotations.find((annotation) => annotation.id === id);
  return now === undefined || !samePolygon(now.polygon, polygon);
}

// From where the vertices are to where the pointer took them.
function drag(
  page: Page,
  { annotation, polygon }: Outline,
  places: ReadonlySet<PlaceKey>,
  start: Spot,
  grown: boolean,
): Gesture {
  const { picture } = page.store.get();
  let moved: Polygon | null = grown ? polygon : null;
  const follow = (spot: Spot) => {
    if (moved === null && isStill(start, spot)) return;
    moved = moveVertices(polygon, places, { x: spot.at.x - start.at.x, y: spot.at.y - start.at.y }, picture!);
  };
  return {
    get reshaped() {
      return moved === null ? null : { id: annotation.id, polygon: moved };
    },
    move: follow,
    up(end) {
      follow(end);
      if (moved === null || isChanged(page, annotation)) return;
      void reshape(page, annotation.id, moved);
      choosePlaces(page, places); // of the outline that is shown now
    },
    cancel: () => undefined,
    draw(pen, state) {
      drawHandles(pen, state, moved ?? polygon, places, null);
    },
  };
}

function take(page: Page, { annotation, polygon }: Outline, places: ReadonlySet<PlaceKey>): void {
  const left = deleteVertices(polygon, places);
  if (left === null) return tell(page, 'info', 'note', text.editing.ringKeepsThree);
  choosePlaces(page, []);
  void reshape(page, annotation.id, left);
}

// Of the selected object; false if none is chosen.
export function deleteChosenVertices(page: Page): boolean {
  const state = page.store.get();
  const outline = outlineOf(state);
  if (outline === null || state.mode !== 'vertices' || state.tools.places.size === 0) return false;
  take(page, outline, state.tools.places);
  return true;
}

// Chooses the next vertex along the outline, for those who use no pointer.
export function chooseNextVertex(page: Page, step: 1 | -1): void {
  const state = page.store.get();
  const outline = outlineOf(state);
  if (outline === null) return;
  const { vertices } = handlesOf(state, outline.polygon);
  if (vertices.length === 0) return;
  const at = vertices.findIndex((place) => state.tools.places.has(keyOf(place)));
  const next = (at < 0 && step < 0 ? vertices.length - 1 : at + step + vertices.length) % vertices.length;
  choosePlace(page, vertices[next]!, false);
  announce(page, text.editing.vertexOf(next + 1, vertices.length));
}

export function nudgeVertices(page: Page, by: Point): void {
  const state = page.store.get();
  const outline = outlineOf(state);
  if (outline === null || state.tools.places.size === 0) return;
  void reshape(page, outline.annotation.id, moveVertices(outline.polygon, state.tools.places, by, state.picture!));
}

function pressVertex(page: Page, outline: Outline, place: Place, start: Spot): Gesture {
  const { places } = page.store.get().tools;
  const key = keyOf(place);
  const together = places.has(key) ? places : new Set([key]);
  const dragging = drag(page, outline, together, start, false);
  return {
    get reshaped() {
      return dragging.reshaped ?? null;
    },
    move: dragging.move,
    up(end) {
      if (isStill(start, end) && dragging.reshaped === null) choosePlace(page, place, start.shift || start.mod);
      else dragging.up(end);
    },
    cancel: dragging.cancel,
    draw: (pen, state) => dragging.draw?.(pen, state),
  };
}

function insertAt(page: Page, outline: Outline, edge: Place, at: Point, start: Spot): Gesture {
  const { polygon, place } = insertVertex(outline.polygon, edge, at);
  return drag(page, { ...outline, polygon }, new Set([keyOf(place)]), { ...start, at }, true);
}

// The first click of a double one on an edge is on the object, even where it is beside it.
function isOn(state: PageState, polygon: Polygon, spot: Spot): boolean {
  return !spot.alt && (polygonContains(polygon, spot.at) || edgeAt(polygon, spot.at, reach(state, spot)) !== null);
}

// A band around vertices chooses them; a click selects what it is on.
function band(page: Page, outline: Outline | null, start: Spot): Gesture {
  let rubber: Box | null = null;
  const follow = (spot: Spot) => {
    const { picture } = page.store.get();
    if (outline === null || picture === null || (rubber === null && isStill(start, spot))) return;
    rubber = boxOf(clampPoint(start.at, picture), clampPoint(spot.at, picture));
  };
  return {
    move: follow,
    up(end) {
      follow(end);
      if (rubber !== null && outline !== null) {
        const inside = verticesIn(outline.polygon, rubber).map(keyOf);
        const kept = start.shift || start.mod ? page.store.get().tools.places : [];
        choosePlaces(page, [...kept, ...inside]);
        announce(page, text.editing.verticesChosen(inside.length));
      } else if (isStill(start, end)) {
        if (outline !== null && isOn(page.store.get(), outline.polygon, start)) choosePlaces(page, []);
        else selectWith(page, start);
      }
    },
    cancel: () => undefined,
    draw(pen, state) {
      if (outline !== null) drawHandles(pen, state, outline.polygon, state.tools.places, null);
      if (rubber !== null) pen.box(rubber);
    },
  };
}

function drawHandles(
  pen: Parameters<NonNullable<Tool['draw']>>[0],
  state: PageState,
  polygon: Polygon,
  chosen: ReadonlySet<PlaceKey>,
  hot: Hit | null,
): void {
  const { vertices, edges } = handlesOf(state, polygon);
  const isHot = (kind: Hit['kind'], place: Place) => hot?.kind === kind && keyOf(hot.place) === keyOf(place);
  for (const edge of edges) {
    const at = midpoint(polygon, edge);
    if (at !== null) pen.handle(at, 'between', isHot('between', edge));
  }
  for (const place of vertices) {
    const at = vertexAt(polygon, place)!;
    pen.handle(at, chosen.has(keyOf(place)) ? 'chosen' : 'vertex', isHot('vertex', place));
  }
}

export const vertices: Tool = {
  press(page, start) {
    if (start.button !== 0) return null;
    const state = page.store.get();
    const outline = outlineOf(state);
    if (outline === null) return band(page, null, start);
    const hit = hitAt(state, outline.polygon, start);
    if (start.alt && hit?.kind === 'vertex') {
      return {
        move: () => undefined,
        up: () => take(page, outline, new Set([keyOf(hit.place)])),
        cancel: () => undefined,
      };
    }
    if (hit?.kind === 'vertex') return pressVertex(page, outline, hit.place, start);
    if (hit?.kind === 'between')
      return insertAt(page, outline, hit.place, midpoint(outline.polygon, hit.place)!, start);
    const edge = start.clicks >= 2 ? edgeAt(outline.polygon, start.at, reach(state, start)) : null;
    if (edge !== null) return insertAt(page, outline, edge.edge, edge.on, start);
    return band(page, outline, start);
  },
  draw(pen, state, hover) {
    const outline = outlineOf(state);
    if (outline === null || state.tools.asking !== null) return; // another outline is shown
    const hot = hover === null || hover.kind === 'touch' ? null : hitAt(state, outline.polygon, hover);
    drawHandles(pen, state, outline.polygon, state.tools.places, hot);
  },
  cursor(state, hover) {
    const outline = outlineOf(state);
    if (outline === null || hover === null) return 'default';
    const hit = hitAt(state, outline.polygon, hover);
    if (hit === null) return 'default';
    return hit.kind === 'vertex' ? 'move' : 'copy';
  },
};
