package dev.remuda.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line of {@code remuda bench}, and one tiny round of each row. */
@Timeout(120)
class BenchTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Set<Path> foldersBefore = folders();

  @AfterEach
  void nothingIsLeft() {
    Awaitility.await()
        .untilAsserted(() -> {
          assertThat(ProcessHandle.current().descendants()).isEmpty();
          assertThat(foldersBefore).containsAll(folders());
        });
  }

  private static Set<Path> folders() {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("remuda-bench-"))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private int run(String... arguments) {
    return Bench.run(List.of(arguments), new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rows",
        "--rows B99",
        "--rows B1,",
        "--rows=",
        "--rounds",
        "--rounds 0",
        "--rounds 1001",
        "--rounds -1",
        "--rounds many",
        "--fast",
        "--postgres",
        "--postgres jdbc:sqlite:x",
        "B1"
      })
  void optionsThatAreNotUnderstoodGiveExitCode2AndMeasureNothing(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(printed()).isEmpty();
  }

  @Test
  void helpNamesEveryOptionAndEveryRow() {
    assertThat(run("--help")).isZero();
    assertThat(printed())
        .contains("--rows", "--rounds", "--quick", "--json", "--postgres")
        .contains(BenchOptions.ROWS);
  }

  @Test
  void withoutOptionsAllRowsAreMeasuredOverFiveRounds() {
    BenchOptions options = BenchOptions.parse(List.of());
    assertThat(options.rows())
        .containsExactlyInAnyOrder(
            "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B14",
            "LOG");
    assertThat(options.rounds()).isEqualTo(5);
    assertThat(options.quick()).isFalse();
  }

  @Test
  void rowsMayBeWrittenInSmallLettersWithBlanksAndWithAnEqualsSign() {
    assertThat(BenchOptions.parse(List.of("--rows=b1, B4")).rows())
        .containsExactlyInAnyOrder("B1", "B4");
  }

  @Test
  void roundTripsAreMeasuredInFourWaysBesideTheRawLimit() {
    Report report = Bench.measure(BenchOptions.parse(List.of("--rows", "B1", "--quick")));
    assertThat(report.lines()).hasSizeBetween(4, 12).hasSize(4 * (report.lines().size() / 4));
    for (Line line : report.lines()) {
      assertPlausible(line, 1, 1_000_000);
      assertThat(line.limits()).isNotEmpty().allSatisfy(BenchTest::isWhole);
      assertThat(line.peers()).allSatisfy(BenchTest::isWhole);
      assertThat(line.ratio()).isPositive();
    }
  }

  @Test
  void callsASecondAreCountedFromCallbacksAndFromAThread() {
    Report report = Bench.measure(BenchOptions.parse(List.of("--rows", "B2", "--quick")));
    assertThat(report.lines()).hasSize(2);
    for (Line line : report.lines()) {
      assertPlausible(line, 1, 10_000_000);
      assertThat(line.peers()).allSatisfy(BenchTest::isWhole);
    }
  }

  @Test
  void theDurableQueueIsMeasuredAgainstPlainJdbc() {
    Report report = Bench.measure(BenchOptions.parse(List.of("--rows", "B11", "--quick")));
    assertThat(report.lines())
        .hasSize(5)
        .allSatisfy(line -> assertPlausible(line, 0.1, 60_000_000))
        .allSatisfy(line -> assertThat(line.limits()).hasSize(1));
    assertThat(report.notes()).anyMatch(note -> note.contains("SQLite only"));
  }

  @Test
  void theDurableQueueIsMeasuredOnPostgresToo() throws IOException {
    try (var server = EmbeddedPostgres.start()) {
      String url = server.getJdbcUrl("postgres", "postgres");
      Report report =
          Bench.measure(BenchOptions.parse(List.of("--rows", "B11", "--quick", "--postgres", url)));
      assertThat(report.lines())
          .hasSize(12)
          .allSatisfy(line -> assertPlausible(line, 0.1, 60_000_000))
          .allSatisfy(line -> assertThat(line.limits()).hasSize(1));
      assertThat(report.lines()).anyMatch(line -> line.measure().contains("held open"));
    }
  }

  @Test
  void datagramsAreSentAndWhatIsLostAndWhatTheyCostIsMeasured() {
    Report report = Bench.measure(BenchOptions.parse(List.of("--rows", "B12", "--quick")));
    assertThat(report.lines())
        .extracting(Line::measure)
        .as("%s", report.notes())
        .containsExactly("lost of 25,000/s", "lost of 100,000/s", "CPU of one core at 3,600/s");
    assertThat(report.lines())
        .allSatisfy(line -> assertThat(line.ours().median()).isBetween(0.0, 200.0));
  }

  @Test
  void standbyStartAndMemoryAreMeasured() {
    Report report =
        Bench.measure(BenchOptions.parse(List.of("--rows", "B3,B4,B5,B6,B8,B9", "--quick")));
    assertThat(report.lines())
        .extracting(Line::row)
        .containsExactly("B3", "B4", "B5", "B6", "B8", "B9", "B9", "B9");
    assertPlausible(report.lines().get(0), 1, 10_000_000);
    assertPlausible(report.lines().get(1), 0.01, 60_000);
    assertPlausible(report.lines().get(2), 5, 60_000);
    assertPlausible(report.lines().get(3), 5, 1_000);
    assertPlausible(report.lines().get(4), 1, 1_000_000);
    report.lines().stream().skip(5).forEach(death -> assertPlausible(death, 0.01, 60_000));
    assertThat(report.lines().get(2).ratio()).isGreaterThan(0.5);
    assertThat(report.lines().get(3).ratio()).isGreaterThan(0.5);
  }

  @Test
  void largeEchoesFirstResultsAndAnIdlePoolAreMeasured() {
    Report report = Bench.measure(BenchOptions.parse(List.of("--rows", "B7,B10,B14", "--quick")));
    assertThat(report.lines())
        .extracting(Line::row)
        .as("%s", report.notes())
        .containsExactly("B7", "B7", "B7", "B10", "B14", "B14");
    report.lines().stream().limit(4).forEach(line -> assertPlausible(line, 1, 10_000_000));
    assertThat(report.lines().stream().skip(4))
        .allSatisfy(line -> assertThat(line.ours().median()).isBetween(0.0, 1_000.0));
  }

  @Test
  void theRawLimitInCIsMeasuredWhereThereIsACompiler() throws IOException {
    assumeThat(Toolbox.onPath("cc") || Toolbox.onPath("gcc")).isTrue();
    try (var tools = new Toolbox()) {
      List<String> limit = tools.limit().orElseThrow();
      assertThat(Toolbox.number(List.of(), limit, "latency", 100)).isPositive();
      assertThat(Toolbox.number(List.of(), limit, "rate", 4, 50)).isPositive();
      assertThat(Toolbox.number(List.of(), limit, "connect", 20)).isPositive();
      assertThat(Toolbox.number(List.of(), limit, "echo", 1 << 20, 4)).isPositive();
      assertThatThrownBy(() -> Toolbox.number(List.of(), limit, "latency"))
          .isInstanceOf(IOException.class);
    }
  }

  private static void assertPlausible(Line line, double least, double most) {
    isWhole(line.ours());
    assertThat(line.ours().median()).as(line.measure()).isBetween(least, most);
    assertThat(line.verdict()).isNotNull();
  }

  private static void isWhole(Series series) {
    assertThat(series.rounds()).as(series.name()).hasSize(1).allMatch(figure -> figure > 0);
  }

  @Test
  void theTableHasARatioABarAndTheFigureOfEachRound() {
    assertThat(run("--rows", "B5", "--quick", "--rounds", "2")).isZero();
    assertThat(printed())
        .contains("| row | measure", "| limit or peer |", "| ratio", "| met? ")
        .contains("too short to compare")
        .containsPattern("\\| B5 +\\| spawn to ready[^|]*\\| +[\\d.]+ ms +\\| +[\\d.]+ ms +\\|")
        .containsPattern("B5 spawn to ready[^:]*: [\\d.]+ [\\d.]+ ms")
        .containsPattern("B5 bare JVM main: [\\d.]+ [\\d.]+ ms");
  }

  @Test
  void jsonHoldsTheSame() throws IOException {
    assertThat(run("--rows", "B5", "--quick", "--json")).isZero();
    try (var json = new JsonFactory().createParser(printed())) {
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      json.skipChildren();
      assertThat(json.nextToken()).isNull();
    }
    assertThat(printed()).contains("\"row\" : \"B5\"", "\"ratio\"", "\"rounds\"");
  }

  @ParameterizedTest
  @CsvSource({"'0-3,8', 0 1 2 3 8", "5, 5", "unknown, ''", "'', ''"})
  void theKernelsListOfCoresIsUnderstood(String list, String cores) {
    assertThat(
            Machine.parseCores(list).stream()
                .map(Object::toString)
                .collect(Collectors.joining(" ")))
        .isEqualTo(cores);
  }

  @Test
  void aPeerThatFailsIsLeftOutAndOursThatFailsIsAnError() throws IOException {
    var said = new java.util.ArrayList<String>();
    var figures = new Figures(said::add);
    Series good = figures.add("good", Unit.MICROS, () -> 2_500);
    Series bad =
        figures.add(
            "bad",
            Unit.MICROS,
            () -> {
              throw new IOException("not today");
            });
    figures.round();
    figures.round();
    assertThat(figures.ours(good).rounds()).containsExactly(2.5, 2.5);
    assertThat(figures.whole(List.of(good, bad))).containsExactly(good);
    assertThatThrownBy(() -> figures.ours(bad)).hasMessageContaining("bad could not be measured");
    assertThat(said).containsExactly("bad is left out: not today");
  }

  @Test
  void aMedianOfAnEvenCountIsTheMeanOfTheMiddleTwo() {
    assertThat(Series.median(new double[] {9, 1, 3, 4})).isEqualTo(3.5);
    assertThat(Series.median(new double[] {5, 1, 9})).isEqualTo(5);
  }

  @Test
  void aBarThatNeedsAPeerIsMetOnlyAsFarAsItCouldBeTested() {
    var bar = new Bar.Both(new Bar.RateOf(80), new Bar.TimesPeer(3, "peer"));
    assertThat(line(bar, 90).verdict()).isEqualTo(Verdict.AS_FAR_AS_TESTED);
    assertThat(line(bar, 70).verdict()).isEqualTo(Verdict.NO);
    assertThat(line(bar, 90, series("peer", 30)).verdict()).isEqualTo(Verdict.YES);
    assertThat(line(bar, 90, series("peer", 31)).verdict()).isEqualTo(Verdict.NO);
  }

  @Test
  void aheadOfEveryPeerMeansAheadOfTheBest() {
    var bar = new Bar.AheadOfPeers();
    assertThat(line(bar, 10, series("a", 11), series("b", 30)).verdict()).isEqualTo(Verdict.YES);
    assertThat(line(bar, 10, series("a", 9), series("b", 30)).verdict()).isEqualTo(Verdict.NO);
    assertThat(line(bar, 10).verdict()).isEqualTo(Verdict.UNTESTED);
  }

  private static Line line(Bar bar, double ours, Series... peers) {
    return new Line("B0", "test", series("ours", ours), List.of(), List.of(peers), bar);
  }

  private static Series series(String name, double figure) {
    var series = new Series(name, Unit.PER_SECOND);
    series.add(figure);
    return series;
  }
}
