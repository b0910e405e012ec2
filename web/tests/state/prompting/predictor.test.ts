import { beforeEach, expect, test } from 'vitest';
import { Problem } from '../../../src/model/problem';
import { loadPage, onEncoding } from '../../../src/state/images/image-list';
import { open } from '../../../src/state/images/navigation';
import type { Page } from '../../../src/state/page';
import { choosePredictor, grabcutWouldHelp, loadingModel, onPredictor, withNewestPredictor } from '../../../src/state/prompting/predictor';
import { setPoint } from '../../../src/state/prompting/prompting';
import { candidate, FakeProgram, pageOn, settle } from '../fake-program';

let program: FakeProgram;
let page: Page;

beforeEach(async () => {
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  page = pageOn(program);
  page.store.set({ project: await program.api.project(), classId: 0 });
  await loadPage(page, 0);
  await open(page, 'a.jpg');
});

test('the other predictor answers the present prompt anew, once, however the news come', async () => {
  setPoint(page, 1, 1, true);
  program.asked[0]!.answer([candidate('k1')]);
  await settle();
  setPoint(page, 2, 2, true);
  expect(program.asked[1]!.request.mask_input).toBe('k1');
  program.asked[1]!.answer([candidate('k2')]);
  await settle();
  const listings = program.listings;
  await choosePredictor(page, 'grabcut');
  onPredictor(page, program.predictor()); // the event, after the answer
  await settle();
  expect(page.store.get().project!.predictor).toMatchObject({ use: 'grabcut', takes_mask_input: false });
  expect(page.store.get().switching).toBe(false);
  expect(program.asked).toHaveLength(3);
  expect(program.asked[2]!.request).toMatchObject({ points: [{ x: 1 }, { x: 2 }], mask_input: null });
  expect(program.listings).toBeGreaterThan(listings); // which pictures are ready is another matter now
});

test('the model that is loaded late is told, and no prompt is asked twice for it', async () => {
  onPredictor(page, { ...program.predictor(), model: { name: 'small', state: 'loading', reason: '' } });
  expect(loadingModel(page.store.get())).toBe('small');
  setPoint(page, 1, 1, true); // waits in the program
  onPredictor(page, program.predictor());
  expect(loadingModel(page.store.get())).toBeNull();
  expect(page.store.get().announcement).toContain('small is loaded');
  expect(program.asked).toHaveLength(1);
});

test('a model that failed is loaded again when it is chosen, and the prompt asked again', async () => {
  setPoint(page, 1, 1, true);
  program.asked[0]!.refuse(new Problem(500, 'about:blank', 'The model failed', 'It is damaged.'));
  await settle();
  program.model = { name: 'small', state: 'failed', reason: 'It is damaged.' };
  onPredictor(page, program.predictor());
  expect(page.store.get().announcement).toBe('small could not be loaded. It is damaged.');
  expect(program.asked).toHaveLength(1);
  program.model = { name: 'small', state: 'loading', reason: '' };
  page.heardPredictor = null; // long ago
  await choosePredictor(page, 'model');
  expect(loadingModel(page.store.get())).toBe('small');
  expect(program.asked).toHaveLength(2);
  await choosePredictor(page, 'model'); // is in use, and loads
  expect(program.asked).toHaveLength(2);
});

test('an answer that is older than the news does not bring the old state back', async () => {
  program.api.choosePredictor = async (use) => {
    program.use = use;
    const answer = { ...program.predictor(), model: { name: 'small', state: 'loading' as const, reason: '' } };
    onPredictor(page, program.predictor()); // loaded meanwhile
    return answer;
  };
  program.use = 'grabcut';
  onPredictor(page, program.predictor());
  await choosePredictor(page, 'model');
  expect(page.store.get().project!.predictor.model.state).toBe('loaded');
  const project = await program.api.project();
  expect(withNewestPredictor(page, { ...project, predictor: { ...project.predictor, use: 'grabcut' } }, 0).predictor.use).toBe('model');
});

test('a choice that is refused is told and changes nothing', async () => {
  program.api.choosePredictor = () => Promise.reject(new TypeError('no connection'));
  await choosePredictor(page, 'grabcut');
  expect(page.store.get().project!.predictor.use).toBe('model');
  expect(page.store.get().toasts).toHaveLength(1);
  expect(page.store.get().switching).toBe(false);
});

test('GrabCut is offered where memory did not suffice for the model, and only there', async () => {
  expect(grabcutWouldHelp(page.store.get())).toBe(false);
  onEncoding(page, { name: 'a.jpg', encoding: 'failed', reason: 'the file ended' });
  expect(grabcutWouldHelp(page.store.get())).toBe(false);
  onEncoding(page, { name: 'a.jpg', encoding: 'failed', reason: '2 GB are missing', memory_exhausted: true });
  expect(grabcutWouldHelp(page.store.get())).toBe(true);
  expect(page.store.get().picture!.encoding_reason).toBe('2 GB are missing');
  onEncoding(page, { name: 'a.jpg', encoding: 'running' });
  expect(grabcutWouldHelp(page.store.get())).toBe(false);
  onEncoding(page, { name: 'a.jpg', encoding: 'failed', reason: '2 GB are missing', memory_exhausted: true });
  await choosePredictor(page, 'grabcut');
  expect(grabcutWouldHelp(page.store.get())).toBe(false);
});
