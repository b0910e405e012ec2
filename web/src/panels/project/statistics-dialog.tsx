// Statistics of the project: charts that the program draws, the numbers beside them, and files of both.

import { useMemo, useState } from 'preact/hooks';
import { base } from '../../api/client';
import { colorOf, css } from '../../model/color';
import { area, count, percent } from '../../model/format';
import { byCount, charts, imageKinds, type Chart, type ClassStatistics, type Statistics } from '../../model/statistics';
import type { Job } from '../../model/wire';
import { tellError } from '../../state/messages';
import { countStatistics, isCounting, listClass, stopCounting } from '../../state/project/statistics';
import { text } from '../../text/en';
import { chartPng, download } from './chart-picture';
import { ClassName } from '../class-name';
import { usePage, useValue } from '../context';
import { Dialog } from '../dialog';
import { JobBar } from './job-bar';
import { VirtualList } from '../virtual-list';

const words = text.statistics;
const rowHeight = 28;

function chartUrl(job: Job, chart: Chart, of: 'light' | 'dark'): string {
  return `${base}/jobs/${job.id}/charts/${chart}.svg?theme=${of}`;
}

function useFileName(): (part: string) => string {
  const name = useValue((state) => state.project?.name ?? 'project');
  return (part) => `${name}-${part}`;
}

function ChartCard({ job, chart, found }: { job: Job; chart: Chart; found: Statistics }) {
  const page = usePage();
  const fileName = useFileName();
  const shown = chartUrl(job, chart, useValue((state) => state.theme));
  const saved = chartUrl(job, chart, 'light');
  const [missing, setMissing] = useState(false);
  const savePng = () => {
    chartPng(saved)
      .then((blob) => download(blob, fileName(`${chart}.png`)))
      .catch((error: unknown) => tellError(page, 'note', error));
  };
  return (
    <section class="chart-card" aria-labelledby={`chart-${chart}`} data-chart={chart}>
      <h3 id={`chart-${chart}`} class="spoken">
        {words.chart[chart]}
      </h3>
      {missing ? (
        <p class="muted">{words.noChart}</p>
      ) : (
        <img src={shown} alt={altOf(chart, found)} onError={() => setMissing(true)} />
      )}
      {tableOf(chart, found)}
      <footer>
        <a class="button small" href={saved} download={fileName(`${chart}.svg`)} aria-label={words.saveAs(words.chart[chart], 'SVG')}>
          SVG
        </a>
        <button type="button" class="button small" aria-label={words.saveAs(words.chart[chart], 'PNG')} onClick={savePng}>
          PNG
        </button>
      </footer>
    </section>
  );
}

function Rows({ rows, head }: { rows: readonly (readonly [string, string, string?])[]; head: readonly [string, string, string?] }) {
  return (
    <table class="counts tabular">
      <thead class="spoken">
        <tr>
          {head.map((title) => (
            <th scope="col" key={title}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...values]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {values.map((value, i) => (
              <td key={i}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function share(part: number, of: number): string {
  return of === 0 ? '–' : percent(part / of);
}

function Classes({ classes }: { classes: readonly ClassStatistics[] }) {
  const page = usePage();
  const sorted = useMemo(() => byCount(classes), [classes]);
  return (
    <div class="class-counts">
      <div class="class-count head muted" aria-hidden="true">
        <span class="class-name">{words.className}</span>
        <span>{words.objects}</span>
        <span>{words.images}</span>
        <span>{words.medianArea}</span>
        <span>{words.medianOfTime}</span>
      </div>
      <VirtualList
        count={sorted.length}
        row={rowHeight}
        label={words.chart.classes}
        current={null}
        render={(index) => {
          const item = sorted[index];
          if (item === undefined) return null;
          return (
            <button
              type="button"
              role="option"
              aria-selected={false}
              class="class-count"
              key={item.id}
              title={words.listClass(item.name)}
              aria-label={words.classSpoken(item.name, text.counted.objects(item.annotations), text.counted.images(item.images))}
              onClick={() => listClass(page, item.id)}
            >
              <span class="swatch" style={{ background: css(colorOf(item.id)) }} />
              <ClassName name={item.name} />
              <span class="tabular">{count(item.annotations)}</span>
              <span class="tabular">{count(item.images)}</span>
              <span class="tabular muted">{item.annotations === 0 ? '–' : area(item.areas.median)}</span>
              <span class="tabular muted">{seconds(item.seconds?.median ?? 0)}</span>
            </button>
          );
        }}
      />
    </div>
  );
}

function seconds(value: number): string {
  return value > 0 ? words.seconds(value < 10 ? value.toFixed(1) : count(value)) : '–';
}

function duration(value: number): string {
  if (value <= 0) return '–';
  const minutes = Math.round(value / 60);
  return minutes < 1 ? seconds(value) : words.duration(Math.floor(minutes / 60), minutes % 60);
}

// The chart of the states has its numbers on it, so that no table repeats them; who does not see it is told them.
function altOf(chart: Chart, { states }: Statistics): string {
  if (chart !== 'states' || states === undefined) return words.chartAlt[chart];
  const shown = imageKinds.toReversed().filter((kind) => states[kind] > 0);
  return `${words.chartAlt.states}: ${shown.map((kind) => `${count(states[kind])} ${words.kind[kind]}`).join(', ')}`;
}

function tableOf(chart: Chart, found: Statistics) {
  const { areas, annotations, images } = found;
  switch (chart) {
    case 'classes':
      return <Classes classes={found.classes} />;
    case 'states':
      return (
        <Rows
          head={[words.review, words.objects]}
          rows={[
            [words.proposals, count(found.proposals ?? 0)],
            [words.rejected, count(found.rejected ?? 0)],
          ]}
        />
      );
    case 'areas':
      return (
        <Rows
          head={[words.size, words.objects, words.share]}
          rows={[
            [words.small, count(areas.small), share(areas.small, annotations)],
            [words.medium, count(areas.medium), share(areas.medium, annotations)],
            [words.large, count(areas.large), share(areas.large, annotations)],
            ...(annotations === 0 ? [] : [[words.median, area(areas.median), ''] as const]),
          ]}
        />
      );
    case 'objects':
      return (
        <Rows
          head={[words.objectsAnImage, words.images, words.share]}
          rows={Object.entries(found.objects_an_image)
            .filter(([, number]) => number > 0)
            .map(([step, number]) => [step, count(number), share(number, images)] as const)}
        />
      );
    case 'times':
      if (found.seconds === undefined) return null;
      return (
        <Rows
          head={[words.time, words.value]}
          rows={[
            [words.medianTime, seconds(found.seconds.median)],
            [words.meanTime, seconds(found.seconds.mean)],
            [words.allTime, duration(found.seconds.sum)],
            [words.timed, count(found.seconds.objects)],
          ]}
        />
      );
    case 'positions':
      return null;
  }
}

function Found({ job, found }: { job: Job; found: Statistics }) {
  return (
    <div class="charts">
      {charts.map((chart) => (
        <ChartCard key={chart} job={job} chart={chart} found={found} />
      ))}
    </div>
  );
}

function Counting({ job }: { job: Job | null }) {
  const page = usePage();
  const known = job !== null && job.total > 0;
  return (
    <div class="counting" role="status">
      <p>{known ? words.countingOf(count(job.done), count(job.total)) : words.counting}</p>
      {job !== null && <JobBar job={job} />}
      <button type="button" class="button" onClick={() => void stopCounting(page)}>
        {words.stop}
      </button>
    </div>
  );
}

function Reports({ job }: { job: Job }) {
  const fileName = useFileName();
  const report = (as: string) => `${base}/jobs/${job.id}/report?as=${as}`;
  return (
    <div class="reports" role="group" aria-label={words.export}>
      <span class="muted">{words.export}</span>
      {(['html', 'csv', 'json'] as const).map((as) => (
        <a
          key={as}
          class="button small"
          href={report(as)}
          download={fileName(`statistics.${as}`)}
          title={words.reportTitle[as]}
          aria-label={words.reportTitle[as]}
        >
          {as.toUpperCase()}
        </a>
      ))}
    </div>
  );
}

export function StatisticsDialog() {
  const page = usePage();
  const { job, result, problem } = useValue((state) => state.statistics);
  const close = () => page.store.set({ dialog: null });
  const failed = problem !== null || job?.state === 'failed' || job?.state === 'cancelled';
  return (
    <Dialog title={words.title} wide>
      <div class="statistics">
        {result !== null && (
          <p class="tabular">{words.summary(
            text.counted.images(result.images),
            text.counted.objects(result.annotations),
            text.counted.classes(result.classes.length),
          )}</p>
        )}
        {result !== null && job !== null && <Found job={job} found={result} />}
        {result === null && failed && (
          <p role="alert" class="failed">
            {problem === null ? job!.message : `${problem.title}. ${problem.detail}`}
          </p>
        )}
        {result === null && !failed && <Counting job={job} />}
      </div>
      <div class="dialog-buttons">
        {result !== null && job !== null && <Reports job={job} />}
        <span class="grow" />
        <button
          type="button"
          class="button"
          aria-disabled={isCounting(job)}
          onClick={() => void countStatistics(page)}
        >
          {words.again}
        </button>
        <button type="button" class="button primary" data-first onClick={close}>
          {words.close} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
