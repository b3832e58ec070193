// What limits a row, in words, as profiles have shown it (`npm run bench -- --profile`): by 'case: contender'.
export const limits: Readonly<Record<string, string>> = {
  'pipeline: Headgate engine, ledger on': "Making the three samples and the collector; a try, five counters and the parts of the last sample of each port a hop. V8 inlines the chain whole.",
  'shapes: chain of 100': 'Beyond 64 nodes the copies of the hop are shared: calls between nodes are no longer inlined, and a sample costs its allocation in each node.',
  'shapes: 1,000 flows at once': 'The processor\'s cache: each sample finds another flow, whose 4 nodes lie in memory that was not touched for a thousand samples.',
  'shapes: window over 10,000 tags': "Closing the windows (timers per tag, merging, results) and the cache: each sample finds another tag's window.",
  'growth: 10,000 nodes': 'The processor\'s cache: what a hop touches of its node, ports and closures no longer fits, and no call is inlined.',
  'deploy: 1,000 nodes: deploy in the engine': 'Once a process: loading the 64 copies of the hop, 1.2 ms each. The nodes themselves take 25 µs each.',
  'deploy: 1,000 nodes: compile': 'Checking each config against its schema and typing the wires, about half each; cold code in the first.',
}
