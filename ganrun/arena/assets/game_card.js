/* One game's card: its picture, its count of modes, their shares, the losses, and what can be done. */

import { Characters, hits } from "../../page/assets/characters.js";
import { Curves } from "../../page/assets/curves.js";
import { element, prefersCalm, write } from "../../page/assets/elements.js";
import { fieldSpread, median, pushesOn, typicalPush, uphillOf } from "../../page/assets/field.js";
import { Scene } from "../../page/assets/scene.js";
import { capital, coveredModes, listed, percent, plural, shortRate, thousands } from "../../page/assets/wording.js";
import { cardWords } from "./card_words.js";
import { differences, remediesOf } from "./config_words.js";
import { HistoryBar } from "./history_bar.js";
import { ModeShares } from "./mode_shares.js";
import { laidOut, Motion } from "./motion.js";
import { SlowRound } from "./slow_round.js";

const TELL_EVERY = 1000; // ms between texts for who cannot see the picture
const CURVE_EVERY = 200; // ms that a point of the loss curves is the mean of
const SMOOTH = 0.12; // of a new scale's say in the scale that is drawn

export class GameCard {
  /* `acts`: select(id), duplicate(id), save(id), copy(id), remove(id), verdict(card), meaning(word),
   * branch(id, round), rewind(id, round), happened(events, header), step(id, player), draw(). */
  constructor(template, id, acts) {
    this.id = id;
    this.acts = acts;
    this.element = template.content.firstElementChild.cloneNode(true);
    const find = (selector) => this.element.querySelector(selector);
    this.part = {
      select: find(".game-select"),
      number: find(".digit"),
      label: find(".label"),
      compiling: find(".compiling"),
      chips: find(".chips"),
      canvas: find(".canvas-frame canvas"),
      company: find(".company"),
      round: find(".round b"),
      rate: find(".round .rate"),
      over: find(".over"),
      covered: find(".covered"),
      of: find(".of"),
      stricter: find(".stricter"),
      verdict: find(".verdict"),
      word: find(".verdict .word"),
      evidence: find(".evidence"),
      shares: find(".mode-shares"),
      missing: find(".missing-words"),
      losses: find(".losses"),
      save: find(".save"),
      remove: find(".remove"),
      told: find(".told"),
    };
    this.shares = new ModeShares(this.part.shares);
    this.scene = null;
    this.curves = new Curves(this.part.losses, {
      label: "Loss",
      series: [
        { name: "detective", color: "--blue" },
        { name: "forger", color: "--orange", dash: true },
      ],
    });
    this.history = new HistoryBar({
      place: find(".history"),
      label: "Round",
      acts: {
        look: () => this.lookAnew(),
        branch: (round) => acts.branch(id, round),
        rewind: (round) => acts.rewind(id, round),
      },
    });
    this.characters = new Characters(find(".players"));
    this.slow = null; // the round in slow motion
    this.motion = new Motion();
    this.coming = null; // the past that the game will have once it has gone back, or been branched
    this.frame = null; // the latest picture that came
    this.fresh = false; // whether it is still to be drawn
    this.forget();
    this.part.select.addEventListener("click", () => acts.select(id));
    for (const act of ["duplicate", "save", "copy", "remove"]) {
      find(`.${act}`).addEventListener("click", () => acts[act](id));
    }
  }

  /* What the server says about the game; `first` is the one that all are compared with. */
  setState(game, position, first, many) {
    const before = this.game;
    this.game = game;
    this.position = position;
    write(this.part.number, String(position + 1));
    write(this.part.label, game.label);
    this.element.setAttribute("aria-label", `Game ${position + 1}: ${game.label}`);
    this.part.compiling.hidden = game.ready;
    this.element.classList.toggle("waiting", !game.ready);
    this.part.remove.disabled = !many;
    this.part.remove.title = many ? "" : "The last game stays";
    this.part.save.disabled = game.saving !== null && game.saving !== undefined;
    const saving = game.saving < 1 ? `Saving ${percent(game.saving)}` : "Measuring";
    write(this.part.save, this.part.save.disabled ? saving : "Save");
    write(this.part.company, game.company);
    this.part.company.hidden = !game.company;
    this.showChips(game, first);
    this.tellRemedies(game);
    const isAnother = !before || !sameTarget(before.target, game.target);
    if (isAnother) this.setTarget(game.target);
    if (isAnother && before && game.touched && this.lastRound > 0) this.say(goesOn(this.lastRound));
    if (before && game.events > before.events) this.mark(listed(differences(game.config, before.config)));
    this.redraw();
  }

  setTarget(target) {
    if (this.scene) this.scene.setTarget(target);
    else this.scene = new Scene(this.part.canvas, target);
    const total = target.modes.reduce((sum, { weight }) => sum + weight, 0);
    this.startShares(target.modes.map(({ weight }) => weight / total));
    write(this.part.of, `of ${plural(target.modes.length, "mode")}`);
  }

  /* Another game from here on, or the same from its start: nothing of the past is shown. */
  forget() {
    this.range = null;
    this.reach = null;
    this.lastRound = -1;
    this.lastTold = -Infinity;
    this.lastCurve = -Infinity;
    this.sums = { count: 0, detective: 0, forger: 0 };
    this.marks = [];
    this.word = "";
    this.curves.clear();
    this.curves.setMarks([]);
    this.history.start(this.coming || undefined);
    this.coming = null;
    this.startShares(this.shares.weights);
  }

  /* Have this past from the start. */
  adopt(past) {
    this.history.start(past);
    this.coming = past;
  }

  /* The next picture that begins anew belongs to this past. */
  expect(past) {
    this.coming = past;
  }

  /* Count anew, for modes with these weights. */
  startShares(weights) {
    this.shares.clear(weights);
    this.shares.draw();
    write(this.part.covered, "–");
    this.part.covered.className = "covered unknown";
    write(this.part.missing, "");
    write(this.part.stricter, "");
    this.showVerdict(null, "");
  }

  showChips(game, first) {
    const chips = game === first ? [] : differences(game.config, first.config);
    const told = chips.join("\n") + (game.touched ? "\ntouched" : "");
    if (told === this.told) return;
    this.told = told;
    const items = chips.map((chip) => element("li", { class: "chip warn", text: chip }));
    if (game.touched) {
      items.push(element("li", { class: "chip touched", text: "changed while it trained", title: "Its settings were changed after round 0; it saves with its events" }));
    }
    this.part.chips.replaceChildren(...items);
    this.part.chips.hidden = items.length === 0;
  }

  /* What a remedy does to the game, when it comes into it. */
  tellRemedies({ config }) {
    const remedies = remediesOf(config);
    const isNew = (name) => this.remedies && !this.remedies.has(name);
    const news = [...remedies].filter(([name]) => isNew(name)).map(([name, { story }]) => `${name}. ${story}`);
    const isGone = this.remedies && [...this.remedies.keys()].some((name) => !remedies.has(name));
    this.remedies = remedies;
    if (news.length || isGone) this.say(news.join(" "));
  }

  /* Keep a picture; it is drawn with the screen's next frame, unless a newer one comes first. */
  take(header, arrays) {
    this.frame = { header, arrays };
    this.fresh = true;
    this.begin(header);
    this.lastRound = header.round;
    const { metrics } = cardWords(header, this.shares.modes);
    if (metrics) this.shares.push(metrics);
    const news = this.history.past.take(header, arrays, metrics);
    if (news.length) this.acts.happened(news, header);
    if (this.slow) this.slow.tell(header);
    const { trace } = header;
    if (trace && Number.isFinite(trace.loss_d)) {
      this.sums.count += 1;
      this.sums.detective += trace.loss_d;
      this.sums.forger += trace.loss_g;
    }
  }

  /* What was counted before is of another game, or of other modes, where the picture begins an age. */
  begin({ round, age }) {
    const isAnother = age !== this.age;
    this.age = age;
    if (round < this.lastRound || (isAnother && this.game && !this.game.touched)) this.forget();
    else if (isAnother) this.startShares(this.shares.weights);
  }

  redraw() {
    this.fresh = this.frame !== null;
  }

  draw(view, now) {
    if (!this.fresh || !this.scene || !this.game) return;
    this.fresh = false;
    const modes = this.game.target.modes.length;
    const live = cardWords(this.frame.header, modes).metrics;
    this.history.draw({ round: this.frame.header.round, count: live ? live.covered.filter(Boolean).length : null }, modes);
    const { back } = this.history;
    const shown = back || this.frame;
    const words = cardWords(shown.header, modes);
    const header = { ...shown.header, metrics: words.metrics };
    this.drawPicture(header, shown.arrays, this.slow ? this.slow.view : view, now);
    this.tellPlayers(header);
    this.shares.draw();
    write(this.part.round, `round ${thousands(header.round)}`);
    const isGoing = !back && header.playing && header.rounds_per_second;
    const rate = isGoing ? `${shortRate(header.rounds_per_second)} a second` : "";
    write(this.part.rate, rate);
    this.showCount(words);
    this.showVerdict(header.verdict, words.evidence);
    if (now - this.lastCurve >= CURVE_EVERY || !header.playing) this.pushCurve(this.frame.header.round, now);
    if (now - this.lastTold >= TELL_EVERY || !header.playing) this.tell(header, now);
    this.part.over.hidden = header.diverged_at === null || header.diverged_at === undefined;
    if (!this.part.over.hidden) {
      write(this.part.over, `Diverged in round ${thousands(header.diverged_at)}: a number stopped being finite. This is its last finite state.`);
    }
  }

  tellPlayers({ metrics, caught }) {
    this.characters.tell(metrics ? metrics.covered : null, hits(caught ? caught.forged : NaN, "caught"));
  }

  drawPicture({ metrics, arrays: described }, arrays, view, now) {
    const { field } = arrays;
    const { objective } = this.game;
    const uphill = uphillOf(objective.uphill);
    const grid = field ? Math.round(Math.sqrt(field.length)) : 0;
    if (field && view.arrows) {
      const pushes = pushesOn(arrays.samples, field, grid, this.game.target.extent, uphill);
      if (pushes.length) this.reach = nearer(this.reach, typicalPush(pushes));
    }
    if (field) {
      this.range = objective.reach || nearer(this.range, fieldSpread(field, median(field)));
    }
    const net = described.find(({ name }) => name === "manifold");
    this.scene.draw({
      samples: this.moved(arrays, view, now),
      field: view.noField ? null : field,
      grid,
      fieldRange: this.range,
      fieldMiddle: objective.middle,
      covered: metrics ? metrics.covered : null,
      arrows: view.arrows,
      uphill,
      arrowRange: this.reach,
      real: view.real ? arrays.real : null,
      stamps: view.stamps,
      unmarked: view.noise,
      net: view.net && net ? { points: arrays.manifold, lines: net.shape[0] } : null,
    });
  }

  /* The samples, or the noise that they are made of; in slow motion they move from one to the other. */
  moved({ samples, latents }, { noise }, now) {
    const isNoise = noise && latents;
    if (isNoise && this.laid?.of !== latents) {
      this.laid = { of: latents, points: laidOut(latents, samples.length / 2, this.game.target.extent) };
    }
    const points = this.motion.towards(isNoise ? this.laid.points : samples, now, this.slow !== null && !prefersCalm());
    if (this.motion.isMoving(now)) this.lookAnew();
    return points;
  }

  showCount({ metrics, covered, of, stricter, isWhole, missing }) {
    this.part.covered.classList.toggle("unknown", !metrics);
    this.part.covered.classList.toggle("all", isWhole);
    write(this.part.covered, covered);
    write(this.part.of, of);
    write(this.part.stricter, stricter);
    write(this.part.missing, missing);
    this.part.missing.classList.toggle("none", isWhole);
  }

  showVerdict(verdict, evidence) {
    const word = verdict ? verdict.word : "";
    write(this.part.word, verdict ? verdict.short : "no verdict yet");
    write(this.part.evidence, evidence);
    const { description, tone } = this.acts.meaning(word);
    this.part.verdict.title = verdict ? `${capital(verdict.words)}. ${description}` : "";
    if (word === this.word) return;
    this.word = word;
    this.part.verdict.className = `verdict ${tone && `chip ${tone}`}`;
    if (verdict) this.acts.verdict(this, verdict);
  }

  pushCurve(round, now) {
    const { count, detective, forger } = this.sums;
    if (count === 0) return;
    this.lastCurve = now;
    this.sums = { count: 0, detective: 0, forger: 0 };
    this.curves.push(round, { detective: detective / count, forger: forger / count });
  }

  tell({ round, metrics, rounds_per_second: rate, playing }, now) {
    this.lastTold = now;
    const where = `Game ${this.position + 1}, ${this.game.label}. Round ${thousands(round)}`;
    const pace = playing && rate ? `, ${shortRate(rate)} a second` : "";
    const count = metrics ? ` ${coveredModes(metrics.covered)}` : "";
    this.part.canvas.setAttribute("aria-label", `${where}${pace}.${count}`);
    const shares = metrics ? metrics.shares.map((share, mode) => `mode ${mode} ${percent(share)}`).join(", ") : "none yet";
    this.part.shares.setAttribute("aria-label", `Share of the forgeries per mode: ${shares}.`);
  }

  /* Show a round part by part, or go on with it. */
  slowDown() {
    if (this.slow) {
      this.slow.advance();
      return;
    }
    this.history.back = null;
    this.slow = new SlowRound(this.element.querySelector(".slow"), {
      step: (player) => this.acts.step(this.id, player),
      show: () => this.lookAnew(),
      end: () => {
        this.slow = null;
        this.lookAnew();
      },
    });
    if (this.frame) this.slow.tell(this.frame.header);
    this.lookAnew();
  }

  lookAnew() {
    this.redraw();
    this.acts.draw();
  }

  /* Something was done to the game in this round; in words where it was a setting. */
  mark(words) {
    if (words) this.history.past.changed(Math.max(0, this.lastRound), words);
    this.marks.push(Math.max(0, this.lastRound));
    this.curves.setMarks(this.marks);
  }

  say(text) {
    write(this.part.told, text);
  }

  resize() {
    this.shares.readColours();
    this.redraw();
  }

  /* Off the page for good. */
  close() {
    if (this.scene) this.scene.close();
    this.history.close();
    this.element.remove();
  }

  choose(chosen) {
    this.element.classList.toggle("chosen", chosen);
    this.part.select.setAttribute("aria-pressed", String(chosen));
  }
}

/* A scale that follows its data slowly, so that colours and arrows do not flicker. */
function nearer(scale, to) {
  return scale === null || !(scale > 0) ? to : scale * (to / scale) ** SMOOTH || to;
}

function sameTarget(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/* What other modes do to a game that has been played. */
const goesOn = (round) =>
  `Other modes from round ${thousands(round)} on: forger and detective keep what they have learned. Reset (R) begins anew.`;
