// Segments that were found on the picture without a prompt, offered to be accepted one by one.

import type { Candidate, Job } from '../../model/wire';

export interface Everything {
  readonly job: Job | null; // that finds them, or found them; null: nobody asked
  readonly segments: readonly Candidate[]; // not yet accepted, best first
  readonly found: number; // with those accepted and put away
  readonly hovered: Candidate | null; // under the cursor, or chosen by key
  readonly pointsPerSide: number;
}

export const noEverything: Everything = { job: null, segments: [], found: 0, hovered: null, pointsPerSide: 32 };
