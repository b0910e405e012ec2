// What the pointer is doing now. Not part of the state: it lives for one gesture, and is drawn once a frame.

import type { Gesture, Spot } from './tool';

export interface Hand {
  hover: Spot | null; // over the canvas, in whatever gesture
  gesture: Gesture | null;
  shift: boolean; // held now
}

export const makeHand = (): Hand => ({ hover: null, gesture: null, shift: false });
