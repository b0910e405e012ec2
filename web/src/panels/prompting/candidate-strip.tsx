// The candidate masks of the present prompt, small and with their scores; a number key or a click chooses.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { area } from '../../model/format';
import type { Candidate } from '../../model/wire';
import { chooseCandidate } from '../../state/prompting/prompting';
import { text } from '../../text/en';
import { usePage, useShell, useValue } from '../context';

const side = 36; // CSS pixels

function Thumb({ candidate, index }: { candidate: Candidate; index: number }) {
  const page = usePage();
  const { drawCandidate } = useShell();
  const ref = useRef<HTMLCanvasElement>(null);
  const all = useValue((state) => state.candidates);
  const classId = useValue((state) => state.classId);
  const chosen = useValue((state) => state.chosen === index);
  const words = text.prompting;
  const score = candidate.score.toFixed(2);
  const title = words.candidateTitle(index + 1, score, area(candidate.area));
  const boxes = all.map(({ box }) => box);
  useLayoutEffect(() => drawCandidate(ref.current!, candidate, boxes, side), [candidate, classId]);
  return (
    <button
      type="button"
      role="radio"
      class="candidate"
      aria-checked={chosen}
      aria-label={title}
      title={title}
      data-testid="candidate"
      onClick={() => chooseCandidate(page, index)}
    >
      <canvas ref={ref} width={side} height={side} style={{ width: side, height: side }} aria-hidden="true" />
      <span class="candidate-text tabular">
        <kbd>{index + 1}</kbd>
        {score}
      </span>
    </button>
  );
}

export function CandidateStrip() {
  const candidates = useValue((state) => state.candidates);
  return (
    <div class="candidates" role="radiogroup" aria-label={text.prompting.candidates}>
      {candidates.map((candidate, index) => (
        <Thumb key={candidate.rle} candidate={candidate} index={index} />
      ))}
    </div>
  );
}
