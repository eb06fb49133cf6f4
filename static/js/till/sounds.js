// Two sounds that cannot be taken for each other: one short high note, two long low ones.

// Milliseconds of silence after which the computer's audio may rest: running, it keeps a tablet's processor awake.
const REST = 2000;

let context = null;
let resting;

function note(frequency, start, length, shape) {
  const oscillator = new OscillatorNode(context, { type: shape, frequency });
  const volume = new GainNode(context, { gain: 0.2 });
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(context.currentTime + start);
  oscillator.stop(context.currentTime + start + length);
}

function play(notes) {
  try {
    context ??= new AudioContext();
    clearTimeout(resting);
    resting = setTimeout(() => context.suspend(), REST);
    if (context.state === "suspended") context.resume();
    for (const each of notes) note(...each);
  } catch {
    // A computer without sound: the colours and words remain.
  }
}

// After the words are on the screen: they come first.
const soon = (notes) => setTimeout(play, 0, notes);

export const accepted = () => soon([[1320, 0, 0.08, "sine"]]);
export const refused = () => soon([[220, 0, 0.22, "square"], [165, 0.28, 0.34, "square"]]);
