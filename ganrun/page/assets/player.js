/* A run, snapshot by snapshot: a scene with a scrubber, play, speed, single steps and arrows. */
(function (ganrun) {
  "use strict";

  const SPEEDS = [2, 5, 10, 20]; // snapshots a second
  const LARGEST_LOGIT = 5; // beyond, a probability is within 1 % of certain
  const ICONS = {
    play: "M6 4.5v15l13-7.5z",
    pause: "M6 5h4v14H6zM14 5h4v14h-4z",
    back: "M6 5h2.4v14H6zM19 5v14L9.5 12z",
    next: "M15.6 5H18v14h-2.4zM5 5v14l9.5-7z",
    again: "M12 5V1.8L7 6.2l5 4.4V7.4a5.1 5.1 0 1 1-5.1 5.1H4.5A7.5 7.5 0 1 0 12 5z",
  };

  /** A button with a picture on it, named for who cannot see it. */
  function iconButton(icon, label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button icon";
    setIcon(button, icon, label);
    return button;
  }

  function setIcon(button, icon, label) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", ICONS[icon]);
    svg.append(path);
    button.replaceChildren(svg);
    button.setAttribute("aria-label", label);
    button.title = label;
  }
  ganrun.iconButton = iconButton;
  ganrun.setIcon = setIcon;

  function made(name, className, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }
  ganrun.made = made;

  ganrun.Player = class {
    /** data = {target, steps, samples: packed [S, N, 2], field: packed [S, G, G] or S times [G, G]
        or null, covered?: [S][K], objective (needed for a field alone), compact?, label?, start?};
        it begins at snapshot `start`, by default the last. Where the target changed, `targets` holds
        all of them and `targetOf` the number of each snapshot's; likewise `objectives`. */
    constructor(element, data) {
      this.data = data;
      this.target = data.target;
      this.steps = data.steps;
      this.callbacks = [];
      this.timer = null;
      this.speed = 5;
      this.arrows = false;
      this.unpack();
      this.build(element);
      this.scene = new ganrun.Scene(this.canvas, this.target);
      this.listen(element);
      const last = this.steps.length - 1;
      this.seek(data.start === undefined ? last : data.start);
    }

    /** Show a snapshot by its number. */
    seek(index) {
      this.index = Math.max(0, Math.min(this.steps.length - 1, Math.round(index)));
      if (this.data.targets) {
        this.target = this.data.targets[this.data.targetOf[this.index]];
        this.scene.setTarget(this.target);
      }
      this.scene.draw(this.frame(this.index));
      this.slider.value = this.index;
      this.tell();
      for (const callback of this.callbacks) callback(this.index, this.steps[this.index]);
    }

    /** Show the snapshot nearest to a round. */
    seekRound(round) {
      let best = 0;
      this.steps.forEach((step, index) => {
        if (Math.abs(step - round) < Math.abs(this.steps[best] - round)) best = index;
      });
      this.seek(best);
    }

    /** Call back with the snapshot's number and its round whenever another one is shown. */
    onSeek(callback) {
      this.callbacks.push(callback);
      callback(this.index, this.steps[this.index]);
    }

    play() {
      if (this.steps.length < 2) return;
      if (this.index === this.steps.length - 1) this.seek(0);
      this.caption.setAttribute("aria-live", "off"); // nobody can listen that fast
      setIcon(this.playButton, "pause", "Pause");
      clearInterval(this.timer);
      this.timer = setInterval(() => {
        this.seek(this.index + 1);
        if (this.index === this.steps.length - 1) this.pause();
      }, 1000 / this.speed);
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      setIcon(this.playButton, "play", "Play");
      this.caption.setAttribute("aria-live", "polite");
    }

    /** Take the player off the page for good. */
    close() {
      this.pause();
      this.scene.close();
      this.root.remove();
    }

    get playing() {
      return this.timer !== null;
    }

    unpack() {
      const { samples, field } = this.data;
      const points = ganrun.decode(samples);
      const each = points.length / this.steps.length;
      this.samples = this.steps.map((_, n) => points.subarray(n * each, (n + 1) * each));
      this.fields = null;
      if (!field) return;
      this.objectives = this.steps.map((_, n) =>
        this.data.objectives ? this.data.objectives[this.data.objectiveOf[n]] : this.data.objective,
      );
      if (Array.isArray(field)) {
        this.grid = field[0].shape[1];
        this.fields = field.map(ganrun.decode);
      } else {
        this.grid = field.shape[1];
        const values = ganrun.decode(field);
        const cells = this.grid * this.grid;
        this.fields = this.steps.map((_, n) => values.subarray(n * cells, (n + 1) * cells));
      }
      this.setScales();
    }

    /** One scale of colours and one of arrows for all snapshots, so that they can be compared. */
    setScales() {
      const offsets = this.fields.flatMap((field, n) => {
        const { middle } = this.objectives[n];
        const white = middle === null ? ganrun.median(field) : middle;
        return Array.from(field, (value) => value - white);
      });
      this.range = ganrun.fieldSpread(offsets, 0);
      const probable = this.objectives.every(({ probability }) => probability);
      if (probable) this.range = Math.min(Math.max(this.range, 0.5), LARGEST_LOGIT);
      const pushes = this.fields.flatMap((field, n) =>
        ganrun.pushes(this.samples[n], field, this.grid, this.target.extent, ganrun.uphill(this.objectives[n].uphill)),
      );
      this.arrowRange = ganrun.typicalPush(pushes);
    }

    /** Which modes are covered in a snapshot; null where that is not known. */
    covered(index) {
      const covered = this.data.covered ? this.data.covered[index] : null;
      return covered && covered.length === this.target.modes.length ? covered : null;
    }

    frame(index) {
      const shown = { samples: this.samples[index], covered: this.covered(index) };
      if (!this.fields) return shown;
      const { middle, uphill } = this.objectives[index];
      return {
        ...shown,
        field: this.fields[index],
        grid: this.grid,
        fieldRange: this.range,
        fieldMiddle: middle,
        arrows: this.arrows,
        uphill: ganrun.uphill(uphill),
        arrowRange: this.arrowRange,
      };
    }

    build(element) {
      const compact = Boolean(this.data.compact);
      const root = made("div", compact ? "player compact" : "player");
      this.root = root;
      this.canvas = made("canvas", "player-canvas");
      this.canvas.setAttribute("role", "img");
      const [x0, x1, y0, y1] = this.target.extent;
      this.canvas.style.aspectRatio = `${x1 - x0} / ${y1 - y0}`;
      this.playButton = iconButton("play", "Play");
      this.backButton = iconButton("back", "One snapshot back");
      this.nextButton = iconButton("next", "One snapshot on");
      this.slider = made("input", "player-slider");
      Object.assign(this.slider, { type: "range", min: 0, max: this.steps.length - 1, step: 1 });
      this.slider.setAttribute("aria-label", this.data.label ? `Round, ${this.data.label}` : "Round");
      this.round = made("output", "player-round");
      this.caption = made("p", "player-caption");
      this.caption.setAttribute("aria-live", "polite");
      const controls = made("div", "player-controls", this.playButton);
      if (!compact) controls.append(this.backButton, this.nextButton);
      controls.append(this.slider, this.round);
      root.append(this.canvas, controls);
      if (!compact) root.append(this.buildOptions());
      root.append(this.caption);
      element.append(root);
    }

    buildOptions() {
      const options = made("div", "player-options");
      this.speedMenu = made("select", "menu");
      for (const speed of SPEEDS) {
        this.speedMenu.append(new Option(`${speed} a second`, speed, false, speed === this.speed));
      }
      options.append(made("label", "player-option", "Speed ", this.speedMenu));
      if (this.fields) {
        this.arrowsBox = made("input");
        this.arrowsBox.type = "checkbox";
        options.append(made("label", "player-option", this.arrowsBox, " Arrows: where it pushes the fakes"));
        const bar = made("span", "field-bar");
        bar.setAttribute("aria-hidden", "true");
        options.append(made("span", "field-key", "looks forged", bar, "looks real"));
      }
      return options;
    }

    listen() {
      const stop = () => this.playing && this.pause();
      this.playButton.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
      this.backButton.addEventListener("click", () => (stop(), this.seek(this.index - 1)));
      this.nextButton.addEventListener("click", () => (stop(), this.seek(this.index + 1)));
      this.slider.addEventListener("input", () => (stop(), this.seek(Number(this.slider.value))));
      this.root.addEventListener("keydown", (event) => this.key(event));
      if (this.speedMenu) {
        this.speedMenu.addEventListener("change", () => {
          this.speed = Number(this.speedMenu.value);
          if (this.playing) this.play();
        });
      }
      if (this.arrowsBox) {
        this.arrowsBox.addEventListener("change", () => {
          this.arrows = this.arrowsBox.checked;
          this.seek(this.index);
        });
      }
    }

    /** Space plays; the arrow keys step, on buttons too (the slider knows them by itself). */
    key(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const on = event.target;
      if (event.key === " " && on === this.slider) {
        event.preventDefault();
        this.playButton.click();
      }
      if (on === this.slider || on.matches("select")) return;
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!move) return;
      event.preventDefault();
      if (this.playing) this.pause();
      this.seek(this.index + move);
    }

    tell() {
      const step = this.steps[this.index];
      const last = this.steps[this.steps.length - 1];
      const words = this.words(this.index);
      this.round.textContent = `round ${ganrun.thousands(step)}`;
      this.slider.setAttribute(
        "aria-valuetext",
        `round ${ganrun.thousands(step)} of ${ganrun.thousands(last)}`,
      );
      this.caption.textContent = words;
      const whose = this.data.label ? `${this.data.label}. ` : "";
      this.canvas.setAttribute("aria-label", `${whose}Round ${ganrun.thousands(step)}. ${words}`);
    }

    /** What is to be seen in a snapshot, in a sentence. */
    words(index) {
      const total = this.target.modes.length;
      const points = this.samples[index];
      const [x0, x1, y0, y1] = this.target.extent;
      let outside = 0;
      for (let n = 0; n < points.length; n += 2) {
        const [x, y] = [points[n], points[n + 1]];
        if (!(x > x0 && x < x1 && y > y0 && y < y1)) outside += 1;
      }
      const share = Math.round((200 * outside) / points.length);
      const strays = outside ? ` ${Math.max(share, 1)} % of the samples lie outside the picture.` : "";
      const known = this.covered(index);
      if (!known) return strays.trim();
      const missing = known.flatMap((covered, k) => (covered ? [] : [k]));
      if (!missing.length) {
        return (total === 1 ? "The one mode is covered." : `All ${total} modes are covered.`) + strays;
      }
      if (missing.length === total && total > 1) return `No mode is covered.${strays}`;
      const named = missing.length > 12 ? `${missing.length} are missing` : `missing: ${listed(missing)}`;
      return `${total - missing.length} of ${total} modes covered; ${named}.${strays}`;
    }
  };

  function listed(names) {
    if (names.length < 2) return names.join("");
    return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
  }
  ganrun.listed = listed;
})((window.ganrun = window.ganrun || {}));
