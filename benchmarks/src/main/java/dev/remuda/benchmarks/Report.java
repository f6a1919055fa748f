package dev.remuda.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What was measured, as a Markdown table or as JSON.
 *
 * @param notes what a reader must know: rows that failed, a run too short to compare
 */
record Report(Machine machine, BenchOptions options, List<Line> lines, List<String> notes) {
  private static final List<String> HEAD =
      List.of("row", "measure", "ours (p50 or rate)", "limit or peer", "ratio", "bar", "met?");

  Report {
    lines = List.copyOf(lines);
    notes = List.copyOf(notes);
  }

  void print(PrintStream out) {
    out.println(machine.describe());
    out.println(
        "Median of " + options.rounds() + " rounds, all in turns; the ratio is ours to the limit.");
    notes.forEach(note -> out.println("Note: " + note));
    out.println();
    printTable(cells(), out);
    out.println();
    out.println("Each round:");
    for (Line line : lines) {
      print(line.row(), line.ours(), out);
    }
    for (Reference each : references()) {
      print(each.row, each.series, out);
    }
  }

  private static void print(String row, Series series, PrintStream out) {
    var text = new StringBuilder(row + " " + series.name() + ":");
    for (double value : series.rounds()) {
      text.append(' ').append(series.unit().number(value));
    }
    out.println(text.append(' ').append(series.unit().sign()));
  }

  /** A limit or a peer, once, however many lines are compared with it. */
  private record Reference(String row, Series series) {}

  private Set<Reference> references() {
    var all = new LinkedHashSet<Reference>();
    for (Line line : lines) {
      line.limits().forEach(series -> all.add(new Reference(line.row(), series)));
      line.peers().forEach(series -> all.add(new Reference(line.row(), series)));
    }
    return all;
  }

  private List<List<String>> cells() {
    var rows = new ArrayList<List<String>>();
    rows.add(HEAD);
    for (Line line : lines) {
      boolean limited = !line.limits().isEmpty();
      rows.add(
          List.of(
              line.row(),
              line.measure(),
              line.ours().show(),
              limited ? line.limits().getFirst().show() : "–",
              limited ? ratio(line.ratio()) : "–",
              line.bar().text(),
              line.verdict().text()));
    }
    for (Reference each : references()) {
      rows.add(List.of(each.row, each.series.name(), "", each.series.show(), "", "", ""));
    }
    return rows;
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, value < 0.1 ? "%.4f" : "%.2f", value);
  }

  private static void printTable(List<List<String>> rows, PrintStream out) {
    int[] widths = new int[HEAD.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (int i = 0; i < rows.size(); i++) {
      var text = new StringBuilder("|");
      for (int cell = 0; cell < widths.length; cell++) {
        String value = rows.get(i).get(cell);
        text.append(' ').append(value).repeat(' ', widths[cell] - value.length()).append(" |");
      }
      out.println(text);
      if (i == 0) {
        printRule(widths, out);
      }
    }
  }

  private static void printRule(int[] widths, PrintStream out) {
    var text = new StringBuilder("|");
    for (int width : widths) {
      text.append(' ').repeat('-', width).append(" |");
    }
    out.println(text);
  }

  void printJson(PrintStream out) {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("machine", machine.describe());
      json.writeStringField("cpu", machine.cpu());
      json.writeNumberField("cores", machine.cores().size());
      json.writeStringField("jdk", machine.jdk());
      json.writeStringField("date", machine.date());
      json.writeStringField("load", machine.load());
      json.writeNumberField("rounds", options.rounds());
      json.writeArrayFieldStart("notes");
      for (String note : notes) {
        json.writeString(note);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("lines");
      for (Line line : lines) {
        write(json, line);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it is memory
    }
    out.println(text);
  }

  private static void write(JsonGenerator json, Line line) throws IOException {
    json.writeStartObject();
    json.writeStringField("row", line.row());
    json.writeStringField("measure", line.measure());
    json.writeFieldName("ours");
    write(json, line.ours());
    write(json, "limits", line.limits());
    write(json, "peers", line.peers());
    if (!line.limits().isEmpty()) {
      json.writeNumberField("ratio", line.ratio());
    }
    json.writeStringField("bar", line.bar().text());
    json.writeStringField("verdict", line.verdict().text());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, List<Series> all) throws IOException {
    json.writeArrayFieldStart(name);
    for (Series series : all) {
      write(json, series);
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, Series series) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", series.name());
    json.writeStringField("unit", series.unit().sign());
    json.writeNumberField("median", series.median());
    json.writeArrayFieldStart("rounds");
    for (double value : series.rounds()) {
      json.writeNumber(value);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
