/** In a peer's process: says that it is ready, answers, and tells how much of the processors it has used. */
export function answering(ready, answer = () => null) {
  process.on('message', async ({ number, question }) => {
    if (question.end === true) process.exit();
    const { user, system } = process.cpuUsage();
    process.send({ number, answer: question.cpu === true ? user + system : await answer(question) });
  });
  // A bench that was broken off leaves nobody behind.
  process.on('disconnect', () => process.exit());
  process.send({ ready, answer: null });
}
