import { describe, expect, test } from 'vitest';
import { loadPage } from '../../../src/state/images/image-list';
import { open } from '../../../src/state/images/navigation';
import { addMask } from '../../../src/state/editing/editing';
import { makePage } from '../../../src/state/page';
import { drawBox } from '../../../src/state/prompting/prompting';
import { makeWorkClock, watchWork, workClockOf } from '../../../src/state/review/work-clock';
import { makeRandom } from '../../random';
import { candidate, FakeProgram, noProxies, settle } from '../fake-program';

describe('the clock of work', () => {
  test('counts gaps of 20 s and less, and nothing of longer ones', () => {
    const random = makeRandom(17);
    for (let round = 0; round < 100; ++round) {
      let now = 0;
      let worked = 0;
      const clock = makeWorkClock(() => now);
      for (let i = 0; i < 20; ++i) {
        const gap = random(0, 40_000);
        now += gap;
        if (gap <= 20_000) worked += gap;
        clock.active();
      }
      expect(clock.take()).toBeCloseTo(worked / 1000, 1);
      expect(clock.take()).toBe(0);
    }
  });

  test('an added object carries the time since the one before, or since the picture was opened', async () => {
    let now = 0;
    const program = new FakeProgram(['a.jpg', 'b.jpg']);
    const page = makePage(program.api, noProxies, 'w', () => now);
    page.store.set({ project: await program.api.project(), classId: 0 });
    watchWork(page);
    await loadPage(page, 0);
    now = 9000;
    await open(page, 'a.jpg');
    const add = async () => {
      drawBox(page, [0, 0, 5, 5]);
      program.asked.at(-1)!.answer([candidate('k')]);
      await settle();
      await addMask(page);
    };
    now += 4000;
    workClockOf(page).active();
    now += 90_000;
    workClockOf(page).active();
    now += 1500;
    await add();
    now += 2200;
    await add();
    expect(program.edits).toMatchObject([{ seconds: 5.5 }, { seconds: 2.2 }]);
  });
});
