// graphile-worker (found by NODE_PATH) on a PostgreSQL; prints nanoseconds.
//   queue.js rate COUNT URL    a job's share of the time to run so many that do nothing, 100 at once
//   queue.js pickup COUNT URL  from the insert of a job to its handler: the p50
const { Logger, makeWorkerUtils, run } = require('graphile-worker');

const logger = new Logger(() => () => {});

async function rate(count, connectionString, utils) {
  await utils.withPgClient((client) =>
    client.query("SELECT graphile_worker.add_job('bench', '{}') FROM generate_series(1, $1::int)", [count]),
  );
  let done = 0;
  let finished;
  const all = new Promise((resolve) => (finished = resolve));
  const bench = async () => {
    if (++done === count) finished();
  };
  const begin = process.hrtime.bigint();
  const runner = await run({ connectionString, concurrency: 100, logger, noHandleSignals: true, taskList: { bench } });
  await all;
  const took = Number(process.hrtime.bigint() - begin);
  await runner.stop();
  return took / count;
}

async function pickup(count, connectionString, utils) {
  let begun;
  const bench = async () => begun(process.hrtime.bigint());
  const runner = await run({ connectionString, concurrency: 1, logger, noHandleSignals: true, taskList: { bench } });
  const samples = [];
  for (let i = 0; i < count + 20; i++) {
    const handled = new Promise((resolve) => (begun = resolve));
    const before = process.hrtime.bigint();
    await utils.addJob('bench', {});
    const took = Number((await handled) - before);
    if (i >= 20) samples.push(took);
  }
  await runner.stop();
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1];
}

async function main([what, count, connectionString]) {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  console.log(await { rate, pickup }[what](Number(count), connectionString, utils));
  await utils.release();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
