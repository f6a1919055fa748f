package dev.remuda.status;

/**
 * How much of what there may be much of is shown.
 *
 * @param rows of a table
 * @param recent calls, deaths and other things of the past
 * @param text characters of one text, such as an autopsy
 * @param lines of the console, of each stream
 */
record Detail(int rows, int recent, int text, int lines) {
  static final Detail ALL = new Detail(Integer.MAX_VALUE, 20, 4_000, 30);
  static final Detail MUCH = new Detail(25, 8, 2_000, 12);
  static final Detail SOME = new Detail(12, 4, 700, 6);
  static final Detail LITTLE = new Detail(5, 2, 200, 2);
}
