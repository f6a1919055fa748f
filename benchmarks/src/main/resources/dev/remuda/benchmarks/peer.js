// Node's child_process IPC: forked children, one call at a time each, the rest in a queue.
//   peer.js latency COUNT [CORE]           one call at a time: the p50, in nanoseconds; the child on CORE
//   peer.js rate WORKERS IN_FLIGHT MILLIS  calls a second
const { fork } = require('node:child_process');

const TEXT = 'x'.repeat(64);

function serve() {
  process.on('message', (message) => process.send(message));
  process.on('disconnect', () => process.exit(0));
  process.send('ready');
}

function start(count, core, onReady) {
  const pinned = { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath] };
  const children = [];
  let ready = 0;
  for (let i = 0; i < count; i++) {
    const child = fork(__filename, ['serve'], core === undefined ? {} : pinned);
    child.once('message', () => ++ready === count && onReady(children));
    children.push(child);
  }
}

function latency(count, core) {
  start(1, core, ([child]) => {
    const samples = [];
    let left = count + (count >> 2);
    let begin;
    const send = () => {
      begin = process.hrtime.bigint();
      child.send(TEXT);
    };
    child.on('message', () => {
      const took = Number(process.hrtime.bigint() - begin);
      if (left-- <= count) samples.push(took);
      if (left > 0) return send();
      samples.sort((a, b) => a - b);
      console.log(samples[samples.length >> 1]);
      child.disconnect();
    });
    send();
  });
}

function rate(workers, inFlight, millis) {
  start(workers, undefined, (children) => {
    const waiting = [];
    const idle = [...children];
    const warm = process.hrtime.bigint() + 200_000_000n;
    let begin = 0n;
    let done = 0;
    let ended = false;
    const dispatch = () => {
      while (idle.length && waiting.length) idle.pop().send(waiting.shift());
    };
    const answered = (child) => {
      const now = process.hrtime.bigint();
      if (!begin && now >= warm) begin = now;
      else if (begin) done++;
      if (begin && now - begin >= BigInt(millis) * 1_000_000n && !ended) {
        ended = true;
        console.log(Math.floor((done * 1e9) / Number(now - begin)));
        children.forEach((each) => each.disconnect());
      }
      if (ended) return;
      idle.push(child);
      waiting.push(TEXT);
      dispatch();
    };
    for (const child of children) child.on('message', () => answered(child));
    for (let i = 0; i < inFlight; i++) waiting.push(TEXT);
    dispatch();
  });
}

const [what, ...counts] = process.argv.slice(2);
({ serve, latency, rate })[what](...counts.map(Number));
