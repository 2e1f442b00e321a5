// /_postern/metrics, read strictly.

import assert from 'node:assert/strict';

const NAME = /^[a-z][a-z0-9_]*$/;
const SAMPLE = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

function readLabels(text = '') {
  const labels = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    assert.ok(match, `labels {${text}}`);
    assert.ok(!(match[1] in labels), `label ${match[1]} twice in {${text}}`);
    labels[match[1]] = match[2].replace(/\\(.)/g, (whole, character) => (character === 'n' ? '\n' : character));
  }
  return labels;
}

// {families: {name: {help, type}}, samples: [{name, labels, value}]}; fails unless the page is what Prometheus reads.
export function parseMetrics(page) {
  const families = {};
  const samples = [];
  let family;
  assert.ok(page.endsWith('\n'));
  for (const line of page.split('\n').slice(0, -1)) {
    const comment = line.match(/^# (HELP|TYPE) (\S+) (.+)$/);
    if (comment?.[1] === 'HELP') {
      family = comment[2];
      assert.match(family, NAME);
      assert.ok(!(family in families), `family ${family} twice`);
      families[family] = { help: comment[3] };
      continue;
    }
    if (comment) {
      assert.equal(comment[2], family);
      assert.match(comment[3], /^(counter|gauge|histogram)$/);
      families[family].type = comment[3];
      continue;
    }
    const match = line.match(SAMPLE);
    assert.ok(match, `a sample: ${line}`);
    const [, name, labels, value] = match;
    const suffixes = families[family].type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    assert.ok(suffixes.some((suffix) => name === family + suffix), `${name} is among the samples of ${family}`);
    samples.push({ name, labels: readLabels(labels), value: Number(value) });
  }
  const series = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  assert.equal(new Set(series).size, series.length, 'a series twice');
  return { families, samples };
}

export async function readMetrics(emulator) {
  const answer = await emulator.request('GET', '/_postern/metrics');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const page = parseMetrics(answer.body);
  // The value of the one sample of that name that has these labels; undefined without one.
  page.value = (name, labels = {}) => {
    const found = page.samples.filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
    assert.ok(found.length <= 1, `${name} ${JSON.stringify(labels)} is ${found.length} samples`);
    return found[0]?.value;
  };
  return page;
}
